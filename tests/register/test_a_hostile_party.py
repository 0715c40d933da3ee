"""What one party can block, publish, occupy or decide alone: for each row of each table, what it cannot.

Pakistan is hostile here, and Azerbaijan does nothing but answer, or say a thing for itself. `test_own.py` holds who may make which move,
`test_freeing.py` that every proposal ends, `test_charter_races.py` that nobody is held by leaving and joining.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from service.register.commissions.rules.charter.lifecycle import CharterState
from service.register.decisions.engine.matter import Matter
from service.register.decisions.rules.lifecycle import Step, Who
from service.register.decisions.rules.matter import Case
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
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
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


CHANGES: Final[dict[tuple[str, str], set[str]]] = {
    ("commitment", "approve"): {"subject_to"},
    ("commitment", "acknowledge"): {"acknowledged"},
    ("commitment", "dispute"): {"acknowledged"},
    ("commitment", "retract"): {"state", "effective_on"},
    ("instrument", "sign_first"): {"signatures"},
    ("instrument", "give_notice"): {"notices"},
    ("instrument", "revoke_notice"): {"notices"},
    # On the ground of its notice alone, once the day that all agreed on has passed: the table's own condition.
    ("instrument", "terminate"): {"state", "effective_on", "ended_on", "ground"},
    ("instrument", "object"): {"objections"},
    **{(kind, action): {"steps"} for kind in ("instrument", "session") for action in ("record_step", "apply_template")},
    # With what the party itself had said of its steps in words, before there were any.
    **{("commitment", action): {"steps", "party_facts"} for action in ("record_step", "apply_template")},
    ("instrument", "send_notification"): {"sent"},
    ("instrument", "receive_notification"): {"received"},
    ("instrument", "publish"): {"publications"},
    ("instrument", "retract"): {"state", "effective_on"},
    ("working_group", "name_organisation"): {"organisations"},
    ("working_group", "name_contacts"): {"contacts"},
    ("working_group", "retract"): {"state", "effective_on"},
    # Of the day of a meeting its host decides, and of nothing that was decided there.
    ("session", "move"): {"state", "effective_on", "starts_on", "ends_on"},
    ("session", "name_co_chair"): {"co_chairs"},
    ("session", "retract"): {"state", "effective_on"},
    # Whoever leaves is out; the others' places are as they were. In one that is founded the last secretariat brings it into force.
    ("commission", "leave"): {"parties", "outside", "departed", "secretariats", "reopened", "state", "effective_on"},
    ("commission", "name_secretariat"): {"secretariats", "state", "effective_on"},
    ("commission", "dismiss_auditor"): {"auditors"},
    ("commission", "acknowledge_log"): {"reopened"},
    ("commission", "set_step_template"): {"step_templates"},
}
"""Written from the domain: what a party changes alone of each matter, by the names of its members. Every own row is here."""
ALONE: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("commitment", "approve"): {"approved": True},
    ("commitment", "acknowledge"): {"version": 1},
    ("instrument", "sign_first"): {
        "effective_on": "2025-02", "place": "Baku", "signatory": {"party": "PK", "name": "N", "title": "T"}},
    ("instrument", "give_notice"): {"effective_on": "2025-10", "clause": "Article 9"},
    ("instrument", "terminate"): {"ground": "notice", "effective_on": "2026"},
    **{
        (kind, "record_step"): {"step": "cabinet_approval", "status": "done", "effective_on": "2025-03"}
        for kind in ("instrument", "commitment", "session")
    },
    **{
        (kind, "apply_template"): {"template": "plan", "steps": [{"step": "ratification"}], "template_entry": 3}
        for kind in ("instrument", "commitment", "session")
    },
    ("instrument", "send_notification"): {"what": "notification", "effective_on": "2025-04"},
    ("instrument", "receive_notification"): {"sender": "AZ", "effective_on": "2025-05"},
    ("instrument", "publish"): {"where": "Gazette 1"},
    ("working_group", "name_organisation"): {"organisation_id": organisation(105), "role": "member"},
    ("working_group", "name_contacts"): {"contacts": {"main": "N"}},
    ("session", "move"): {"starts_on": "2027"},
    ("session", "name_co_chair"): {"co_chair": {"name": "N", "title": "T"}},
    ("commission", "leave"): {"notified_on": "2025", "effective_on": "2025"},
    ("commission", "name_secretariat"): {"secretariat_id": organisation(102)},
    ("commission", "dismiss_auditor"): {"principal_id": organisation(1)},
    ("commission", "acknowledge_log"): {"number": 2},
    ("commission", "set_step_template"): {"kind": "plan", "steps": [{"step": "ratification"}]},
}  # fmt: skip
OF_EACH: Final[dict[str, Any]] = {"AZ": {"said": "by AZ"}, "TR": {"said": "by TR"}}
BEFORE: Final[dict[str, dict[str, Any]]] = {
    "commitment": {"subject_to": {"PK": True, "AZ": True}, "acknowledged": OF_EACH, "party_facts": OF_EACH, "steps": OF_EACH},
    "instrument": {
        "contracting_parties": ["PK", "AZ", "TR"],
        **dict.fromkeys(("signatures", "notices", "objections", "steps", "sent", "publications", "received"), OF_EACH),
    },
    "working_group": {"organisations": {"AZ": {"co_lead": organisation(201), "members": []}}, "contacts": OF_EACH},
    "session": {"host_party": "PK", "co_chairs": OF_EACH, "steps": OF_EACH},
    "commission": {
        "parties": ["PK", "AZ", "TR"], "outside": [], "entered": {}, "departed": {},
        "secretariats": {"PK": organisation(101), "AZ": organisation(201), "TR": organisation(301)},
        "auditors": {organisation(1): {"on": "2025"}, organisation(2): {"on": "2025"}},
        "step_templates": OF_EACH,
        "reopened": {"number": 2, "awaits": ["AZ", "PK", "TR"]},
    },
}  # fmt: skip
"""What each matter tells beforehand: of the other parties too, which stays as it is."""
NEVER_ALONE: Final = {
    *(
        "confidentiality",
        "titles",
        "texts",
        "reference",
        "code",
        "ordinal",
        "item_number",
        "paragraph",
        "minutes",
        "acts",
    ),
    *(
        "languages",
        "target_date",
        "working_group_id",
        "instrument",
        "entry_into_force",
        "duration",
        "contracting_parties",
    ),
}
"""What would publish, occupy a number or name, or change what was agreed: none of it stands in any row of `CHANGES`."""


def alone(matter: Matter, step: Step) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the members that PK's own move changes, before and after, by the matter's own rules."""
    rules, key = matter.rules, (matter.kind, str(step.action))
    members = {**dict.fromkeys(rules.members), "state": str(step.source), "corrected": {}, **BEFORE[matter.kind]}
    members |= {"recorded_by": "PK", "is_joint": False}
    facts = rules.facts(members, ("PK", "AZ", "TR"), ("en",))
    known = {name for name in rules.evidence[step.action].model_fields if name == "reason"}
    sent = {"action": str(step.action), **dict.fromkeys(known, "R"), **ALONE.get(key, {})}
    evidence = rules.evidence[step.action].model_validate(sent).model_dump(mode="json")
    told = rules.effective(step, evidence, Case(members, facts, NOW, {}, 5, None, "PK"))
    return told["before"], told["after"]


