"""What an entry of a matter's own trail brought: read under the lock, when a proposal names it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson
import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query
from service.register.decisions.engine.matter import Matter
from service.register.decisions.rules.matter import Found
from service.register.decisions.rules.origins import Told, find
from service.trail.models import AuditEntry

_entry = table(AuditEntry)


class _Stored(NamedTuple):
    leaf: bytes
    seq: int
    kind: str
    recorded_at: datetime
    canonical: bytes


_trail = Query(
    sa.select(*(_entry.c[name] for name in _Stored._fields))
    .where(_entry.c.subject == sa.bindparam("matter_id"))
    .order_by(_entry.c.seq),
    _Stored,
)


def _told(matter: Matter, one: _Stored) -> Told:
    entry = orjson.loads(one.canonical)
    return Told(one.leaf.hex(), one.seq, one.recorded_at, matter.told(one.kind, entry["data"]), entry["party"])


async def brought(connection: Connection, matter: Matter, matter_id: UUID, leaf: str) -> Found | None:
    """Return what the entry with this leaf hash brought to the matter; None if its trail has no such entry."""
    stored = await _trail.rows(connection, matter_id=matter_id)
    entries = [_told(matter, one) for one in stored]
    before = await matter.earlier(connection, matter_id) if matter.earlier else []
    return find(matter.rules, [*before, *entries], leaf)
