"""What one party can block, publish, occupy or decide alone: for each row of each table, what it cannot.

Pakistan is hostile here, and Azerbaijan does nothing but answer, or say a thing for itself. `test_own.py` holds who may make which move,
`test_freeing.py` that every proposal ends, `test_charter_races.py` that nobody is held by leaving and joining.
"""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from service.register.commissions.rules.charter.lifecycle import CharterState
from service.register.decisions.engine.matter import Matter
from service.register.decisions.rules.lifecycle import Step, Who
from service.register.decisions.rules.own import has_room
from service.register.matters import MATTERS
from tests.conftest import COMMISSION, SESSION_9, World, item, organisation
from tests.register.commissions import chartering, meeting
from tests.register.commissions.meeting import answered, proven
from tests.register.commitments.test_journey import RECORD
from tests.register.documents.files import PDF
from tests.register.documents.test_documents import address
from tests.register.groups import grouping

FIXED: Final[dict[str, Any]] = {
    "parties": ["PK", "AZ", "TR"], "outside": [], "entered": {}, "departed": {}, "commission_state": "in_force",
    "recorded_at": None, "moved_alone_at": None, "acknowledged": {}, "contracting_parties": ["PK", "AZ", "TR"],
    "commitment_ids": [],
}  # fmt: skip
"""What the charter fixes in a commission of three, and what an instrument of all of them says."""
SUSPEND: Final = {"action": "suspend", "reason": "R", "review_on": "2027"}
NO: Final = {"decision": "refuse", "reason": "It is not ours (sample)."}
ALL: Final = [(m, s) for m in MATTERS for s in m.rules.lifecycle.steps if s.who is Who.ALL]
OWN: Final = [(m, s) for m in MATTERS for s in m.rules.lifecycle.steps if s.who is Who.OWN]


def _named(rows: list[tuple[Matter, Step]]) -> list[str]:
    return [f"{m.kind}-{s.source}-{s.action}-{s.target}-{s.condition}" for m, s in rows]


@pytest.mark.parametrize(("matter", "step"), ALL, ids=_named(ALL))
def test_what_all_decide_awaits_every_other_party_and_never_who_proposes_it(matter: Matter, step: Step) -> None:
    awaited = matter.rules.awaits(step, {"party": "AZ"}, FIXED, "PK")
    assert sorted(awaited) == ["AZ", "TR"]


@pytest.mark.parametrize(("matter", "step"), OWN, ids=_named(OWN))
def test_what_a_party_does_alone_leaves_no_room_taken_and_no_proposal_of_another_closed(
    matter: Matter, step: Step
) -> None:
    # Beside another's proposal it is made, or, where it ends the matter, waits: nobody's proposal is swept away.
    assert has_room(step, "AZ", "PK") is not step.takes_back
    # What ends or moves a matter alone is possible only while it is the party's own, or by a day that all have agreed on.
    alone = step.target is not step.source
    assert not alone or step.takes_back or step.by or (matter.kind, str(step.action)) in {
        ("commission", "leave"), ("instrument", "terminate"),
        # Of what is founded nothing is decided yet: the last to name its secretariat brings it into force.
        ("commission", "name_secretariat"),
    }  # fmt: skip


async def everything(world: World) -> list[tuple[str, dict[str, Any]]]:
    """Return one move that all decide of each kind of matter that is open in the pilot, by its address."""
    session = await meeting.begin(world, "PK", ordinal=10, starts_on="2029")
    return [
        *((f"/v1/commitments/{item(number)}", SUSPEND) for number in (1, 2, 3, 7)),
        (f"/v1/sessions/{session['id']}", {"action": "cancel", "reason": "R"}),
        (f"/v1/working-groups/{grouping.TRADE}", {"action": "dissolve", "reason": "R", "receiver_id": None}),
        (f"/v1/commissions/{COMMISSION}", chartering.DISSOLVE),
    ]


async def test_whoever_proposes_everything_decides_nothing_and_occupies_nothing_for_longer_than_a_no(
    world: World,
) -> None:
    pk, az, moves = world.as_("PK"), world.as_("AZ"), await everything(world)
    before = [(await az.get(path)).json()["state"] for path, _ in moves]
    made = []
    for path, body in moves:
        answer = await pk.post(f"{path}/transitions", json=body)
        assert (answer.status_code, answer.json()["status"]) == (201, "open"), answer.text
        made.append(answer.json()["id"])
        assert (await answered(world, made[-1], "PK")).status_code == 409
    assert [(await az.get(path)).json()["state"] for path, _ in moves] == before
    # Whatever is open, a party says what is its own.
    alone = {"action": "name_secretariat", "secretariat_id": organisation(202)}
    assert (await chartering.made(world, alone, "AZ"))["status"] == "effective"
    await chartering.made(world, alone | {"secretariat_id": organisation(201)}, "AZ")
    chair = {"action": "name_co_chair", "co_chair": {"name": "N (sample)", "title": "T"}}
    assert (await meeting.made(world, SESSION_9, chair, "AZ"))["status"] == "effective"
    # One answer frees every place at once, and what the other party proposes then stands there.
    noes = await az.post(f"/v1/commissions/{COMMISSION}/confirmations", json={"transitions": made, **NO})
    assert noes.status_code == 200, noes.text
    for path, body in moves:
        theirs = await az.post(f"{path}/transitions", json=body)
        assert (theirs.status_code, theirs.json()["proposed_by"]) == (201, "AZ"), theirs.text
        assert (await pk.post(f"/v1/transitions/{theirs.json()['id']}/withdrawal", json={})).status_code == 403
    await proven(world)


