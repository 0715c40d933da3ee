"""Recording an instrument."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any
from uuid import UUID

from service.database.statement import Connection
from service.errors import Fault, fault
from service.errors.sent import Sent
from service.permissions import Caller, Confidentiality, Permission
from service.register.commissions import queries as commissions
from service.register.decisions.engine.following import lock_following
from service.register.decisions.engine.locking import Locked, numbers_for, standing_in
from service.register.decisions.engine.matter import Matters, Row
from service.register.decisions.engine.moves import Move
from service.register.decisions.engine.taking import change_companions
from service.register.decisions.engine.writing import insert, proposed
from service.register.decisions.rules.ended import require_room_in
from service.register.decisions.rules.judging import Judged, ending, impossible, step_of, with_end
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case, Found
from service.register.instruments import queries
from service.register.instruments.counters import draft_of
from service.register.instruments.matter import INSTRUMENTS
from service.register.instruments.record_schemas import InstrumentCreate
from service.register.instruments.rules.facts import SHARED
from service.register.instruments.rules.lifecycle import InstrumentAction
from service.register.instruments.rules.matter import BEGUN, INSTRUMENT
from service.register.instruments.rules.naming import CARRIED, is_as_close, recorded, wrong_name
from service.register.instruments.rules.requirements import MOST_BYTES, facts, too_long, wrong_members
from service.trail.entry import Head
from service.trail.stamp import Stamp


async def record(
    connection: Connection,
    matters: Matters,
    caller: Caller,
    sent: Sent[InstrumentCreate],
    known_id: UUID | None = None,
    known_transition_id: UUID | None = None,
) -> UUID:
    """Record an instrument and open the caller's proposal that there is such a text; return its id.

    It has a draft reference until that takes effect. 403, 422 with everything that is wrong.
    """
    caller.require_somewhere(Permission.PROPOSE)
    sound = sent.sound
    commission = sound.get("commission_id")
    place = await commissions.place(connection, caller, UUID(commission)) if commission else None
    if place is not None:
        standing_in(caller, place, INSTRUMENTS).require(Permission.PROPOSE)
        require_room_in(place, INSTRUMENT.kind, "record")
    new = sent.read([*_wrong(sound, place), *await _wrong_names(connection, caller, sound, place)])
    assert place is not None
    row = await _row(connection, caller, new, place, known_id or place["new_id"])
    known = facts(row, place["parties"], place["languages"])
    evidence = new.entering.given()
    step = step_of(INSTRUMENT, known, {**evidence, "action": InstrumentAction.ENTER})
    move = _move(caller, new, step, {**row, **place}, known_transition_id)
    numbers = None if move.awaits else await numbers_for(connection, INSTRUMENTS, step, row)
    case = Case(INSTRUMENTS.members(row), known, place["at"], {}, seq=0, party=caller.party, numbers=numbers)
    effect, key = proposed(INSTRUMENTS, move, case), UUID(str(row["id"]))
    new_one = Locked(INSTRUMENTS, {**place, **row}, standing_in(caller, place), Stamp(key, place["at"], Head()))
    companions = None if move.awaits else await lock_following(connection, matters, new_one, effect.told["effective"])
    entry = await insert(connection, INSTRUMENTS, caller, row, move, case, effect)
    if companions:
        await change_companions(connection, caller, companions, new_one, entry)
    return key


def _wrong(sound: Mapping[str, Any], place: Row | None) -> Iterator[Fault]:
    """Give what is wrong in what is sound: where it is recorded, what no instrument is, the proposal that there is one."""
    if place is None:
        yield fault("/commission_id", "names no commission; GET /v1/commissions lists them")
        return
    listed = [one for name in ("contracting_parties", "authentic_languages") for one in sound.get(name, [{}])]
    if not all(isinstance(one, str) for one in listed):
        # What is not there, or is none, is told by its shape.
        return
    members, today = {**BEGUN, **sound}, place["at"].astimezone(UTC).date()
    for name, detail in wrong_members(members, place["parties"], today):
        yield fault(f"/{name}", detail)
    if too_long(members, SHARED):
        yield fault("", f"the shared facts have more than {MOST_BYTES} bytes")
    given = sound.get("entering")
    if given is None:
        return
    known = facts(members, place["parties"], place["languages"])
    case = Case(members, known, place["at"], {}, seq=0)
    evidence = {name: value for name, value in given.items() if name not in {"action", "expires_at"}}
    for one in [
        *INSTRUMENT.missing(InstrumentAction.ENTER, given, known),
        *impossible(INSTRUMENT, case, evidence, ending(given)),
    ]:
        yield fault(f"/entering{one['pointer']}", one["detail"])


async def _wrong_names(
    connection: Connection, caller: Caller, sound: Mapping[str, Any], place: Row | None
) -> list[Fault]:
    """Return which commitments and instruments are named that are none of the commission, for this caller."""
    named = recorded(sound)
    if place is None or not named:
        return []
    keys: dict[bool, list[UUID]] = {True: [], False: []}
    for one in named:
        keys[one.kind == CARRIED].append(UUID(one.key))
    level = sound.get("confidentiality", Confidentiality.PARTIES)
    kept = await queries.commitments(connection, caller, place["id"], keys[True])
    found = {key: Found(is_open=is_as_close(level, one)) for key, one in kept.items()}
    found |= dict.fromkeys(await queries.instruments(connection, caller, place["id"], keys[False]), Found())
    return [wrong for one in named if (wrong := wrong_name(one, found.get(UUID(one.key))))]


async def _row(
    connection: Connection, caller: Caller, new: InstrumentCreate, place: Row, instrument_id: UUID
) -> dict[str, Any]:
    draft = await draft_of(connection, place["code"], str(instrument_id))
    said = new.model_dump(mode="json", include=set(SHARED), exclude_unset=True)
    return {
        **BEGUN,
        "confidentiality": new.confidentiality.value,
        **said,
        "id": instrument_id,
        "commission_id": place["id"],
        "reference": draft,
        "draft_reference": draft,
        "recorded_by": caller.party,
        "is_joint": False,
    }


def _move(caller: Caller, new: InstrumentCreate, step: Step, known: Row, known_transition_id: UUID | None) -> Move:
    """Return the proposal that there is such a text."""
    evidence = new.entering.given()
    awaits = INSTRUMENT.awaits(step, evidence, known, caller.party)
    judged = with_end(Judged(step, step.target, evidence, new.entering.expires_at), awaits, known["at"])
    return Move(
        known_transition_id or known["transition_id"], INSTRUMENT.kind, judged, judged.target, caller.party, awaits
    )
