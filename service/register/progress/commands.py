"""Reporting on a commitment, for one's own side: at once, beside whatever is open, and no other party confirms it."""

from collections.abc import Mapping
from datetime import UTC, date
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection
from service.errors import Conflict
from service.errors.sent import Sent
from service.permissions import Caller, Permission
from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.rules.lifecycle import State
from service.register.commitments.rules.reporting import (
    REPORTED,
    Level,
    ProgressReportCreate,
    last_of,
    tells_of,
    wrong,
)
from service.register.decisions.engine.locking import lock
from service.register.decisions.engine.matter import Row
from service.register.decisions.engine.writing import save
from service.register.decisions.rules.ended import require_room_in
from service.register.progress.models import ProgressReport
from service.trail.append import EntryChange
from service.trail.entry import timestamp

_report = table(ProgressReport)


async def report(
    connection: Connection, caller: Caller, commitment_id: UUID, sent: Sent[ProgressReportCreate]
) -> dict[str, Any]:
    """Record a report of the caller's own party and return its row; 403, 409 of a retracted one, 422 with all that is wrong."""
    locked = await lock(connection, COMMITMENTS, caller, commitment_id)
    locked.standing.require(Permission.REPORT)
    require_room_in(locked.row, COMMITMENTS.kind, "report")
    if locked.row["state"] == State.RETRACTED:
        raise Conflict("It was taken back by the party that recorded it: there is nothing to report on.")
    at, party = locked.stamp.at, str(caller.party)
    today = at.astimezone(UTC).date()
    new = sent.read(wrong(sent.sound, locked.row["target_date"], today))
    told = {"id": str(locked.stamp.id), **new.model_dump(mode="json")}
    on = tells_of(new.period_end, today)
    row = {
        **new.model_dump(),
        "id": locked.stamp.id,
        "commitment_id": commitment_id,
        "party": party,
        "principal_id": caller.principal_id,
        "entry": locked.stamp.head.seq + 1,
        "on": on,
        "recorded_at": at,
    }
    known = {**told, "on": str(on), "recorded_at": timestamp(at)}
    changes = columns({**locked.row["progress"], party: last_of(locked.row["progress"].get(party), known)})
    await save(connection, caller, locked, REPORTED, {"report": told}, changes, [_stored(row)])
    return row


def columns(progress: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of the commitment that tell the last report of each party."""
    levels = {one["level"] for one in progress.values()}
    return {
        "progress": dict(progress),
        "levels": [str(level) for level in Level if level in levels],
        "reported_on": max(date.fromisoformat(one["on"]) for one in progress.values()),
    }


def _stored(row: Row) -> EntryChange:
    return EntryChange(_storing(), {f"report_{name}": value for name, value in row.items()})


@cache
def _storing() -> sa.CTE:
    bound = {column.name: sa.bindparam(f"report_{column.name}", type_=column.type) for column in _report.columns}
    return sa.insert(_report).values(bound).cte("reported")
