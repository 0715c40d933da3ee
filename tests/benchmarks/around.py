"""What is measured around the load: cold starts, the generator itself, the database alone."""

import asyncio
import os
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from service.embedded import Server
from service.embedded.cluster import program
from tests.benchmarks import limit_sql as sql
from tests.benchmarks.fill import Filled
from tests.benchmarks.load import Ask, Measured, Work, measure, request
from tests.benchmarks.processes import answers, end, free_port, serve_command, service_environment, spawn

LITERALS = {
    "$1": ":row_id", "$2": ":next", "$3": "decode(repeat('ab', 32), 'hex')", "$4": ":at", "$5": ":log",
    "$6": "convert_to(repeat('x', 620), 'UTF8')", "$7": ":target", "$8": "nullif(:left, '')", "$9": ":new_id",
    "$10": "'suspend'", "$11": ":source", "$12": """'{"reason": "Waiting for the budget of the next year."}'""",
    "$13": "'PK'", "$14": ":new_id",
}  # fmt: skip
_target = "(SELECT id FROM floor_target WHERE kind = '{}' AND n = :n)"


async def cold_start(server: Server, directory: Path, times: int) -> dict[str, float]:
    """Return the seconds from the start of the process to the first answer, service and empty application in turn."""
    found: dict[str, list[float]] = {"service": [], "empty": []}
    environment = service_environment(server, directory)
    for number in range(times + 1):
        for name, seconds in found.items():
            port = free_port()
            empty = [sys.executable, "-m", "tests.benchmarks.empty", str(port)]
            began = time.perf_counter()
            process = spawn(serve_command(port) if name == "service" else empty, environment)
            try:
                await answers(port)
                # The first start compiles the bytecode.
                if number:
                    seconds.append(time.perf_counter() - began)
            finally:
                end([process])
    return {name: round(median(seconds), 3) for name, seconds in found.items()}


async def generator(seconds: float) -> dict[str, float]:
    """Return what the generator reaches against two responders that do nothing, and its share of one core."""
    ports = [free_port(), free_port()]
    processes = [spawn([sys.executable, "-m", "tests.benchmarks.constant", str(port)], os.environ) for port in ports]
    try:
        for port in ports:
            await answers(port)
        ask, found, used = Ask(request("GET", "/livez")), dict[str, Measured](), time.process_time()
        await measure(ports, [Work("constant", lambda: ask)], 16, seconds, found)
        share = (time.process_time() - used) / found["constant"].seconds
        return {"per_second": round(found["constant"].rate), "cpu_share": round(share, 2)}
    finally:
        end(processes)


async def database_alone(
    server: Server, directory: Path, filled: Filled, seconds: int, counts: Sequence[int]
) -> list[dict[str, Any]]:
    """Return what pgbench reaches with the limit's SQL: no HTTP, no Python. The rows it writes on are spoilt by it."""
    rows = {
        "at_once": filled.rows["unilateral limit"],
        "read": filled.rows["read"],
        "list": list(filled.listed),
        "trail": filled.rows["trail"],
    }
    connection = await asyncpg.connect(server.url("postgres").replace("+asyncpg", ""))
    try:
        await connection.execute("CREATE TABLE floor_target (kind text, n int, id uuid, PRIMARY KEY (kind, n))")
        await connection.execute("GRANT SELECT ON floor_target TO pacta_app")
        records = [(kind, n, one) for kind, ids in rows.items() for n, one in enumerate(ids)]
        await connection.copy_records_to_table("floor_target", records=records)
        await connection.execute("ANALYZE floor_target")
    finally:
        await connection.close()
    found = []
    for kind, ids in rows.items():
        for clients in counts:
            script = directory / f"{kind}.sql"
            script.write_text(_script(kind, clients, len(ids)))
            rate = await _pgbench(server, script, clients, seconds)
            found.append({"operation": kind, "clients": clients, "per_second": rate})
    return found


def _script(kind: str, clients: int, count: int) -> str:
    if kind != "at_once":
        asked = {"read": sql.READ_ONE, "trail": sql.TRAIL, "list": sql.LIST}[kind]
        if kind == "list":
            asked = asked.replace("$1", "'agreed'").replace("$3", "51").replace("$2", _target.format(kind))
        asked = asked.replace("$1", _target.format(kind))
        return f"\\set n random(0, {count - 1})\n{asked};\n"
    # Each client has rows of its own, as the generator's clients do.
    per = count // clients
    lock = sql.LOCK.replace("$1", _target.format(kind))
    lock = re.sub(r"SELECT .*? uuidv7", _columns(), lock, count=1, flags=re.DOTALL)
    effect = re.sub(r"\$\d+", lambda found: LITERALS[found[0]], sql.EFFECT)
    return f"\\set n :client_id + {clients} * random(0, {per - 1})\nBEGIN;\n{lock} \\gset\n{effect};\nCOMMIT;\n"


def _columns() -> str:
    return (
        "SELECT c.id AS row_id, c.seq + 1 AS next, c.state AS source, c.commission_id AS log,"
        " CASE WHEN c.state = 'suspended' THEN c.suspended_from ELSE 'suspended' END AS target,"
        " CASE WHEN c.state = 'suspended' THEN '' ELSE c.state END AS left, c.leaf, uuidv7"
    )


async def _pgbench(server: Server, script: Path, clients: int, seconds: int) -> float:
    asked = [
        str(program("pgbench")), "--no-vacuum", "--protocol=prepared", f"--client={clients}",
        f"--jobs={min(clients, 2)}", f"--time={seconds}", f"--file={script}", "--host=127.0.0.1",
        f"--port={server.port}", "--username=pacta_app", "pacta",
    ]  # fmt: skip
    environment = os.environ | {"PGPASSWORD": server.cluster.passwords["pacta_app"]}
    process = await asyncio.create_subprocess_exec(
        *asked, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, wrong = await process.communicate()
    tps = re.search(rb"tps = ([0-9.]+)", said)
    if process.returncode or tps is None:
        message = f"pgbench failed: {wrong.decode()}"
        raise RuntimeError(message)
    return round(float(tps[1]), 1)
