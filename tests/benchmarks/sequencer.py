"""How fast the sequencer is: `python -m tests.benchmarks.sequencer [ENTRIES] [LOGS]`.

Beside it, in the same run and on the same durable PostgreSQL, one writer appends as fast as it can: a transaction with
the two statements that the smallest request of the service needs. The sequencer must be at least ten times as fast.
"""

import asyncio
import re
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import sqlalchemy as sa
from pydantic import SecretStr

from service import telemetry
from service.database.columns import table
from service.database.connection import Address, Limits
from service.database.migrate import migrate
from service.database.pool import Pool
from service.database.statement import Query
from service.demo.postgres import Server, start
from service.register.commissions.models import Commission
from service.sequencer.directory import LogDirectory
from service.sequencer.sequencer import Sequencer, _grown
from service.settings import Settings
from service.trail.append import append
from service.trail.entry import Head, compose
from tests.sequencer.filling import AUTHOR, fill, found

WRITING_SECONDS = 5.0
_commission = table(Commission)
_lock = Query(
    sa.select(sa.func.clock_timestamp().label("at"))
    .where(_commission.c.id == sa.bindparam("id"))
    .with_for_update(key_share=True, of=_commission),
    datetime,
)


async def write(server: Server, log_id: UUID) -> float:
    """Return the entries per second that one writer appends, each in a transaction of its own."""
    settings = Settings(database_url=SecretStr(server.url("pacta_app")))
    pool = Pool.of(settings, Address.of_service(settings))
    subject, head, begun = uuid4(), Head(), time.perf_counter()
    while (spent := time.perf_counter() - begun) < WRITING_SECONDS:
        async with pool.transaction() as connection:
            at = await _lock.one(connection, id=log_id)
            kind, data = "transition.confirmed", {"reason": "Agreed in writing."}
            entry = compose(head, log_id=log_id, subject=subject, kind=kind, recorded_at=at, author=AUTHOR, data=data)
            await append(connection, entry)
        head = Head(entry.seq, entry.leaf)
    await pool.close()
    return (head.seq + 1) / spent


async def until(owner: "asyncpg.Connection[asyncpg.Record]", true: str) -> None:
    """Wait until a question is answered with true."""
    while not await owner.fetchval(true):  # noqa: ASYNC110 -- it becomes so in the database
        await asyncio.sleep(0.02)


async def work(sequencer: Sequencer, owner: "asyncpg.Connection[asyncpg.Record]") -> tuple[float, float]:
    """Return the seconds until every entry has its index, and until everything is signed as well."""
    begun, running = time.perf_counter(), asyncio.create_task(sequencer.run())
    await until(owner, "SELECT NOT EXISTS (SELECT FROM audit_pending)")
    indexed = time.perf_counter() - begun
    signed = (
        "SELECT (SELECT coalesce(sum(size), 0) FROM (SELECT max(size) AS size FROM log_checkpoint GROUP BY log_id) c)"
        " = (SELECT sum(size) FROM (SELECT max(index) + 1 AS size FROM log_entry GROUP BY log_id) l)"
    )
    await until(owner, signed)
    spent = time.perf_counter() - begun
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return indexed, spent


def memory() -> float:
    """Return the most memory that this process has held, in MiB (proc(5), VmHWM)."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[0]) / 1024


async def measure(server: Server, directory: Path, entries: int, count: int) -> None:
    """Write, fill, and let the sequencer work; print what was measured."""
    owner = await asyncpg.connect(server.url("pacta_owner"))
    commissions = await found(owner, count)
    writer = await write(server, commissions[0])
    for part in range(0, entries, 100_000):
        share = min(100_000, entries - part) // count
        await fill(owner, dict.fromkeys(commissions, share))
    pool = Pool.of(Settings(), Address.parse(server.url("pacta_sequencer")), name="pacta-sequencer", size=1)
    sequencer = Sequencer(pool, LogDirectory.open(directory, "benchmark.test"))
    # Forget the peak of the filling.
    Path("/proc/self/clear_refs").write_text("5")  # noqa: ASYNC240 -- nothing else runs
    before = memory()
    indexed, spent = await work(sequencer, owner)
    grown = memory() - before
    begun = time.perf_counter()
    async with pool.transaction() as connection:
        assert await _grown.rows(connection) == []
    looked = time.perf_counter() - begun
    await pool.close()
    await owner.close()
    rate = entries / spent
    lines = (
        f"{datetime.now(UTC):%Y-%m-%d}  {entries} entries in {count} logs",
        f"one writer appends            {writer:10.0f} entries/s",
        f"the sequencer gives indexes   {entries / indexed:10.0f} entries/s",
        f"and signs                     {rate:10.0f} entries/s = {rate / writer:.1f} times the writer",
        f"looking for what is unsigned  {looked * 1000:10.1f} ms",
        f"memory grew by                {grown:10.1f} MiB",
    )
    sys.stdout.write("\n".join(lines) + "\n")


def main(entries: int = 100_000, count: int = 20) -> None:
    """Measure on a new, durable PostgreSQL, which is gone afterwards."""
    telemetry.configure("WARNING")
    with tempfile.TemporaryDirectory() as made:
        server = start(Path(made) / "postgres")
        try:
            migrate(Address.parse(server.url("pacta_owner")), [], Limits.of_bulk(Settings()))
            asyncio.run(measure(server, Path(made) / "log", entries, count))
        finally:
            server.stop()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
