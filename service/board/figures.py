"""How much was carried out, n of m, by the reports' own rules, from the entries, as of any day."""

import asyncio
from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from service.board.reader import Reader
from service.database.statement import Connection
from service.log.reading import size_of
from service.permissions import Confidentiality
from service.register.history.rules.lives import Known
from service.reports import kept, queries
from service.reports.few import counts
from service.reports.rules import counting
from service.reports.rules.audience import Shown

AT_ONCE = 2_000
"""Entries of a log from which a page that shows other things is counted too; of a longer one the figures have a page of their own."""
_Counted = dict[str, Any]


async def counted(
    connection: Connection, who: Reader, commission_id: UUID, session_id: UUID | None, day: date
) -> _Counted:
    """Return both metrics of a commission, or of one of its sessions, of what the reader may see, as of a day in the world."""
    # Whoever has not signed in leaves a place to those who have.
    with counts.one(leaving=0 if who.is_signed_in else 1):
        seen = await queries.seen(connection, who.caller, commission_id)
        known = await kept.every(connection, commission_id)
        return await asyncio.to_thread(_count, known, seen, session_id, day)


async def counted_at_once(
    connection: Connection, who: Reader, commission_id: UUID, session_id: UUID | None, day: date
) -> _Counted | None:
    """Return the same where it takes no time to speak of and there is room for it; else None."""
    if await size_of(connection, commission_id) > AT_ONCE or counts.free <= 1:
        return None
    return await counted(connection, who, commission_id, session_id, day)


def _count(known: Known, seen: Collection[str], session_id: UUID | None, day: date) -> _Counted:
    about = {str(session_id)} if session_id else None
    shown = Shown(known, Confidentiality.RESTRICTED, seen)
    return counting.metrics(known, counting.items(known, day, about, shown))
