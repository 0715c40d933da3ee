"""Every kind of matter that parties decide on; the one that is moved most often first."""

from typing import Final
from uuid import UUID

from service.database.statement import Connection
from service.identity.models import Principal
from service.permissions import Caller, Kind
from service.register.commissions.charter import CHARTERS
from service.register.commissions.matter import SESSIONS
from service.register.commitments.matter import COMMITMENTS
from service.register.decisions.engine.matter import Matter
from service.register.decisions.unseen import unseen
from service.register.groups.matter import GROUPS
from service.register.instruments.matter import INSTRUMENTS
from service.register.parties.principal_queries import is_of_party

MATTERS: Final[tuple[Matter, ...]] = (COMMITMENTS, INSTRUMENTS, GROUPS, SESSIONS, CHARTERS)


async def sees(connection: Connection, caller: Caller, kind: str, id_: str) -> bool:
    """Return whether the caller may read this: a matter as its own room says it, a principal of its own party, and all else."""
    if kind == Principal.__tablename__:
        return caller.kind is Kind.ADMINISTRATOR or await is_of_party(connection, UUID(id_), caller.party)
    return not await unseen(connection, MATTERS, caller, [id_])
