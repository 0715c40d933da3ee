"""What every answer says while a log that was reopened waits to be acknowledged: looked at beside the requests, not by them."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from service.database.columns import table
from service.database.pool import LOST, Pool
from service.database.statement import Connection, Query
from service.register.commissions.models import Commission
from service.trail.reopening import notice

SECONDS: Final = 1.0
_commission = table(Commission)


class _Reopened(NamedTuple):
    code: str
    reopened: dict[str, Any]


_waiting = Query(
    sa.select(_commission.c.code, _commission.c.reopened)
    .where(sa.func.jsonb_array_length(_commission.c.reopened["awaits"]) > 0)
    .order_by(_commission.c.code),
    _Reopened,
)


@dataclass(slots=True)
class Notice:
    """The text of the header `Pacta-Notice`, None where there is nothing to say."""

    text: str | None = None

    async def look(self, connection: Connection) -> None:
        """Read which logs wait to be acknowledged."""
        found = await _waiting.rows(connection)
        self.text = "; ".join(f"{one.code}: {notice(one.reopened)}" for one in found) or None

    async def watch(self, pool: Pool) -> None:
        """Look once a second, until cancelled; while the database is away it stays as it was."""
        while True:
            with contextlib.suppress(*LOST):
                async with pool.connection() as connection:
                    await self.look(connection)
            await asyncio.sleep(SECONDS)
