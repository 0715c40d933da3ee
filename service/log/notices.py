"""What every answer says while a log that was reopened waits to be acknowledged: looked at beside the requests, not by them."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from service.database.columns import table
from service.database.pool import LOST, Pool
from service.database.statement import Connection, Query
from service.register.commissions.confidentiality import is_public
from service.register.commissions.models import Commission
from service.trail.reopening import notice

SECONDS: Final = 1.0
_commission = table(Commission)


class _Reopened(NamedTuple):
    code: str
    parties: list[str]
    outside: list[str]
    is_public: bool
    reopened: dict[str, Any]


_waiting = Query(
    sa.select(
        *(_commission.c[name] for name in ("code", "parties", "outside")),
        is_public().label("is_public"),
        _commission.c.reopened,
    )
    .where(sa.func.jsonb_array_length(_commission.c.reopened["awaits"]) > 0)
    .order_by(_commission.c.code),
    _Reopened,
)


@dataclass(slots=True)
class Notice:
    """What the header `Pacta-Notice` says, of each commission to the parties that take part, and of a public one to everybody who is known."""

    waiting: list[_Reopened] = field(default_factory=list)

    def to(self, party: str | None) -> str | None:
        """Return what is said to who acts for this party; None where there is nothing to say."""
        told = [one for one in self.waiting if one.is_public or (party in one.parties and party not in one.outside)]
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