def publications(made: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what would show the others' business to everybody, by its address."""
    open_it = {"action": "amend", "changes": {"confidentiality": "public"}, "reason": "R"}
    yield f"/v1/commitments/{item(6)}", open_it
    yield f"/v1/commitments/{made['id']}", open_it


async def test_nobody_publishes_what_is_not_agreed_or_is_the_parties_own(world: World) -> None:
    pk, nobody = world.as_("PK"), world.as_("observer")
    recorded = (await pk.post("/v1/commitments", json=RECORD | {"confidentiality": "public"})).json()
    session = await meeting.begin(world, "PK", ordinal=10, starts_on="2029")
    group = await grouping.record(world)
    paper = await pk.post(address("PK-AZ/08/006", name="a.pdf"), files={"file": ("a.pdf", PDF)})
    assert paper.status_code == 201, paper.text
    for path, body in publications(recorded):
        await pk.post(f"{path}/transitions", json=body)
    for path in (
        f"/v1/commitments/{recorded['id']}", f"/v1/commitments/{item(6)}", f"/v1/sessions/{session['id']}",
        f"/v1/working-groups/{group['id']}", f"/v1/documents/{paper.json()['id']}",
    ):  # fmt: skip
        assert (await nobody.get(path)).status_code == 404, path
    feed = (await nobody.get(f"/v1/commissions/{COMMISSION}/audit-trail?limit=200")).json()["items"]
    hidden = {recorded["id"], item(6), session["id"], group["id"]}
    assert hidden.isdisjoint(one["subject"] for one in feed)


async def test_no_number_is_taken_by_who_writes_first(world: World) -> None:
    for number in (15, 16, 17):
        assert (await world.as_("PK").post("/v1/commitments", json=RECORD | {"item_number": number})).is_success
    theirs = (await world.as_("AZ").post("/v1/commitments", json=RECORD | {"item_number": 15})).json()
    assert (await answered(world, theirs["open_transition"]["id"], "PK")).json()["matter"][
        "reference"
    ] == "PK-AZ/08/015"
    plans = [await meeting.begin(world, by, ordinal=10, starts_on="2029") for by in ("PK", "AZ")]
    assert [one["ordinal"] for one in plans] == [10, 10]


async def test_nobody_says_for_another_what_is_the_others_own(world: World) -> None:
    pk = world.as_("PK")
    session, group = f"/v1/sessions/{SESSION_9}", f"/v1/working-groups/{grouping.TRADE}"
    moves: list[tuple[str, dict[str, Any], set[int]]] = [
        (session, {"action": "move", "starts_on": "2028", "reason": "R"}, {403}),
        (f"/v1/commissions/{COMMISSION}", {"action": "name_secretariat", "secretariat_id": organisation(201)}, {422}),
        (
            f"/v1/commissions/{COMMISSION}",
            {"action": "leave", "party": "AZ", "reason": "R", "notified_on": "2025", "effective_on": "2025"},
            {422},
        ),
        (group, {"action": "name_organisation", "organisation_id": organisation(201), "role": None}, {422}),
        (f"/v1/commitments/{item(7)}", {"action": "retract"}, {409}),
        (f"/v1/commitments/{item(7)}", {"action": "dispute", "reason": "R", "party": "AZ"}, {409, 422}),
    ]
    for path, body, refused in moves:
        answer = await pk.post(f"{path}/transitions", json=body)
        assert answer.status_code in refused, (path, body, answer.text)
    for body in ({"lead_organisation_id": organisation(201)}, {"lead_organisation_ids": {"AZ": None}}):
        version = {"If-Match": (await pk.get(f"/v1/commitments/{item(7)}")).headers["etag"]}
        patched = await pk.patch(f"/v1/commitments/{item(7)}", json=body, headers=version)
        assert patched.status_code == 422, patched.text
    opened = await chartering.made(world, chartering.AMEND)
    for body in ({"decision": "confirm", "party": "AZ"}, {"decision": "confirm", "principal_id": organisation(1)}):
        assert (await answered(world, opened["id"], "PK", body)).status_code in {409, 422}
    assert (await chartering.charter(world))["open_transition"]["awaiting"] == ["AZ"]


async def test_whoever_leaves_takes_nothing_along_and_comes_back_only_by_the_others_yes(world: World) -> None:
    theirs = (await world.as_("AZ").post("/v1/commitments", json=RECORD)).json()
    left = {"action": "leave", "reason": "R", "notified_on": "2025", "effective_on": "2025"}
    await chartering.made(world, left)
    found = await chartering.charter(world, "AZ")
    assert (found["state"], found["kept_by"]) == (CharterState.KEPT, "AZ")
    assert (await world.as_("AZ").get(f"/v1/commitments/{item(1)}")).json()["state"] == "signed"
    # What awaited it is over, and no lock: it is proposed anew, and awaits nobody.
    again = {"action": "agree", "agreed_on": "2025-01-24"}
    moved = await world.as_("AZ").post(f"/v1/commitments/{theirs['id']}/transitions", json=again)
    assert (moved.status_code, moved.json()["status"]) == (201, "effective"), moved.text
    back = {"action": "join", "party": "PK", "effective_on": "2026", "secretariat_id": organisation(101)}
    opened = await chartering.made(world, back)
    assert (opened["status"], opened["awaited"]) == ("open", ["AZ"])
    assert (await world.as_("PK").get(f"/v1/commitments/{item(6)}")).status_code == 404
    assert (await answered(world, opened["id"], "AZ", NO)).json()["status"] == "refused"
    await proven(world)
