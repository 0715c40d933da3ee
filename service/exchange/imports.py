"""Asking for an import, and reading what became of it: its organisation alone can."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query, given
from service.errors import Conflict, InvalidContent, NotPermitted, there
from service.exchange.models import ALIVE_SECONDS, Import, ImportStatus
from service.exchange.rules.plan import Does
from service.exchange.schemas import ImportRow
from service.permissions import ActiveCaller, Caller, Permission
from service.register.commissions import queries as commissions
from service.register.commissions.charter import CHARTERS
from service.register.commitments.matter import COMMITMENTS
from service.register.decisions.called import COMMISSION, look_up
from service.register.decisions.unseen import unseen

ROW: Final = tuple(one.alias or name for name, one in ImportRow.model_fields.items())
"""What is told of a row, in this order: the database has one of its own."""
MOST_WAITING: Final = 5
"""So many imports of one organisation wait or run at once."""
FOUND: Final = "found"
"""The member of a stored row that says whether its commitment was there for who asked."""
LOST: Final = "Whoever ran it is gone. Nothing of it was done; ask for it again."
_import = table(Import)
_SHOWN: Final = (
    "id", "commission_id", "status", "dry_run", "propose", "reason", "sha256", "digest", "problem", "done", "total", "rows", "asked_at", "ended_at",
)  # fmt: skip
alive = _import.c.heard_at > sa.func.clock_timestamp() - sa.text(f"interval '{ALIVE_SECONDS} seconds'")
_mine = _import.c.organisation_id == sa.bindparam("organisation_id", type_=sa.Uuid())
_gone = (_import.c.status == sa.literal_column(f"'{ImportStatus.RUNNING}'")) & ~alive
_one: Query[dict[str, Any]] = Query(
    sa.select(*(_import.c[name] for name in _SHOWN), _gone.label("is_gone"), sa.func.now().label("now")).where(
        _import.c.id == sa.bindparam("import_id", type_=sa.Uuid()), _mine
    ),
    dict,
)
_id = sa.func.coalesce(sa.bindparam("known_id", type_=sa.Uuid()), sa.func.uuidv7())
_NEW: Final = (
    "commission_id",
    "principal_id",
    "organisation_id",
    "content",
    "sha256",
    "dry_run",
    "propose",
    "reason",
    "digest",
    "status",
    "done",
)
_add = Query(
    sa.insert(_import).values(given(_import, *_NEW) | {"asked_at": sa.func.now(), "id": _id}).returning(_import.c.id),
    UUID,
)
_waiting = Query(
    sa.select(sa.func.count().label("waiting")).where(
        _mine,
        _import.c.status.in_([sa.literal_column(f"'{one}'") for one in (ImportStatus.QUEUED, ImportStatus.RUNNING)]),
        ~_gone,
    ),
    int,
)


class _Tried(NamedTuple):
    content: bytes | None
    sha256: str
    propose: bool
    reason: str | None
    asked_at: datetime


_tried = Query(
    sa.select(*(_import.c[name] for name in _Tried._fields))
    .where(
        _mine,
        _import.c.commission_id == sa.bindparam("commission_id", type_=sa.Uuid()),
        _import.c.digest == sa.bindparam("digest", type_=sa.Text()),
        _import.c.dry_run,
        _import.c.status == sa.literal_column(f"'{ImportStatus.DONE}'"),
    )
    .order_by(_import.c.id.desc())
    .limit(1),
    _Tried,
)


class Asked(NamedTuple):
    """How an import is asked for."""

    content: bytes
    dry_run: bool
    propose: bool
    reason: str | None
    digest: str | None


async def ask(
    connection: Connection, caller: ActiveCaller, commission_id: UUID, asked: Asked, known_id: UUID | None = None
) -> UUID:
    """Queue an import and return its id; 404 without such a commission, 403, 409 while too many wait, 422 without a dry run like it."""
    await commissions.detail(connection, caller, commission_id)
    caller.require_somewhere(Permission.PROPOSE)
    if caller.organisation_id is None:
        raise NotPermitted("An import is made for an organisation, and this principal acts for none.")
    if await _waiting.one(connection, organisation_id=caller.organisation_id) >= MOST_WAITING:
        raise Conflict(
            f"{MOST_WAITING} imports of your organisation wait or run already. Wait until one of them is done."
        )
    if not asked.dry_run:
        asked = await _as_tried(connection, caller.organisation_id, commission_id, asked)
    elif not asked.content:
        raise InvalidContent.listing([{"pointer": "", "detail": "is needed: the file, .xlsx, .ods or CSV"}])
    return await _add.one(
        connection,
        **asked._asdict(),
        commission_id=commission_id,
        principal_id=caller.principal_id,
        organisation_id=caller.organisation_id,
        sha256=sha256(asked.content).hexdigest(),
        status=ImportStatus.QUEUED,
        done=0,
        known_id=known_id,
    )


async def _as_tried(connection: Connection, organisation: UUID, commission_id: UUID, asked: Asked) -> Asked:
    """Return the import with the file and the options of the dry run that it names; `InvalidContent` where there is none like it."""
    if asked.digest is None:
        raise _wrong("is needed: the `digest` of the dry run (dry_run=true) whose work this is to do")
    tried = await _tried.row(connection, organisation_id=organisation, commission_id=commission_id, digest=asked.digest)
    if tried is None:
        raise _wrong("is that of no dry run of your organisation in this commission which is done")
    if asked.content and sha256(asked.content).hexdigest() != tried.sha256:
        raise _wrong("is of a dry run of another file: try this one first")
    content = asked.content or tried.content
    if not content:
        raise _wrong("is of a dry run whose file is kept no more: send the file again")
    return Asked(content, dry_run=False, propose=tried.propose, reason=tried.reason, digest=asked.digest)


def _wrong(detail: str) -> InvalidContent:
    return InvalidContent.listing([{"parameter": "digest", "detail": detail}])


async def get(connection: Connection, caller: ActiveCaller, import_id: UUID) -> dict[str, Any]:
    """Return an import of the caller's organisation as it is told; `NotFound` otherwise."""
    found = await _one.row(connection, import_id=import_id, organisation_id=caller.organisation_id)
    known = there(found, "There is no such import of your organisation.")
    told = _told({**known, "rows": await _seen(connection, caller, known["rows"] or [])})
    names = await look_up(connection, (CHARTERS,), caller, [(COMMISSION, told["commission_id"])])
    return {**told, "commission": names.get(told["commission_id"])}


