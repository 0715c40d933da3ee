"""The one function that writes to the audit trail."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.audit.entry import Entry
from service.audit.models import AuditEntry, AuditPending
from service.orm import table
from service.prepared import Prepared

_entry, _pending = table(AuditEntry), table(AuditPending)
_queue = (
    sa.insert(_pending)
    .values({name: sa.bindparam(name, type_=_pending.c[name].type) for name in ("log_id", "subject", "seq", "leaf")})
    .cte("queued")
)
_append = Prepared(
    sa.insert(_entry)
    .values({column.name: sa.bindparam(column.name, type_=column.type) for column in _entry.columns})
    .add_cte(_queue),
    changing=True,
)


async def append(connection: AsyncConnection, entry: Entry) -> None:
    """Store `entry` and queue it for its index, in one statement of the caller's transaction.

    The caller holds the lock on the subject's row, and has written the new head there. UNIQUE (subject, seq) refuses
    a fork.
    """
    await _append.rows(
        connection,
        {
            "subject": entry.subject,
            "seq": entry.seq,
            "log_id": entry.log_id,
            "leaf": entry.leaf,
            "canonical": entry.canonical,
            "kind": entry.kind,
            "recorded_at": entry.recorded_at,
        },
    )
