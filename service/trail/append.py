"""The one function that writes to the audit trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Change, Connection, given
from service.trail.entry import Entry
from service.trail.models import AuditEntry, AuditPending

_entry, _pending = table(AuditEntry), table(AuditPending)
_queue = sa.insert(_pending).values(given(_pending, "log_id", "subject", "seq", "leaf")).cte("queued")
_insert = sa.insert(_entry).values(given(_entry, *_entry.c.keys()))


@dataclass(frozen=True, slots=True)
class EntryChange:
    """A change that an entry tells of: a statement that is run with it, and its values.

    No value may have the name of a column: SQLAlchemy would write it there.
    """

    statement: sa.CTE
    values: Mapping[str, Any]


async def append(connection: Connection, entry: Entry, changes: Sequence[EntryChange] = ()) -> None:
    """Store `entry`, queue it for its index and make its `changes`, in one statement of the caller's transaction.

    The caller holds the lock on the subject's row, and writes the new head there. UNIQUE (subject, seq) refuses a fork.
    """
    values = {
        "subject": entry.subject,
        "seq": entry.seq,
        "log_id": entry.log_id,
        "leaf": entry.leaf,
        "canonical": entry.canonical,
        "kind": entry.kind,
        "recorded_at": entry.recorded_at,
    }
    for one in changes:
        values |= one.values
    await _appending(tuple(one.statement for one in changes)).soon(connection, **values)


# Made once for the statements that are run together: making it would cost more than running it.
@cache
def _appending(changes: tuple[sa.CTE, ...]) -> Change:
    return Change(_insert.add_cte(_queue, *changes))
