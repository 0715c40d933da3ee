"""What a report looks at: of a commission of many what it tells, each judged where it is asked about."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from typing_extensions import override

from service.permissions import Confidentiality
from service.register.history.rules.known import known
from service.reports import kept
from service.reports.rules.report import Asked, report
from service.reports.rules.source import Source
from service.tlog.merkle import leaf_hash
from tests.conftest import COMMISSION, World, item
from tests.register.instruments.recording import agreed, entered
from tests.verify.journal import SESSION, Journal, seal


class Heard(frozenset[str]):
    """What may be seen, and of what it was asked whether it may."""

    def __init__(self, _: Iterable[str]) -> None:
        self.asked: set[object] = set()

    @override
    def __contains__(self, key: object) -> bool:
        self.asked.add(key)
        return super().__contains__(key)


def test_a_report_of_a_session_asks_of_nothing_but_what_it_tells() -> None:
    journal = Journal(version=2)
    mine, *others = [journal.record(number, session=SESSION if number == 1 else None) for number in range(1, 5)]
    for one in (mine, *others):
        journal.confirm(one)
    found = known((leaf_hash(one).hex(), json.loads(one)) for one in seal(journal.entries))
    seen = Heard(found.lives)
    asked = Asked(Confidentiality.PARTIES, date(2026, 1, 1), SESSION)
    told: dict[str, Any] = report(Source(found, "origin", len(journal.entries), "root", "key"), asked, seen)
    assert [row["id"] for row in told["matrix"]] == [mine]
    assert seen.asked == {mine}


def test_what_replaced_a_commitment_is_named_as_it_is_called_now_though_it_was_a_draft_then() -> None:
    journal = Journal(version=6)
    replaced, new = journal.record(1), journal.record(2)
    journal.confirm(replaced)
    draft = journal.facts[new]["reference"]
    journal.move(replaced, "supersede", successors=[draft], reason="R")
    journal.confirm(new)
    number = journal.facts[new]["reference"]
    assert number != draft
    found = known((leaf_hash(one).hex(), json.loads(one)) for one in seal(journal.entries))
    asked = Asked(Confidentiality.PARTIES, date(2999, 1, 1), SESSION)
    source = Source(found, "origin", len(journal.entries), "root", "key")
    rows = {row["id"]: row for row in report(source, asked)["matrix"]}
    assert rows[replaced]["successors"] == [number]
    # Who may not see it is told no name of it.
    assert {row["id"]: row["successors"] for row in report(source, asked, {replaced})["matrix"]} == {replaced: []}


async def test_an_instrument_is_looked_at_for_what_it_carries_and_for_what_it_carried_once(world: World) -> None:
    made = await entered(world, commitment_ids=[item(2)])
    changes = {"commitment_ids": [item(3)]}
    await agreed(world, made["id"], {"action": "amend", "reason": "It carries the other.", "changes": changes})
    async with world.pool.connection() as connection:
        found = await kept.every(connection, UUID(COMMISSION))
    carriers = {key: [one.id for one in several] for key, several in found.carriers.items()}
    assert carriers[item(2)] == carriers[item(3)] == [made["id"]]