async def _seen(connection: Connection, caller: Caller, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows but those that tell of a commitment which the organisation saw then, and sees no more."""
    # Of what was not seen then either no row tells more than the file does: it stays, as one of what is not there.
    told = {one["reference"] for one in rows if one.get(FOUND)}
    hidden = await unseen(connection, (COMMITMENTS,), caller, told)
    return [one for one in rows if one["reference"] not in hidden]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    gone, now = row.pop("is_gone"), row.pop("now")
    if gone:
        row |= {"status": ImportStatus.FAILED, "problem": LOST, "ended_at": now}
    rows, progress = row["rows"] or [], {"done": row.pop("done"), "total": row.pop("total")}
    shown = [{name: one[name] for name in ROW} for one in rows]
    return {**row, "rows": shown, "progress": progress, "counts": counts(rows)}


def counts(rows: list[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many of what the rows tell."""
    found = dict.fromkeys([*map(str, Does), "proposals"], 0)
    seen: set[tuple[int, str, str | None]] = set()
    for one in rows:
        # Several cells of one request are one change.
        kind = "proposals" if one["action"] == Does.CHANGE and one["proposal"] else one["action"]
        key = (one["row"], kind, one["request"] if one["action"] == Does.CHANGE else one["column"])
        if key not in seen:
            seen.add(key)
            found[kind] += 1
    return found
