"""Reading commitments, and the place where one is to be recorded."""

from uuid import UUID

from service.database.statement import Connection
from service.errors import NotFound
from service.identity.queries import require_active
from service.permissions import Caller
from service.register.commissions import queries as commissions
from service.register.commissions.matter import SESSIONS, lock_shared
from service.register.commitments import statements
from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.naming import with_its_names
from service.register.commitments.visibility import bound
from service.register.decisions.engine.matter import Row
from service.register.decisions.unseen import unnamed
from service.register.groups.matter import GROUPS
from service.register.instruments.matter import INSTRUMENTS

NAMED = (COMMITMENTS, INSTRUMENTS, GROUPS, SESSIONS)
"""What a commitment names that its reader may not see."""


async def get(connection: Connection, caller: Caller, commitment_id: UUID) -> Row:
    """Return one commitment with the caller's roles and the commission's fixed facts; `NotFound` otherwise."""
    row = await statements.one(caller.kind).row(connection, commitment_id=commitment_id, **bound(caller))
    if row is None:
        await require_active(connection, caller)
        raise NotFound("There is no such commitment for this caller.")
    (told,) = await unnamed(connection, NAMED, caller, [row])
    return await with_its_names(connection, caller, told)


async def place(
    connection: Connection, caller: Caller, commission_id: UUID, session_id: UUID | None, group_id: UUID | None
) -> Row | None:
    """Return what recording needs to know of the commission, its session and group, with the caller's roles."""
    session = await lock_shared(connection, session_id, commission_id) if session_id else None
    found = await commissions.place(connection, caller, commission_id, group_id)
    return found and {**found, "session": session}