@pytest.mark.parametrize(("matter", "step"), OWN, ids=_named(OWN))
def test_what_a_party_does_alone_changes_its_own_and_neither_publishes_nor_numbers_nor_speaks_for_another(
    matter: Matter, step: Step
) -> None:
    key = (matter.kind, str(step.action))
    assert key in CHANGES, "say what the new row changes, and what a hostile party cannot do by it"
    before, after = alone(matter, step)
    assert set(after) <= CHANGES[key]
    assert NEVER_ALONE.isdisjoint(CHANGES[key])
    for name in after.keys() - {"state", "effective_on", "parties", "outside"}:
        for of in ("AZ", "TR"):
            was, now = ((one[name] if isinstance(one[name], dict) else {}).get(of) for one in (before, after))
            assert was == now, f"{name} of {of}"


def test_every_own_row_and_no_other_is_told_of_here() -> None:
    assert {(m.kind, str(s.action)) for m, s in OWN} == CHANGES.keys()


@pytest.mark.parametrize(("matter", "step"), ALL, ids=_named(ALL))
def test_whatever_all_decide_nobody_answers_for_itself_and_one_no_ends_it(matter: Matter, step: Step) -> None:
    assert not step.takes_back
    # Beside one that is open there is no second: what is proposed takes one place, which each that is awaited frees by a no.
    assert not has_room(step, "AZ", "PK")
    assert not has_room(step, "PK", "PK")
    assert matter.rules.frees, "a proposal ends, and who has confirmed may still refuse"


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
