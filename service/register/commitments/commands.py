"""Recording a commitment, and changing what one party says of its own side."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from service.database.statement import Connection
from service.errors import Fault, InvalidContent, fault
from service.errors.sent import Sent
from service.permissions import Caller, Permission
from service.register.commissions.rules.lifecycle import SessionState
from service.register.commitments import linking
from service.register.commitments.asking import Ask
from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.party_schemas import PartyFactsPatch
from service.register.commitments.rules.chronology import evident
from service.register.commitments.rules.finding import said_of_carrier
from service.register.commitments.rules.fitness import too_long
from service.register.commitments.rules.kinds import UNTOLD, CommitmentKind, misfit
from service.register.commitments.rules.late import misplaced
from service.register.commitments.rules.leads import FIRST, FURTHER, wrong_leads
from service.register.commitments.rules.lifecycle import Action, State
from service.register.commitments.rules.matter import COMMITMENT
from service.register.commitments.rules.naming import wrong_name
from service.register.commitments.rules.numbering import stem_of
from service.register.commitments.rules.requirements import Facts
from service.register.commitments.schemas import CommitmentCreate, told_of_kind
from service.register.decisions.engine.carrying import lock_carrier
from service.register.decisions.engine.locking import Locked, lock, numbers_for, others, standing_in
from service.register.decisions.engine.moves import Move
from service.register.decisions.engine.opening import to_open
from service.register.decisions.engine.taking import write_beside
from service.register.decisions.engine.writing import insert, proposed, save
from service.register.decisions.rules.ended import require_room_in
from service.register.decisions.rules.judging import Judged, ending, impossible, step_of, still_possible, with_end
from service.register.decisions.rules.matter import Case, Found, Made, Name
from service.register.instruments.matter import INSTRUMENTS
from service.trail.entry import Head, canonical
from service.trail.stamp import Stamp
from service.trail.version import Versions, check_version, unconditional
from service.values import end

PARTY_FACTS_BYTES = 5_000


async def record(
    connection: Connection,
    caller: Caller,
    sent: Sent[CommitmentCreate],
    known_id: UUID | None = None,
    known_transition_id: UUID | None = None,
    ask: Ask | None = None,
) -> UUID:
    """Record a commitment and open the caller's proposal that it was agreed; return its id.

    It has a draft reference until it is agreed. `ask`: who asks the register what recording needs, where many are recorded.
    403, 422 with everything that is wrong.
    """
    ask = ask or Ask()
    caller.require_somewhere(Permission.PROPOSE)
    sound = sent.sound
    commission, session, group = (_id(sound.get(f"{name}_id")) for name in ("commission", "session", "working_group"))
    place = await ask.place(connection, caller, commission, session, group) if commission else None
    if place is not None:
        standing_in(caller, place, COMMITMENTS).require(Permission.PROPOSE)
        require_room_in(place, COMMITMENT.kind, "record")
    links = await linking.wrong(connection, caller, sound, commission) if place else []
    carrying = await linking.carrier_of(connection, caller, sound, commission) if place and commission else {}
    links += _wrong_carrier(sound, carrying)
    new = sent.read([*_wrong(sound, place), *links, *await _strange_leads(ask, connection, caller, sound)])
    assert place is not None
    row = await _row(ask, connection, caller, new, place, known_id or place["new_id"])
    evidence = new.agreement.given()
    facts = _facts(sound, place)
    step = step_of(COMMITMENT, facts, {**evidence, "action": Action.AGREE})
    transition_id, awaits = known_transition_id or place["transition_id"], others(place, caller.party)
    judged = with_end(Judged(step, step.target, evidence, new.agreement.expires_at), awaits, place["at"])
    move = Move(transition_id, COMMITMENT.kind, judged, judged.step.target, caller.party, awaits)
    case = Case(COMMITMENTS.members(row), facts, place["at"], carrying, seq=0)
    await _insert(connection, caller, place, row, move, case)
    return UUID(str(row["id"]))


async def _insert(
    connection: Connection, caller: Caller, place: Mapping[str, Any], row: dict[str, Any], move: Move, case: Case
) -> None:
    """Write it; where nobody else confirms it, with the instrument that a finding opens, or that is to carry it."""
    stamp, along = Stamp(row["id"], case.at, Head()), None
    new_one = Locked(COMMITMENTS, {**place, **row}, standing_in(caller, place), stamp, case.found)
    if not move.awaits:
        step, body = move.judged.step, {**move.judged.evidence, "action": Action.AGREE}
        new_one, along = await lock_carrier(connection, (COMMITMENTS, INSTRUMENTS), caller, new_one, body)
        still_possible(COMMITMENT, new_one.found)
        numbers = await numbers_for(connection, COMMITMENTS, step, row)
        made = Made(str(row["id"]), str(move.id))
        case = replace(case, found=new_one.found, numbers=numbers, made=made)
    effect = proposed(COMMITMENTS, move, case)
    beside = await to_open(connection, (INSTRUMENTS,), caller, new_one, effect)
    entry = await insert(connection, COMMITMENTS, caller, row, move, case, effect)
    await write_beside(connection, caller, new_one, entry, beside, along)


async def change_party_facts(
    connection: Connection,
    caller: Caller,
    commitment_id: UUID,
    sent: Sent[PartyFactsPatch],
    version: Versions,
    since: str | None = None,
) -> None:
    """Change facts of the caller's own party (merge patch); the other parties' are out of reach.

    `since`: the day from which they hold in the world; None: whatever the day, they are what is known.
    """
    locked = await lock(connection, COMMITMENTS, caller, commitment_id)
    locked.standing.require(Permission.EDIT_PARTY_FACTS)
    check_version(version, locked.row["seq"])
    patch = sent.read(await _strange_leads(Ask(), connection, caller, sent.sound))
    party, everyone = str(caller.party), locked.row["party_facts"]
    before = everyone.get(party, {})
    changes = patch.model_dump(mode="json", exclude_unset=True)
    after = {name: value for name, value in {**before, **changes}.items() if value not in (None, [])}
    if after == before:
        return
    if wrong := [fault(pointer, said) for pointer, said in wrong_leads(after)]:
        raise InvalidContent.listing(wrong)
    if len(canonical(after)) > PARTY_FACTS_BYTES:
        raise InvalidContent.listing([fault("", f"the facts of one party may have at most {PARTY_FACTS_BYTES} bytes")])
    data: dict[str, Any] = {"before": {party: before}, "after": {party: after}} | unconditional(version)
    data |= {"since": since} if since else {}
    changed: dict[str, Any] = {"party_facts": {**everyone, party: after}}
    await save(connection, caller, locked, "commitment.changed", data, changed)


def _wrong(sound: Mapping[str, Any], place: Mapping[str, Any] | None) -> Iterator[Fault]:
    """Give what is wrong in what is sound: where it is to be recorded, its number, its length, its agreement."""
    if place is None:
        yield fault("/commission_id", "names no commission; GET /v1/commissions lists them")
    else:
        yield from _wrong_place(sound, place)
        yield from _wrong_agreement(sound, place)
    session, number = sound.get("session_id"), sound.get("item_number")
    if number is not None and not session:
        yield fault("/item_number", "is given with a session only")
    for pointer, said in misfit({"kind": CommitmentKind.COMMITMENT, **sound}):
        yield fault(pointer, said)
    yield from too_long({**dict.fromkeys(COMMITMENT.members), **sound}, "/texts")


def _wrong_place(sound: Mapping[str, Any], place: Mapping[str, Any]) -> Iterator[Fault]:
    session = place["session"]
    if sound.get("session_id") and session is None:
        hint = f"GET /v1/commissions/{place['id']}/sessions lists them"
        yield fault("/session_id", f"names no session of this commission; {hint}")
    if session and session.state in {SessionState.CANCELLED, SessionState.RETRACTED}:
        yield fault("/session_id", f"names a session that is {session.state}, so it agreed nothing")
    if sound.get("working_group_id") and place["group_id"] is None:
        hint = f"GET /v1/working-groups?commission_id={place['id']} lists them"
        yield fault("/working_group_id", f"names no active working group of this commission; {hint}")


def _wrong_agreement(sound: Mapping[str, Any], place: Mapping[str, Any]) -> Iterator[Fault]:
    given, facts = sound.get("agreement", {}), _facts(sound, place)
    case, evidence = (
        Case({}, facts, place["at"], {}, seq=0),
        {name: given[name] for name in given if name != "expires_at"},
    )
    wrong = [*COMMITMENT.missing(Action.AGREE, evidence, facts), *misplaced(evidence), *evident(Action.AGREE, evidence)]
    for one in [*wrong, *impossible(COMMITMENT, case, evidence, ending(given))]:
        yield fault(f"/agreement{one['pointer']}", one["detail"])


def _wrong_carrier(sound: Mapping[str, Any], carrying: Mapping[Name, Found | None]) -> list[Fault]:
    """Return why the instrument that the agreement names does not carry what was found, or what is said otherwise than it says."""
    given = sound.get("agreement", {})
    wrong = [one for name, found in carrying.items() if (one := wrong_name(name, found))]
    for name, found in carrying.items():
        if found and found.members and not wrong:
            wrong += said_of_carrier(given, name.key, found.members, sound.get("confidentiality", "parties"))
    return [fault(f"/agreement{one['pointer']}", one["detail"]) for one in wrong]


def _facts(sound: Mapping[str, Any], place: Mapping[str, Any]) -> Facts:
    return Facts(
        state=State.PROPOSED,
        parties=tuple(place["parties"]),
        languages=tuple(place["languages"]),
        instrument_required=sound.get("instrument_required", True),
    )


async def _strange_leads(ask: Ask, connection: Connection, caller: Caller, sound: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with leads that are no organisations of the caller's own party."""
    further = {f"/{FURTHER}/{place}": one for place, one in enumerate(sound.get(FURTHER) or ())}
    named = {f"/{FIRST}": sound.get(FIRST), **further}
    wanted = {pointer: UUID(one) for pointer, one in named.items() if one}
    own = await ask.own(connection, caller.party, [*wanted.values()]) if wanted else set()
    hint = f"GET /v1/organisations?party={caller.party} lists them"
    said = f"names no organisation of {caller.party}, your own party; {hint}"
    return [fault(pointer, said) for pointer, one in wanted.items() if one not in own]


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None


async def _row(
    ask: Ask,
    connection: Connection,
    caller: Caller,
    new: CommitmentCreate,
    place: Mapping[str, Any],
    commitment_id: UUID,
) -> dict[str, Any]:
    ordinal = place["session"].ordinal if place["session"] else None
    draft = await ask.draft(connection, stem_of(place["code"], ordinal), commitment_id)
    lead = {"lead_organisation_id": str(new.lead_organisation_id)} if new.lead_organisation_id else None
    return {
        **dict.fromkeys(COMMITMENT.members),
        **new.model_dump(exclude={"agreement", "lead_organisation_id", *UNTOLD}),
        **told_of_kind(new),
        "id": commitment_id,
        "reference": draft,
        "draft_reference": draft,
        "due_on": end(new.target_date) if new.target_date else None,
        "party_facts": {caller.party: lead} if lead else {},
        "verb": new.verb.value,
        "state": State.PROPOSED,
        "corrected": {},
        "progress": {},
        "levels": [],
        "reported_on": None,
        "moved_on": None,
        "recorded_by": caller.party,
        "is_joint": False,
        "recorded_at": place["at"],
    }
