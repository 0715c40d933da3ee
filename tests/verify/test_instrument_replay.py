"""Instruments as the replay sees them: each rule of theirs is broken once, in a log that is otherwise as the service writes it."""

from typing import Any, Final

import pytest

from service.verify.judgement import verify
from tests.conftest import COMMISSION, SESSION_8, World, item
from tests.register.instruments.recording import ACT, SIGN, agreed, done, entered, leaf_of
from tests.verify.forging import Forgery, assert_told, entries_of, write
from tests.verify.journal import POLICY, Entry, exported

CLAUSE: Final = {"anchor": "last_notification", "steps": [{"days": 30}]}


@pytest.fixture(scope="module")
async def entries(worn: World) -> list[Entry]:
    """The entries of a register with an instrument that was drafted, signed, told of by one side, corrected and superseded."""
    other = await entered(worn, entering={"found_in": "signed"}, confidentiality="parties")
    carried = {"action": "amend", "changes": {"commitment_ids": [item(6)]}, "reason": "It carries it (sample)."}
    await agreed(worn, other["id"], carried)
    one = (await entered(worn, entry_into_force=CLAUSE, commitment_ids=[item(2)]))["id"]
    await agreed(worn, one, SIGN)
    await done(worn, one, {"action": "record_step", "step": "ratification", "status": "needed"}, "AZ")
    corrects = {"action": "correct", "corrects": await leaf_of(worn, one, 3), "fact": "manner", "reason": "It was so."}
    await agreed(worn, one, {**corrects, "value": "adopted"})
    await agreed(worn, one, {"action": "supersede", "successor_id": other["id"]})
    return await entries_of(worn, COMMISSION)


def put(place: int, *path: str, to: Any) -> Forgery:
    """Return the forgery by which something stands in an entry of the instrument that was recorded last."""

    def forge(entries: list[Entry]) -> None:
        recorded = [one["subject"] for one in entries if one["kind"] == "instrument.recorded"]
        write([one for one in entries if one["subject"] == recorded[-1]][place], path, to)

    return forge


def follower(place: int, *path: str, to: Any) -> Forgery:
    """Return the forgery by which something stands in what the commitment tells of the instrument that carries it."""

    def forge(entries: list[Entry]) -> None:
        write(
            [one for one in entries if one["kind"] == "commitment.followed" and one["subject"] == item(2)][place],
            path,
            to,
        )

    return forge


def silent(entries: list[Entry]) -> None:
    """Leave out that the commitment was signed with its instrument; it tells of what came next."""
    told = [one for one in entries if one["kind"] == "commitment.followed" and one["subject"] == item(2)]
    entries.remove(told[1])


def opener(entries: list[Entry]) -> None:
    """Let what is recorded for everybody carry what the parties keep to themselves."""
    recorded = next(one for one in entries if one["kind"] == "instrument.recorded" and item(2) in str(one["data"]))
    recorded["data"]["instrument"] |= {"commitment_ids": [item(6)], "confidentiality": "public"}


def opened(entries: list[Entry]) -> None:
    """Let the amendment by which something is carried also publish the instrument, told in all its places."""
    proposed, confirmed = (one for one in entries if one["subject"] != item(6) and item(6) in str(one["data"]))
    proposed["data"]["proposal"]["evidence"]["changes"]["confidentiality"] = "public"
    effective = confirmed["data"]["effective"]
    effective["before"]["confidentiality"], effective["after"]["confidentiality"] = "parties", "public"


