"""Lists of what was are found by spans, and are what the entries of every matter tell: no page is wrong, and none is short."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from service.database.spans import KINDS, filled
from service.register.commitments.rules.lifecycle import State
from service.register.history import lists, queries
from service.register.history.rules import past
from service.register.history.rules.past import Past, Told
from service.register.instruments.rules.lifecycle import InstrumentState
from service.trail.entry import timestamp
from tests.conftest import Maker, World, item
from tests.register.commitments.test_journey import DRAFT, RECORD, SIGN, confirm, confirmed
from tests.register.decisions.test_histories import STEPS, Step, matters, take
from tests.register.groups.grouping import ENERGY, TRADE, agreed
from tests.register.instruments.recording import entered, record
from tests.register.progress.test_reports import said

Of = Callable[[Told, date | None, str | None], Past | None]
KNOWN: Final[Mapping[str, tuple[Of, tuple[str, ...]]]] = {
    "commitment": (past.commitment, tuple(State)),
    "instrument": (past.instrument, tuple(InstrumentState)),
}
DAYS: Final = [
    date.fromisoformat(day) for day in ("1990-01-01", "2024-07-08", "2025-01-30", "2025-02-15", "2025-11-20")
]
REASON: Final = {"reason": "R"}
LATE: Final = {"found_in": "implemented", "effective_on": "2025-02", "agreed_on": "2024-07", "signed_on": "2024-12"}


async def trails(world: World, kind: str) -> Mapping[UUID, Told]:
    owner = await world.connect()
    ids = [row["id"] for row in await owner.fetch(f"SELECT id FROM {kind}")]
    async with world.pool.connection() as connection:
        return await queries.told(connection, ids)


async def whole(world: World, kind: str, query: str) -> list[str]:
    """Return the ids of a whole list."""
    return [one["id"] for one in await listed(world, kind, query)]


async def listed(world: World, kind: str, query: str) -> list[Any]:
    """Return a whole list; every page but the last is full."""
    found: list[Any] = []
    url: str | None = f"/v1/{kind}s?limit=10&{query}"
    while url:
        answer = await world.as_("PK").get(url)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        url = answer.links.get("next", {}).get("url")
        assert url is None or len(answer.json()["items"]) == 10
    return found


def moments(told: Mapping[UUID, Told], parts: int = 2) -> list[str]:
    """Return some of the moments at which something was recorded, and the one before all."""
    every = sorted({entry["recorded_at"] for entries in told.values() for _, entry in entries})
    first = datetime.fromisoformat(every[0]) - timedelta(seconds=1)
    return [timestamp(first), *every[:: max(1, len(every) // parts)], every[-1]]


async def hold(world: World, days: Iterable[date | None], kinds: Iterable[str] = KINDS) -> None:
    """Hold the lists of each day, of each moment and of both to what all entries tell."""
    for kind in kinds:
        then, states = KNOWN[kind]
        told = await trails(world, kind)
        for moment in [None, *moments(told)]:
            for day in days:
                if day is None and moment is None:
                    continue
                was = {str(key): then(entries, day, moment) for key, entries in told.items()}
                asked = "&".join([*([f"as_of={day}"] if day else []), *([f"known_at={moment}"] if moment else [])])
                shown = {key: one.members["state"] for key, one in was.items() if one}
                found = await whole(world, kind, asked)
                assert sorted(found) == sorted(key for key, state in shown.items() if state != "retracted"), asked
                for state in set(states) & {*shown.values(), "signed", "agreed", "retracted"}:
                    found = await whole(world, kind, f"{asked}&state={state}")
                    assert sorted(found) == sorted(key for key, one in shown.items() if one == state), (asked, state)


async def hold_filters(world: World, days: Iterable[date | None]) -> None:
    """Hold the lists that filters leave of each day, of each moment and of both to the whole list of it, filter by filter."""
    for kind, filters in FILTERS.items():
        told = await trails(world, kind)
        for moment in [None, *moments(told, 6)]:
            for asked in [
                "&".join([*([f"as_of={day}"] if day else []), *([f"known_at={moment}"] if moment else [])])
                for day in days
                if day or moment
            ]:
                every = await listed(world, kind, asked)
                for query, holds in filters.items():
                    assert await whole(world, kind, f"{asked}&{query}") == [one["id"] for one in every if holds(one)], (
                        asked,
                        query,
                    )


def _awaits(one: Any) -> bool:
    return "AZ" in (one["open_transition"] or {"awaiting": []})["awaiting"]


FILTERS: Final[Mapping[str, Mapping[str, Callable[[Any], bool]]]] = {
    "commitment": {
        "sector=customs": lambda one: bool(one["sector"] == "customs"),
        "sector=culture&sector=trade": lambda one: one["sector"] in {"culture", "trade"},
        f"working_group_id={ENERGY}": lambda one: bool(one["working_group_id"] == ENERGY),
        f"working_group_id={TRADE}": lambda one: bool(one["working_group_id"] == TRADE),
        "kind=commitment": lambda one: bool(one["kind"] == "commitment"),
        "awaiting=AZ": _awaits,
        "disputed=true": lambda one: bool(one["disputed"]),
        "disputed=false": lambda one: not one["disputed"],
        "level=limited": lambda one: "limited" in {said["level"] for said in one["progress"].values()},
    },
    "instrument": {
        f"commitment_id={item(2)}": lambda one: item(2) in one["commitment_ids"],
        f"commitment_id={item(4)}&commitment_id={item(8)}": lambda one: bool(
            {item(4), item(8)} & {*one["commitment_ids"]}
        ),
        "awaiting=AZ": _awaits,
    },
}


async def leaf_of(world: World, number: int, transition: str) -> str:
    """Return the leaf hash of the entry by which a move of one of the pilot's items took effect."""
    trail = (await world.as_("PK").get(f"/v1/commitments/{item(number)}/audit-trail?limit=200")).json()["items"]
    found = [one["leaf_hash"] for one in trail if transition in one["canonical"] and '"effective":' in one["canonical"]]
    return str(found[0])


