"""Working groups as the replay sees them: each rule of theirs is broken once, in a log that is otherwise as the service writes it."""

from typing import Any, Final

import pytest

from service.verify.judgement import verify
from tests.conftest import COMMISSION, SESSION_8, World, item, organisation
from tests.register.groups.grouping import ENERGY, TRADE, agreed, founded, propose
from tests.verify.forging import Forgery, assert_told, entries_of, write
from tests.verify.journal import POLICY, Entry, exported


@pytest.fixture(scope="module")
async def entries(worn: World) -> list[Entry]:
    """The entries of a register with a group that was founded and renamed, and one that handed over and was merged."""
    group = await founded(worn)
    await agreed(worn, group["id"], {"action": "rename", "titles": {"en": "Learning"}})
    named = {"action": "name_organisation", "organisation_id": organisation(105), "role": "member"}
    assert (await propose(worn, group["id"], named)).status_code == 201
    await agreed(worn, ENERGY, {"action": "hand_over", "commitments": [item(7)], "receiver_id": group["id"]})
    await agreed(worn, ENERGY, {"action": "merge_into", "receiver_id": TRADE})
    return await entries_of(worn, COMMISSION)


def of(entries: list[Entry], subject: str | None) -> list[Entry]:
    """Return the entries of a subject; None: of the group that was recorded last."""
    recorded = [one["subject"] for one in entries if one["kind"] == "working_group.recorded"]
    return [one for one in entries if one["subject"] == (subject or recorded[-1])]


def put(subject: str | None, place: int, *path: str, to: Any) -> Forgery:
    """Return the forgery by which something stands in an entry of a subject."""

    def forge(entries: list[Entry]) -> None:
        write(of(entries, subject)[place], path, to)

    return forge


MEMBERS: Final = ("data", "working_group")
EFFECTIVE: Final = ("data", "effective")
FORGERIES: Final[dict[str, tuple[Forgery, str]]] = {
    "another's co-lead": (
        put(None, 0, *MEMBERS, "organisations", to={"AZ": {"co_lead": organisation(201), "members": []}}),
        "its own party's co-lead, and nobody else"),
    "a group that begins active": (put(None, 0, *MEMBERS, "state", to="active"), "its data is not what"),
    "a group of no session": (put(None, 0, *MEMBERS, "founded_at_session_id", to=ENERGY), "that the commission has not"),
    "a group founded by nothing": (put(None, 0, *MEMBERS, "founded_at_session_id", to=None), "founding_act: is needed"),
    "a code that is taken": (put(None, 0, *MEMBERS, "code", to="PK-AZ/JWG/energy"), "a group with the code"),
    "a code of another commission": (put(None, 0, *MEMBERS, "code", to="PK-TR/JWG/x"), "does not begin with the commission's"),
    "recorded with another proposal": (put(None, 0, "data", "proposal", "action", to="rename"), "and nothing else"),
    "founded by one alone": (put(None, 0, "data", "proposal", "awaits", to=[]), "it must await AZ"),
    "confirmed by who proposed it": (put(None, 1, "party", to="PK"), "answers its own proposal"),
    "a version that there is none of": (put(None, 0, "v", to=1), "has the version 1"),
    "a title that it was not given": (put(None, 3, *EFFECTIVE, "after", "titles", to={"en": "T"}), "brings about"),
    "an own step for another party": (put(None, 4, *EFFECTIVE, "after", "organisations", to={}), "brings about"),
    "an own step that awaits somebody": (put(None, 4, "data", "proposal", "awaits", to=["AZ"]), "must await nobody"),
    "what goes along listed for everybody": (put(ENERGY, -1, *EFFECTIVE, "taken_along", to=[]), "its data is not what"),
    "merged into no group": (put(ENERGY, -2, "data", "proposal", "evidence", "receiver_id", to=SESSION_8), "names no working group"),
    "handed over what is not its own": (
        put(ENERGY, 3, "data", "proposal", "evidence", "commitments", to=[item(1)]), "names no commitment of this working group"),
    "a commitment that names another entry": (
        put(item(7), -1, "data", "by", "leaf", to="0" * 64), "does not name the entry of the move"),
    "a commitment that went elsewhere": (
        put(item(8), -1, "data", "after", to={"working_group_id": None}), "not what that move brings about"),
    "a commitment that does not say it": (put(item(8), -1, "kind", to="transition.withdrawn"), "its data is not what"),
}  # fmt: skip


def test_the_log_is_proven_as_it_is(entries: list[Entry]) -> None:
    assert verify(exported(entries), POLICY).findings.listed == []


@pytest.mark.parametrize("name", FORGERIES)
def test_a_broken_rule_is_found_and_told(entries: list[Entry], name: str) -> None:
    assert_told(entries, *FORGERIES[name])
