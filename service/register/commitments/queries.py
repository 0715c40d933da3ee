"""Reading commitments, and the place where one is to be recorded."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query, is_among
from service.errors import NotFound
from service.identity.queries import require_active
from service.permissions import Caller
from service.register.commissions import queries as commissions
from service.register.commissions.matter import SESSIONS, lock_shared
from service.register.commitments import statements
from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.naming import with_its_names
from service.register.commitments.rules.alone import key_of, tells_alone
from service.register.commitments.visibility import bound
from service.register.decisions.engine.matter import Row
from service.register.decisions.unseen import unnamed
from service.register.groups.matter import GROUPS
from service.register.instruments.matter import INSTRUMENTS
from service.register.instruments.models import Instrument
from service.register.instruments.rules.lifecycle import InstrumentState

NAMED = (COMMITMENTS, INSTRUMENTS, GROUPS, SESSIONS)
"""What a commitment names that its reader may not see."""


async def get(connection: Connection, caller: Caller, commitment_id: UUID) -> Row:
    """Return one commitment with the caller's roles and the commission's fixed facts; `NotFound` otherwise."""
    row = await statements.one(caller.kind).row(connection, commitment_id=commitment_id, **bound(caller))
    if row is None:
        await require_active(connection, caller)
        raise NotFound("There is no such commitment for this caller.")
    (told,) = await as_told(connection, caller, [row])
    return await with_its_names(connection, caller, told)


async def as_told(connection: Connection, caller: Caller, rows: Sequence[Row]) -> list[Row]:
    """Return the rows without the names of what the caller may not see; as `alone` the id of the instrument of which one alone tells."""
    told = await unnamed(connection, NAMED, caller, rows)
    keys = {row["id"]: UUID(key_of(str(row["id"]))) for row in told if tells_alone(row)}
    # Of almost every instrument its own trail tells.
    there = {*await _without_trail.rows(connection, ids=[*keys.values()])} if keys else set()
    return [{**row, "alone": key} if (key := keys.get(row["id"])) in there else row for row in told] if there else told


async def place(
    connection: Connection, caller: Caller, commission_id: UUID, session_id: UUID | None, group_id: UUID | None
) -> Row | None:
    """Return what recording needs to know of the commission, its session and group, with the caller's roles."""
    session = await lock_shared(connection, session_id, commission_id) if session_id else None
    found = await commissions.place(connection, caller, commission_id, group_id)
    return found and {**found, "session": session}


_instrument = table(Instrument)
_without_trail = Query(
    sa.select(_instrument.c.id).where(
        is_among(_instrument.c.id, "ids"),
        _instrument.c.seq < sa.literal_column("0"),
        _instrument.c.state != sa.literal_column(f"'{InstrumentState.RETRACTED}'"),
    ),
    UUID,
)