async def found_late_refused_and_retracted(world: World) -> None:
    """Record one that was implemented long ago, one that was suspended before it was agreed, and one that is taken back."""
    reader = world.as_("PK")
    late, mine, gone = [
        (await reader.post("/v1/commitments", json={**RECORD, "item_number": 90 + number, **given})).json()
        for number, given in enumerate([{"agreement": LATE}, {}, {}])
    ]
    await confirm(world, late["open_transition"]["id"])
    refused = f"/v1/transitions/{mine['open_transition']['id']}/confirmations"
    await world.as_("AZ").post(refused, json={"decision": "refuse", **REASON})
    await confirmed(
        world, mine["id"], {"action": "suspend", "review_on": "2027", "effective_on": "2025-02-10", **REASON}
    )
    await confirmed(world, mine["id"], {"action": "resume", "effective_on": "2025-02-28", **REASON})
    await confirmed(world, mine["id"], {"action": "agree", "agreed_on": "2025-03"})
    taken = await reader.post(f"/v1/commitments/{gone['id']}/transitions", json={"action": "retract"})
    assert taken.status_code == 201, taken.text


async def test_lists_of_a_day_and_a_moment_are_what_all_entries_tell(world: World) -> None:
    await found_late_refused_and_retracted(world)
    signed = await confirmed(world, item(4), SIGN)
    for value in ("2025-02-28", "2025-02-01"):
        corrects = {"corrects": await leaf_of(world, 4, signed["id"]), "fact": "effective_on", **REASON}
        signed = await confirmed(world, item(4), {"action": "correct", "value": value, **corrects})
    lapsed = await confirmed(world, item(8), {"action": "lapse", "effective_on": "2025-02", **REASON})
    await confirmed(world, item(8), {"action": "reinstate", "undoes": await leaf_of(world, 8, lapsed["id"]), **REASON})
    await confirmed(world, item(2), DRAFT)
    await hold(world, [None, *DAYS, datetime.now(UTC).date()])


