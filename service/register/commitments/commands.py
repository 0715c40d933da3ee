"""Recording a commitment, and changing what one party says of its own side."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query
from service.errors import AlreadyExists, Fault, InvalidContent, fault
from service.permissions import Caller, Permission
from service.register.commissions.models import Commission, SessionStatus
from service.register.commitments import queries
from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.models import Commitment
from service.register.commitments.rules.fitness import too_long
from service.register.commitments.rules.lifecycle import Action, State
from service.register.commitments.rules.matter import COMMITMENT
from service.register.commitments.rules.requirements import Facts
from service.register.commitments.schemas import CommitmentCreate, PartyFactsPatch
from service.register.decisions.engine.locking import lock, others, standing_in
from service.register.decisions.engine.moves import Move
from service.register.decisions.engine.writing import insert, save
from service.register.decisions.rules.judging import Case, Judged, faults, step_of
from service.register.parties.models import Organisation
from service.trail.entry import canonical
from service.trail.version import Versions, check_version, unconditional
from service.values import end

_commission, _organisation, _commitment = table(Commission), table(Organisation), table(Commitment)
PARTY_FACTS_BYTES = 5_000
_party_of = Query(sa.select(_organisation.c.party).where(_organisation.c.id == sa.bindparam("organisation_id")), str)
_taken = Query(sa.select(_commitment.c.id).where(_commitment.c.reference == sa.bindparam("reference")), UUID)
_next_intersessional = Query(
    sa.update(_commission)
    .where(_commission.c.id == sa.bindparam("the_commission"))
    .values(intersessional_items=_commission.c.intersessional_items + 1)
    .returning(_commission.c.intersessional_items),
    int,
)


async def record(
    connection: Connection,
    caller: Caller,
    new: CommitmentCreate,
    known_id: UUID | None = None,
    known_transition_id: UUID | None = None,
) -> UUID:
    """Record a commitment and open the caller's proposal that it was agreed; return its id.

    422 lists everything that is wrong; 409 if the item of that session is recorded already.
    """
    place = await queries.place(connection, caller, new.commission_id, new.session_id, new.working_group_id)
    if place is None:
        raise InvalidContent.listing([fault("/commission_id", "there is no such commission")])
    standing_in(caller, place).require(Permission.PROPOSE)
    judged, wrong = _agreement(new, place)
    wrong = [*_wrong_place(new, place), *await _wrong_lead(connection, caller, new.lead_organisation_id), *wrong]
    if wrong:
        raise InvalidContent.listing(wrong)
    row = await _row(connection, caller, new, place, known_id or place["new_id"])
    if wrong := too_long(row, "/texts"):
        raise InvalidContent.listing(wrong)
    transition_id, awaits = known_transition_id or place["transition_id"], others(place, caller.party)
    move = Move(transition_id, COMMITMENT.kind, judged, judged.step.target, caller.party, awaits)
    await insert(connection, COMMITMENTS, caller, row, move, place["at"])
    return UUID(str(row["id"]))


async def change_party_facts(
    connection: Connection, caller: Caller, commitment_id: UUID, patch: PartyFactsPatch, version: Versions
) -> None:
    """Change facts of the caller's own party (merge patch); the other parties' are out of reach."""
    locked = await lock(connection, COMMITMENTS, caller, commitment_id)
    check_version(version, locked.row["seq"])
    locked.standing.require(Permission.EDIT_PARTY_FACTS)
    wrong = await _wrong_lead(connection, caller, patch.lead_organisation_id)
    if wrong:
        raise InvalidContent.listing(wrong)
    party, everyone = str(caller.party), locked.row["party_facts"]
    before = everyone.get(party, {})
    changes = patch.model_dump(mode="json", exclude_unset=True)
    after = {name: value for name, value in {**before, **changes}.items() if value is not None}
    if after == before:
        return
    if len(canonical(after)) > PARTY_FACTS_BYTES:
        raise InvalidContent.listing([fault("", f"the facts of one party may have at most {PARTY_FACTS_BYTES} bytes")])
    data: dict[str, Any] = {"before": {party: before}, "after": {party: after}} | unconditional(version)
    await save(connection, caller, locked, "commitment.changed", data, {"party_facts": {**everyone, party: after}})


def _wrong_place(new: CommitmentCreate, place: Mapping[str, Any]) -> Iterator[Fault]:
    if new.session_id and place["ordinal"] is None:
        yield fault("/session_id", "there is no such session of this commission")
    if place["session_status"] == SessionStatus.CANCELLED:
        yield fault("/session_id", "this session was cancelled, so it agreed nothing")
    if new.session_id and new.item_number is None:
        yield fault("/item_number", "is needed: the number of the item in the session's minutes")
    if new.session_id is None and new.item_number is not None:
        yield fault("/item_number", "is given with a session only; between sessions the service counts")
    if new.working_group_id and place["group_id"] is None:
        yield fault("/working_group_id", "there is no such working group of this commission")


def _agreement(new: CommitmentCreate, place: Mapping[str, Any]) -> tuple[Judged, list[Fault]]:
    """Return the proposal that it was agreed, and what is missing or wrong in it."""
    facts = Facts(
        state=State.PROPOSED,
        parties=tuple(place["parties"]),
        languages=tuple(place["languages"]),
        instrument_required=new.instrument_required,
    )
    evidence = new.agreement.given()
    step = step_of(COMMITMENT, facts, {**evidence, "action": Action.AGREE})
    judged = Judged(step, evidence, new.agreement.expires_at)
    wrong = COMMITMENT.missing(Action.AGREE, evidence, facts) + faults(
        COMMITMENT, Case({}, facts, place["at"], {}), judged
    )
    return judged, [fault(f"/agreement{one['pointer']}", one["detail"]) for one in wrong]


async def _wrong_lead(connection: Connection, caller: Caller, organisation_id: UUID | None) -> list[Fault]:
    if organisation_id is None or await _party_of.row(connection, organisation_id=organisation_id) == caller.party:
        return []
    return [fault("/lead_organisation_id", f"is not an organisation of {caller.party}, your own party")]


async def _row(
    connection: Connection, caller: Caller, new: CommitmentCreate, place: Mapping[str, Any], commitment_id: UUID
) -> dict[str, Any]:
    number = new.item_number or await _next_intersessional.one(connection, the_commission=new.commission_id)
    reference = f"{place['code']}/{place['ordinal'] or 0:02d}/{number:03d}"
    if await _taken.row(connection, reference=reference):
        raise AlreadyExists(f"{reference} is recorded already. A reference is never used twice.", reference=reference)
    lead = {"lead_organisation_id": str(new.lead_organisation_id)} if new.lead_organisation_id else None
    return {
        **dict.fromkeys(COMMITMENT.members),
        **new.model_dump(exclude={"agreement", "lead_organisation_id"}),
        "id": commitment_id,
        "reference": reference,
        "item_number": number,
        "due_on": end(new.target_date) if new.target_date else None,
        "party_facts": {caller.party: lead} if lead else {},
        "state": State.PROPOSED,
        "recorded_at": place["at"],
    }
