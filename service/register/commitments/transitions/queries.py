"""Reading transitions, with each party's answer to them, or locked together with the commitment that they are about."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.columns import table
from service.database.prepared import Prepared
from service.errors import NotFound
from service.identity.queries import require_active
from service.permissions import Caller, Kind
from service.register.commitments import statements
from service.register.commitments.models import Commitment, Confirmation, Transition, TransitionStatus
from service.register.commitments.queries import Locked, locked
from service.register.commitments.statements import MOVE
from service.register.commitments.visibility import bound, visible_to

_transition, _confirmation, _commitment = table(Transition), table(Confirmation), table(Commitment)
_said = sa.func.to_jsonb(sa.literal_column("confirmation")).op("-")("transition_id").op("-")("id")
_answers = (
    sa.select(
        sa.func.coalesce(
            sa.func.jsonb_agg(aggregate_order_by(_said, _confirmation.c.decided_at)), sa.literal([], JSONB)
        )
    )
    .select_from(_confirmation)
    .where(_confirmation.c.transition_id == _transition.c.id)
    .scalar_subquery()
)
# A proposal past its end is expired whether or not an entry has said so yet.
_past = (_transition.c.status == TransitionStatus.OPEN) & (_transition.c.expires_at <= sa.func.now())
_read = sa.select(
    *(column for column in _transition.c if column.name != "status"),
    sa.case((_past, TransitionStatus.EXPIRED.value), else_=sa.cast(_transition.c.status, sa.Text)).label("status"),
    sa.case((_transition.c.status == TransitionStatus.EFFECTIVE, _transition.c.closed_at)).label("confirmed_at"),
    _commitment.c.reference,
    _answers.label("confirmations"),
).select_from(_transition.join(_commitment, _commitment.c.id == _transition.c.commitment_id))

Row = Any


async def get(connection: AsyncConnection, caller: Caller, transition_id: UUID) -> Mapping[str, Any]:
    """Return the transition of a commitment that the caller may see, with each party's answer; `NotFound` otherwise."""
    found = await _one(caller.kind).row(connection, bound(caller, transition_id=transition_id))
    if found is None:
        await require_active(connection, caller)
        raise NotFound("There is no such transition for this caller.")
    return found


async def now(connection: AsyncConnection, transition_id: UUID) -> Mapping[str, Any]:
    """Return the transition that the caller has just moved: what it changed may have put the commitment out of its sight."""
    found = await _any.row(connection, {"transition_id": transition_id})
    assert found is not None
    return found


async def get_for_update(connection: AsyncConnection, caller: Caller, transition_id: UUID) -> tuple[Row, Locked] | None:
    """Lock the commitment of a proposal and return the proposal, as it was made, with it.

    None if there is no such proposal for the caller, or if it names another commitment, which may be the one to lock first.
    """
    row = await statements.locking_by_move(caller.kind).row(connection, bound(caller, transition_id=transition_id))
    if row is None:
        return None
    proposed = {name.removeprefix(MOVE): value for name, value in row.items() if name.startswith(MOVE)}
    return proposed | {"reference": row["reference"]}, locked(caller, row)


async def page(connection: AsyncConnection, commitment_id: UUID, after: list[Any] | None, limit: int) -> Sequence[Row]:
    """Return the transitions of a commitment, oldest first."""
    asked = _read.where(_transition.c.commitment_id == commitment_id).order_by(_transition.c.id).limit(limit + 1)
    if after:
        asked = asked.where(_transition.c.id > after[0])
    return (await connection.execute(asked)).mappings().all()


async def status(connection: AsyncConnection, transition_id: UUID) -> str:
    """Return what became of a transition, read now."""
    asked = sa.select(_transition.c.status).where(_transition.c.id == transition_id)
    return str(await connection.scalar(asked))


_any = Prepared(_read.where(_transition.c.id == sa.bindparam("transition_id")))


@cache
def _one(kind: Kind) -> Prepared:
    return Prepared(_read.where(_transition.c.id == sa.bindparam("transition_id"), visible_to(kind)))