async def test_filters_leave_of_a_day_and_a_moment_what_was_so_then(world: World) -> None:
    reader = world.as_("PK")
    made = await entered(world, commitment_ids=[item(2), item(8)], confidentiality="public")
    before = (await reader.get(f"/v1/instruments/{made['id']}?as_of={datetime.now(UTC).date()}")).json()
    moment = timestamp(datetime.now(UTC))
    await said(world, 2, level="limited", period_end="2025-06")
    await said(world, 2, level="substantial", period_end="2025-09")
    await confirmed(world, item(3), {"action": "amend", "changes": {"sector": "culture"}, **REASON})
    await confirmed(world, item(9), {"action": "amend", "changes": {"working_group_id": ENERGY}, **REASON})
    await agreed(world, ENERGY, {"action": "hand_over", "commitments": [item(7)], "receiver_id": TRADE})
    amended = {"action": "amend", "changes": {"commitment_ids": [item(8)]}, **REASON}
    proposed = await reader.post(f"/v1/instruments/{made['id']}/transitions", json=amended)
    assert proposed.status_code == 201, proposed.text
    await confirm(world, proposed.json()["id"])
    then = (await reader.get(f"/v1/instruments/{made['id']}?known_at={moment}")).json()
    assert then["commitment_ids"] == before["commitment_ids"] == [item(2), item(8)]
    move = {"action": "suspend", "review_on": "2027", "effective_on": "2025-02-10", **REASON}
    for number, decision in ((10, {"decision": "refuse", **REASON}), (11, None)):
        opened = await reader.post(f"/v1/commitments/{item(number)}/transitions", json=move)
        assert opened.status_code == 201, opened.text
        if decision:
            await world.as_("AZ").post(f"/v1/transitions/{opened.json()['id']}/confirmations", json=decision)
    await hold_filters(world, [None, *DAYS, datetime.now(UTC).date()])


async def test_of_a_group_no_other_candidate_is_looked_at(still: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_READ", 2)
    page = (await still.as_("PK").get(f"/v1/commitments?as_of=2026-01-01&limit=2&working_group_id={ENERGY}")).json()
    assert [one["id"] for one in page["items"]] == [item(7), item(8)]


async def test_an_instrument_that_was_only_recorded_was_not_there_before(world: World) -> None:
    made, reader = await record(world), world.as_("PK")
    changes = {"action": "amend", "changes": {"depositary": "PK"}, **REASON}
    taken = await reader.post(f"/v1/transitions/{made['open_transition']['id']}/withdrawal", json=REASON)
    assert taken.status_code == 201, taken.text
    proposed = await reader.post(f"/v1/instruments/{made['id']}/transitions", json=changes)
    assert proposed.status_code == 201, proposed.text
    await confirm(world, proposed.json()["id"])
    assert (await reader.get(f"/v1/instruments/{made['id']}?as_of=1990-01-01")).status_code == 404
    await hold(world, [None, *DAYS], ["instrument"])


async def test_what_was_there_before_the_spans_is_filled_from_its_moves_and_first_entry(world: World) -> None:
    owner = await world.connect()
    await confirmed(world, item(4), SIGN)
    await owner.execute("DELETE FROM span")
    # Of these two something happens before they are filled.
    await confirmed(world, item(8), {"action": "lapse", "effective_on": "2025-02", **REASON})
    for name in KINDS:
        last = "00000000-0000-0000-0000-000000000000"
        while last:
            last = await owner.fetchval(filled(name, last, 5))
    await hold(world, [None, *DAYS])


@pytest.mark.long
@settings(max_examples=12, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(STEPS)
async def test_lists_of_random_histories_are_what_all_entries_tell(make_world: Maker, steps: list[Step]) -> None:
    world = await make_world()
    known = await matters(world)
    for step in steps:
        await take(world, known, step)
    await hold(world, [None, *DAYS[1:], datetime.now(UTC).date()])
    await hold_filters(world, [None, *DAYS[1:], datetime.now(UTC).date()])
    await make_world.close()


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2025", "2025-12-31"),
        ("2024-02", "2024-02-29"),
        ("2025-02-03", "2025-02-03"),
        *((said, None) for said in ("", "0000", "2025-00", "2025-13", "2025-02-30", "0000-01-01", "2025-2-3", "20250203", "R", "2025\n")),
    ],
)  # fmt: skip
async def test_a_text_that_is_no_day_is_none_and_hinders_no_writing(still: World, said: str, day: str | None) -> None:
    owner = await still.connect()
    found = await owner.fetchval("SELECT last_day($1)", said)
    assert (found and found.isoformat()) == day