MEMBERS: Final = ("data", "instrument")
AFTER: Final = ("data", "effective", "after")
EVIDENCE: Final = ("data", "proposal", "evidence")
FORGERIES: Final[dict[str, tuple[Forgery, str]]] = {
    "the reference of another draft": (
        put(0, *MEMBERS, "reference", to="PK-AZ/I/d-aaaa"), "is not the reference of this draft"),
    "an instrument that begins signed": (put(0, *MEMBERS, "state", to="signed"), "its data is not what"),
    "a step that nobody has taken": (put(0, *MEMBERS, "steps", to={"AZ": "x"}), "its data is not what"),
    "of none of the commission's parties": (
        put(0, *MEMBERS, "contracting_parties", to=["TR", "KZ"]), "has none of the commission's parties"),
    "of one party": (put(0, *MEMBERS, "contracting_parties", to=["PK"]), "contracting_parties: "),
    "a clause that is none": (put(0, *MEMBERS, "entry_into_force", to={"anchor": "fixed"}), "`on` is needed"),
    "a clause spelled otherwise": (
        put(0, *MEMBERS, "entry_into_force", to={**CLAUSE, "steps": [{"days": 30, "mon": 1}]}), "entry_into_force: "),
    "a commitment of nowhere": (put(0, *MEMBERS, "commitment_ids", to=[SESSION_8]), "names nothing of this commission"),
    "recorded with another proposal": (put(0, "data", "proposal", "action", to="amend"), "and nothing else"),
    "entered by one alone": (put(0, "data", "proposal", "awaits", to=[]), "it must await AZ"),
    "a version that there is none of": (put(0, "v", to=1), "has the version 1"),
    "confirmed by who proposed it": (put(1, "party", to="PK"), "answers its own proposal"),
    "a number that is not the next": (put(1, *AFTER, "reference", to="PK-AZ/I/0009"), "brings about"),
    "signed without the other side": (
        put(2, *EVIDENCE, "acts", to=[{**ACT, "parties": ["PK"]}]), "an act of AZ is needed"),
    "signed in the future": (
        put(2, *EVIDENCE, "acts", to=[{**ACT, "on": "2999-01-01"}]), "lies in the future"),
    "a day of signature that the acts do not tell": (put(3, *AFTER, "signed_on", to="2025-03-02"), "brings about"),
    "an own step for another party": (put(4, *AFTER, "steps", to={"PK": {}}), "brings about"),
    "an own step that awaits somebody": (put(4, "data", "proposal", "awaits", to=["PK"]), "must await nobody"),
    "a correction of what it did not bring": (put(5, *EVIDENCE, "fact", to="notice"), "is none of what this entry brought"),
    "superseded by what is none": (put(7, *EVIDENCE, "successor_id", to=SESSION_8), "names no instrument"),
    "a commitment that was signed on another day": (
        follower(1, "data", "after", "effective_on", to="2025-03-02"), "is not what that move brings about"),
    "a commitment that stays drafted": (follower(1, "data", "after", "state", to="mou_drafted"), "is not what that move"),
    "a commitment that names another entry": (follower(1, "data", "by", "leaf", to="0" * 64), "does not name the entry"),
    "a commitment that went along otherwise": (follower(0, "kind", to="commitment.reassigned"), "went along otherwise"),
    "a commitment that does not tell that it was signed": (silent, "does not name the entry of the move"),
    "public, and carries what is kept closer": (opener, "PK-AZ/08/006 is kept closer"),
    "made public while it carries what is kept closer": (opened, "PK-AZ/08/006 is kept closer"),
    "superseded by another than was named": (put(8, *AFTER, "successor_id", to=SESSION_8), "brings about"),
}  # fmt: skip


def test_the_log_is_proven_as_it_is(entries: list[Entry]) -> None:
    assert verify(exported(entries), POLICY).findings.listed == []


@pytest.mark.parametrize("name", FORGERIES)
def test_a_broken_rule_is_found_and_told(entries: list[Entry], name: str) -> None:
    assert_told(entries, *FORGERIES[name])


async def test_a_clause_of_before_may_await_what_is_no_instrument_of_the_commission(world: World) -> None:
    await entered(world, entry_into_force=CLAUSE)
    old = await entries_of(world, COMMISSION)
    elsewhere = {**CLAUSE, "not_before": "01940000-0000-7000-8000-00000000ffff"}
    put(0, "data", "instrument", "entry_into_force", to=elsewhere)(old)
    assert verify(exported(old), POLICY).findings.listed == []


async def test_what_is_restricted_is_numbered_among_the_others_in_entries_of_before_alone(world: World) -> None:
    restricted = (await entered(world, confidentiality="restricted"))["id"]
    other = (await entered(world))["id"]
    old = await entries_of(world, COMMISSION)
    # As a release before numbered them.
    for key, number in ((restricted, "PK-AZ/I/0002"), (other, "PK-AZ/I/0003")):
        mine = [one for one in old if one["subject"] == key]
        write(mine[1], ("data", "effective", "after", "reference"), number)
        for one in mine:
            one["v"] = 5
    assert verify(exported(old), POLICY).findings.listed == []
    confirmed = next(at for at, one in enumerate(old) if one["subject"] == restricted and "effective" in one["data"])
    assert_told(old, lambda entries: write(entries[confirmed], ("v",), 6), "brings about")
