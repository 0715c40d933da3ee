"""`uv run poe bench`: the service beside the limit, at several sizes, printed and written to a directory."""

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

from service import telemetry
from service.database.connection import Address, Limits
from service.database.migrate import migrate
from service.demo.postgres import Server, start
from service.settings import Settings
from tests.benchmarks.around import cold_start, generator
from tests.benchmarks.database_alone import database_alone
from tests.benchmarks.fill import fill
from tests.benchmarks.growth import Measurable, grow
from tests.benchmarks.machine import family, pss
from tests.benchmarks.operations import OPERATIONS, askers
from tests.benchmarks.probe import probe
from tests.benchmarks.processes import Backends, Side, running
from tests.benchmarks.report import print_size, write
from tests.benchmarks.rounds import Pace, compare
from tests.benchmarks.settling import settled

SIZES = (1_000, 100_000, 1_000_000)


def main() -> None:
    asked = _arguments()
    telemetry.configure("CRITICAL")
    sizes = sorted(asked.sizes or ((1_000,) if asked.quick else SIZES))
    pace = Pace(asked.rounds or (2 if asked.quick else 18), asked.seconds or (0.1 if asked.quick else 1.0))
    only = [one for one in OPERATIONS if one in asked.only] or list(OPERATIONS)
    directory = Path(tempfile.mkdtemp(prefix="pacta-bench-"))
    # As in the container: everything that is started finds its bytecode compiled, whatever this environment says.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(directory / "bytecode")
    try:
        measured = [_at(directory / str(size), size, only, pace) for size in sizes]
        growth = _grow(measured[0][1], measured[-1][1], only, pace) if len(sizes) > 1 else None
        write(asked.out, [found for found, _ in measured], growth)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _at(directory: Path, size: int, only: list[str], pace: Pace) -> tuple[dict[str, Any], Measurable]:
    server = start(directory / "database", durable=True)
    try:
        migrate(Address.parse(server.url("pacta_owner")), [], Limits.of_bulk(Settings()))
        return uvloop.run(_measure(server, directory, size, only, pace))
    finally:
        server.stop()


def _grow(small: Measurable, large: Measurable, only: list[str], pace: Pace) -> dict[str, Any]:
    servers: list[Server] = []
    try:
        servers += [start(one.directory / "database", durable=True) for one in (small, large)]
        rows = uvloop.run(grow((servers[0], small), (servers[1], large), only, pace))
        return {"small": small.size, "large": large.size, "operations": rows}
    finally:
        for server in servers:
            server.stop()


async def _measure(
    server: Server, directory: Path, size: int, only: list[str], pace: Pace
) -> tuple[dict[str, Any], Measurable]:
    print(f"Filling {size:,} commitments ...", flush=True)
    filled = await fill(server, size, directory / "log")
    print(f"  {filled.entries:,} entries in {filled.seconds:.0f} s", flush=True)
    found: dict[str, Any] = {"size": size, "entries": filled.entries, "fill_seconds": round(filled.seconds)}
    watching, quick = await asyncpg.connect(server.url("postgres")), pace.seconds < 1
    backends = Backends(watching)
    async with running(server, directory) as (service, limit):
        await settled(watching, service, limit)
        began, results = time.monotonic(), []
        asks = await askers(service, limit, filled)
        for operation in only:
            print(f"  {operation} ...", flush=True)
            results += await compare(operation, asks, backends, pace)
            await settled(watching, service, limit)
        found["operations"] = [one.summary() for one in results]
        found["load_seconds"] = round(time.monotonic() - began)
        found["pss_bytes"] = await _memory(server, service, limit, backends)
        print("  round trips, pgbench, cold starts ...", flush=True)
        found["wire"] = {side: await probe(server, directory, asker, only) for side, asker in asks.items()}
        alone = (1, (16,)) if quick else (5, (1, 16))
        found["pgbench"] = await database_alone(server, directory, filled, (watching, limit), alone)
        await settled(watching, service, limit)
    await watching.close()
    found["cold_start_seconds"] = await cold_start(server, directory, 1 if quick else 7)
    found["generator"] = await generator(directory, 0.5 if quick else 3)
    print_size(found)
    return found, Measurable(size, directory, asks["service"])


async def _memory(server: Server, service: Side, limit: Side, backends: Backends) -> dict[str, Any]:
    """Return what everything that runs holds: each side's workers and backends, and what they share."""
    postgresql = family(server.process.pid)
    return {
        **{side.name: pss(side.pids) for side in (service, limit)},
        "sequencer": pss(one.pid for one in service.beside),
        "postgresql": {
            "all": pss(postgresql),
            "processes": len(postgresql),
            **{side.name: pss(await backends.answering(side)) for side in (service, limit)},
        },
    }


def _arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="poe bench", description=__doc__)
    asked.add_argument("--quick", action="store_true", help="1,000 commitments and few short rounds: under a minute.")
    asked.add_argument("--sizes", type=int, nargs="+", help=f"Numbers of commitments; default {SIZES}.")
    known = f"Some of {','.join(OPERATIONS)}; pair is propose and confirm."
    asked.add_argument("--only", type=_operations, default=[], help=known)
    asked.add_argument(
        "--rounds", type=int, help="Rounds per operation; default 18, in which every order of the sides comes thrice."
    )
    asked.add_argument("--seconds", type=float, help="Seconds of each round; default 1.")
    asked.add_argument("--out", type=Path, default=Path("artifacts"), help="Where bench.json and bench.md are written.")
    return asked.parse_args()


def _operations(text: str) -> list[str]:
    asked = ["pair" if name in {"propose", "confirm"} else name for name in text.split(",")]
    if not set(asked) <= set(OPERATIONS):
        message = f"known operations: {', '.join(OPERATIONS)}"
        raise argparse.ArgumentTypeError(message)
    return asked


if __name__ == "__main__":
    main()
