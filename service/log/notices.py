"""What every answer says while a log that was reopened waits to be acknowledged: looked at beside the requests, not by them."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from service.database.columns import table
from service.database.pool import LOST, Pool
from service.database.statement import Connection, Query
from service.register.commissions.models import Commission
from service.register.commissions.rules.charter.evidence import Openness
from service.trail.reopening import notice

SECONDS: Final = 1.0
_commission = table(Commission)


class _Reopened(NamedTuple):
    code: str
    parties: list[str]
    confidentiality: str
    reopened: dict[str, Any]


_waiting = Query(
    sa.select(*(_commission.c[name] for name in _Reopened._fields))
    .where(sa.func.jsonb_array_length(_commission.c.reopened["awaits"]) > 0)
    .order_by(_commission.c.code),
    _Reopened,
)


@dataclass(slots=True)
class Notice:
    """What the header `Pacta-Notice` says, of each commission to its parties, and of a public one to everybody who is known."""

    waiting: list[_Reopened] = field(default_factory=list)

    def to(self, party: str | None) -> str | None:
        """Return what is said to who acts for this party; None where there is nothing to say."""
        told = [one for one in self.waiting if one.confidentiality == Openness.PUBLIC or party in one.parties]
        return "; ".join(f"{one.code}: {notice(one.reopened)}" for one in told) or None

    async def look(self, connection: Connection) -> None:
        """Read which logs wait to be acknowledged."""
        self.waiting = [*await _waiting.rows(connection)]

    async def watch(self, pool: Pool) -> None:
        """Look once a second, until cancelled; while the database is away it stays as it was."""
        while True:
            with contextlib.suppress(*LOST):
                async with pool.connection() as connection:
                    await self.look(connection)
            await asyncio.sleep(SECONDS)
