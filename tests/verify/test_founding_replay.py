"""The founding of a commission, as the verifier sees it: each rule is broken once, in a log that is otherwise sound."""

from typing import Any

import pytest

from service.verify.finding import Severity
from service.verify.judgement import verify
from tests.conftest import World, organisation
from tests.three_parties import founded, in_force
from tests.verify.forging import Forgery, assert_told, entries_of, put, without
from tests.verify.journal import LEADS, POLICY, Entry, Journal, exported, name

SEATS = {"PK": organisation(101), "AZ": organisation(201)}


async def log(world: World, **others: Any) -> list[Entry]:
    """Return the log of a commission whose secretariats are named, the first by PK, and whose titles PK proposes to amend."""
    made = await in_force(world, SEATS, suffix="NEW", **others)
    body = {"action": "amend", "changes": {"titles": {"az": "Komissiya"}}, "reason": "R"}
    await world.as_("PK").post(f"/v1/commissions/{made['id']}/transitions", json=body)
    return await entries_of(world, made["id"])


CHARTER = ("data", "commission")


@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (put(0, *CHARTER, "secretariats", to=SEATS), "is named by its registrar, and by nobody else"),
        (put(0, *CHARTER, "secretariats", to={"PK": SEATS["PK"]}), "is named by its registrar, and by nobody else"),
        (put(0, *CHARTER, "state", to="in_force"), "who takes part in the register has a secretariat there"),
        # PK names its own, and the commission would be in force without that of AZ.
        (put(1, "data", "proposal", "target", to="in_force"), "'name_secretariat' leads from founded to founded"),
        (
            put(1, "data", "effective", "after", "state", to="in_force"),
            "what it changes is not what the evidence brings about",
        ),
        # Whatever is proposed before AZ has named its own.
        (without(2), "A commission that is founded does not allow 'amend'"),
        (put(1, "party", to="AZ"), ""),
        (put(2, "data", "proposal", "target", to="founded"), "'name_secretariat' leads from founded to in_force"),
    ],
)
async def test_a_forged_founding_is_found(world: World, forge: Forgery, said: str) -> None:
    entries = await log(world)
    assert verify(exported(entries), POLICY).findings.outcome is Severity.PROVEN
    assert_told(entries, forge, said)


async def test_what_one_party_keeps_is_kept_by_its_own_secretariat_alone(world: World) -> None:
    made = await in_force(world, SEATS, suffix="NEW", kept_by="PK")
    entries = await entries_of(world, made["id"])
    assert verify(exported(entries), POLICY).findings.outcome is Severity.PROVEN
    assert_told(entries, put(1, "data", "proposal", "target", to="in_force"), "leads from founded to kept")
    assert_told(entries, put(1, "party", to="AZ"), "which is not a party of this commission in its register")


async def test_nothing_is_recorded_before_all_secretariats_are_named(world: World) -> None:
    made = await in_force(world, SEATS, suffix="NEW")
    planned = {"action": "plan", "ordinal": 1, "starts_on": "2029"}
    body = {"titles": {"en": "T"}, "texts": {"en": "T"}, "sector": "trade", "instrument_required": False}
    recorded = {**body, "commission_id": made["id"], "agreement": {"agreed_on": "2025"}}
    for path, sent in ((f"/v1/commissions/{made['id']}/sessions", planned), ("/v1/commitments", recorded)):
        assert (await world.as_("PK").post(path, json=sent)).status_code == 201
    entries = await entries_of(world, made["id"])
    assert verify(exported(entries), POLICY).findings.outcome is Severity.PROVEN

    def before(place: int) -> Forgery:
        def forge(entries: list[Entry]) -> None:
            late = entries.pop(2)
            early = entries.pop(place - 1)
            early["recorded_at"] = late["recorded_at"]
            entries.insert(2, early)

        return forge

    for place in (3, 4):
        assert_told(entries, before(place), "in which its parties have yet to name their secretariats")


async def test_who_founds_without_a_secretariat_leaves_a_log_that_proves_itself(world: World) -> None:
    made = await founded(world, suffix="NEW")
    assert verify(exported(await entries_of(world, made["id"])), POLICY).findings.outcome is Severity.PROVEN


def test_a_commission_of_before_in_which_the_administrator_named_them_replays_as_it_did() -> None:
    journal = Journal(version=2)
    founding = journal.entries[0]
    told = {
        "code": "PK-AZ",
        "titles": {"en": "A commission"},
        "parties": ["PK", "AZ"],
        "outside": [],
        "languages": ["en"],
    }
    seats = {party: LEADS[party] for party in ("PK", "AZ")}
    none = dict.fromkeys(("founded_on", "founding_act", "successor", "effective_on"))
    empty: dict[str, Any] = {one: {} for one in ("entered", "departed", "corrected")}
    founding |= {"v": 2, "data": {"commission": {**told, **none, **empty, "secretariats": seats, "state": "in_force"}}}
    journal.entries = [founding]
    journal.add(founding["subject"], "transition.proposed", "PK", {
        "proposal": {
            "transition": name(7, 900), "action": "amend", "source": "in_force", "target": "in_force",
            "evidence": {"changes": {"languages": ["en", "az"]}, "reason": "R"}, "awaits": ["AZ"],
            "expires_at": "2025-06-01T00:00:00.000000Z",
        },
    })  # fmt: skip
    journal.entries[-1]["v"] = 2
    assert verify(exported(journal.entries), POLICY).findings.outcome is Severity.PROVEN
