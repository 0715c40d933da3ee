"""The worker's part: an import is read, carried out in one transaction, and told how far it is by another connection."""

import asyncio
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
import structlog

from service.database.columns import table
from service.database.gathering import Gathering
from service.database.pool import DEADLOCK, LOST, TRIES, Pool
from service.database.statement import Change, Connection, Query
from service.errors import ServiceError
from service.exchange.carrying_out import Progress, Told, carry_out, digest, stopped
from service.exchange.imports import alive
from service.exchange.models import Import, ImportStatus
from service.exchange.reading.reading import NotRead, read
from service.identity.queries import caller_of

BEAT_SECONDS: Final = 1.0
KEPT_DAYS: Final = 1
OVERTAKEN: Final = "It took so long that it was given up. Nothing of it was done; ask for it again."
DIFFERS: Final = (
    "What it would do is no longer what the dry run said: the register has changed. Try it again with dry_run=true."
)
OURS: Final = "The service failed. Nothing of it was done; tell whoever runs it, with the id of this import."
log = structlog.get_logger("pacta.imports")
_import = table(Import)
_queued: Any = sa.literal_column(f"'{ImportStatus.QUEUED}'")
_running: Any = sa.literal_column(f"'{ImportStatus.RUNNING}'")
_clock = sa.func.clock_timestamp()
_this = _import.c.id == sa.bindparam("import_id", type_=sa.Uuid())
_still = _this & (_import.c.status == _running) & alive


class _Asked(NamedTuple):
    id: UUID
    commission_id: UUID
    principal_id: UUID
    content: bytes | None
    sha256: str
    dry_run: bool
    propose: bool
    reason: str | None
    digest: str | None


_next = (
    sa.select(_import.c.id)
    .where(_import.c.status == _queued)
    .order_by(_import.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_claim = Query(
    sa.update(_import)
    .where(_import.c.id == _next.scalar_subquery())
    .values(status=_running, heard_at=_clock)
    .returning(*(_import.c[name] for name in _Asked._fields)),
    _Asked,
)
_beat = Change(
    sa.update(_import)
    .where(_still)
    .values(
        heard_at=_clock,
        done=sa.bindparam("so_far", type_=sa.Integer()),
        total=sa.bindparam("in_all", type_=sa.Integer()),
    )
)
_ENDED: Final = ("status", "rows", "digest", "problem", "done", "total")
_end = Change(
    sa.update(_import)
    .where(_still)
    .values({name: sa.bindparam(f"new_{name}", type_=_import.c[name].type) for name in _ENDED} | {"ended_at": _clock})
)
_give_up = Change(
    sa.update(_import)
    .where((_import.c.status == _running) & ~alive)
    .values(
        status=sa.literal_column(f"'{ImportStatus.FAILED}'"),
        problem=sa.bindparam("said", type_=sa.Text()),
        ended_at=_clock,
    )
)
_old = _import.c.asked_at < sa.func.now() - sa.func.make_interval(0, 0, 0, sa.bindparam("days", type_=sa.Integer()))
_forget = Change(sa.update(_import).where(_import.c.content.is_not(None), _old).values(content=sa.null()))


class _Ended(Exception):
    """The transaction is rolled back: of a dry run, or since something of it cannot be done."""

    def __init__(self, status: ImportStatus, told: list[Told], digest: str | None, problem: str | None = None) -> None:
        super().__init__(problem)
        self.status, self.told, self.digest, self.problem = status, told, digest, problem


async def run_next(pool: Pool) -> bool:
    """Run the import that has waited longest; return whether there was one."""
    async with pool.transaction() as connection:
        await _give_up.run(connection, said=OVERTAKEN)
        asked = await _claim.row(connection)
    if asked is None:
        return False
    progress = Progress()
    running, beating = (
        asyncio.create_task(_run(pool, asked, progress)),
        asyncio.create_task(_beats(pool, asked.id, progress)),
    )
    try:
        await asyncio.wait({running, beating}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (running, beating):
            task.cancel()
        await asyncio.gather(running, beating, return_exceptions=True)
    return True


async def _run(pool: Pool, asked: _Asked, progress: Progress) -> None:
    try:
        sheet = await read(asked.content or b"")
        await _whole(pool, asked, sheet, progress)
    except _Ended as over:
        ended = over
    except (NotRead, ServiceError) as wrong:
        ended = _Ended(ImportStatus.FAILED, [], asked.digest, str(wrong))
    except Exception as error:  # noqa: BLE001 -- whatever it is: it ends, and is told
        log.warning(
            "import_failed", import_id=str(asked.id), error=type(error).__name__, reason=str(error).partition("\n")[0]
        )
        ended = _Ended(ImportStatus.FAILED, [], asked.digest, OURS)
    else:
        return
    async with pool.transaction() as connection:
        await _ends(connection, asked, progress, ended)


async def _whole(pool: Pool, asked: _Asked, sheet: Any, progress: Progress) -> None:  # noqa: ANN401
    """Carry it out in one transaction; where that met another one, and the database ended it, it begins anew."""
    for tries in range(1, TRIES + 1):
        try:
            async with pool.transaction() as connection:
                told = await _carried(connection, asked, sheet, progress)
                await _ends(connection, asked, progress, _Ended(ImportStatus.DONE, told, asked.digest))
        except DEADLOCK:
            if tries == TRIES:
                raise
            log.info("import_tried_again", import_id=str(asked.id))
            progress.done = 0
        else:
            return


async def _carried(connection: Connection, asked: _Asked, sheet: Any, progress: Progress) -> list[Told]:  # noqa: ANN401
    """Carry it out; `_Ended` where nothing of it is to stay."""
    caller = await caller_of(connection, asked.principal_id)
    async with Gathering(connection) as together:
        told = await carry_out(together, caller, asked._asdict(), sheet, progress)
        # Of a dry run, too: what the database refuses, it refuses now.
        await together.written()
    would = digest(asked._asdict(), told)
    if asked.dry_run:
        raise _Ended(ImportStatus.DONE, told, would)
    if wrong := next(stopped(told), None):
        said = (
            f"{wrong['cell'] or 'Row ' + str(wrong['row'])} cannot be done: {wrong['problem']}. So nothing of it was."
        )
        raise _Ended(ImportStatus.FAILED, told, asked.digest, said)
    if would != asked.digest:
        raise _Ended(ImportStatus.FAILED, told, asked.digest, DIFFERS)
    return told


async def _ends(connection: Connection, asked: _Asked, progress: Progress, ended: _Ended) -> None:
    values = {
        "status": ended.status, "rows": ended.told, "digest": ended.digest, "problem": ended.problem,
        "done": progress.done, "total": progress.total,
    }  # fmt: skip
    if not await _end.run(connection, import_id=asked.id, **{f"new_{name}": value for name, value in values.items()}):
        raise _Ended(ImportStatus.FAILED, [], None, OVERTAKEN)


async def _beats(pool: Pool, import_id: UUID, progress: Progress) -> None:
    """Tell how far it is, and that somebody is at it, on a connection of its own; return once it is given up."""
    while True:
        try:
            async with pool.transaction() as connection:
                if not await _beat.run(connection, import_id=import_id, so_far=progress.done, in_all=progress.total):
                    return
        except LOST:
            log.warning("import_not_told", import_id=str(import_id))
        await asyncio.sleep(BEAT_SECONDS)


async def forget_files(pool: Pool) -> bool:
    """Forget files that are older than a day."""
    async with pool.transaction() as connection:
        await _forget.run(connection, days=KEPT_DAYS)
    return False
