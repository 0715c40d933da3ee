"""The floor under the floor: pgbench with the limit's SQL, without HTTP and without Python, the sequencer beside it.

The rows it writes on are the limit's, which nobody can use afterwards; their logs stay sound, so that they are signed.
"""

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from service.demo.postgres import Server
from service.demo.postgres.cluster import program
from tests.benchmarks import limit_sql as sql
from tests.benchmarks.fill import Filled
from tests.benchmarks.processes import Side
from tests.benchmarks.settling import settled

SIZE = 620
# Such as the sequencer needs, which holds them to their chain before it signs.
ENTRY = (
    f"rpad(json_build_object('subject', c.id, 'commission', c.commission_id, 'seq', c.seq + 1,"
    f" 'prev', encode(c.leaf, 'hex'), 'recorded_at', clock_timestamp())::text, {SIZE})"
)
BYTES = "convert_to(:entry, 'UTF8')"
# What all writes have in common, then what is their own.
COMMON = {
    "$1": ":row_id", "$2": ":next", "$3": f"sha256(decode('00', 'hex') || {BYTES})", "$4": ":at", "$5": ":log",
    "$6": BYTES, "$7": ":target", "$8": "nullif(:left, '')", "$9": ":new_id",
}  # fmt: skip
MOVE = {
    "$10": "'suspend'", "$11": ":source", "$12": """'{"reason": "Waiting for the budget of the next year."}'""",
    "$13": "'PK'", "$14": ":new_id",
}  # fmt: skip
ANSWER = {"$9": ":moved", "$10": "'AZ'", "$11": ":new_id", "$12": ":new_id"}
HEAD = f"SELECT c.id AS row_id, c.seq + 1 AS next, c.state AS source, c.commission_id AS log, {ENTRY} AS entry,"
READY = (
    f"{HEAD} CASE WHEN c.state = 'suspended' THEN c.suspended_from ELSE 'suspended' END AS target,"
    " CASE WHEN c.state = 'suspended' THEN '' ELSE c.state END AS left, uuidv7"
)
OPEN = (
    f"{HEAD} t.id AS moved, t.target AS will_be, CASE WHEN t.target = 'suspended' THEN t.source ELSE '' END AS left,"
    " uuidv7"
)
ASKED = {"read": sql.READ_ONE, "trail": sql.TRAIL, "list": sql.LIST}
COMMANDS = {"propose": slice(1, 5), "confirm": slice(5, 9)}
"""Which commands of the script of a pair are whose."""
_target = "(SELECT id FROM floor_target WHERE kind = '{}' AND n = :n)"


async def database_alone(
    server: Server, directory: Path, filled: Filled, sequenced: tuple[Any, Side], pace: tuple[int, Sequence[int]]
) -> list[dict[str, Any]]:
    """Return what pgbench reaches; `sequenced` is a superuser's connection and the side that runs, `pace` seconds and clients."""
    rows = {
        "at_once": filled.rows["unilateral limit"],
        "pair": filled.rows["mutual limit"],
        "read": filled.rows["read"],
        "list": list(filled.listed),
        "trail": filled.rows["trail"],
    }
    (connection, side), (seconds, counts) = sequenced, pace
    await _targets(connection, rows)
    found = []
    for kind, ids in rows.items():
        for clients in counts:
            script = directory / f"{kind}.sql"
            script.write_text(_script(kind, clients, len(ids)))
            rates = await _pgbench(server, script, clients, seconds)
            await settled(connection, side)
            found += [{"operation": name, "clients": clients, "per_second": rate} for name, rate in rates.items()]
    return found


async def _targets(connection: Any, rows: Mapping[str, Sequence[UUID]]) -> None:
    await connection.execute("CREATE TABLE floor_target (kind text, n int, id uuid, PRIMARY KEY (kind, n))")
    await connection.execute("GRANT SELECT ON floor_target TO pacta_app")
    records = [(kind, n, one) for kind, ids in rows.items() for n, one in enumerate(ids)]
    await connection.copy_records_to_table("floor_target", records=records)
    await connection.execute("ANALYZE floor_target")


def _script(kind: str, clients: int, count: int) -> str:
    if kind in ASKED:
        asked = ASKED[kind]
        if kind == "list":
            asked = asked.replace("$1", "'agreed'").replace("$3", "51").replace("$2", _target.format(kind))
        asked = asked.replace("$1", _target.format(kind))
        return f"\\set n random(0, {count - 1})\n{asked};\n"
    # Each client has rows of its own, as the generator's clients do.
    choose = f"\\set n :client_id + {clients} * random(0, {count // clients - 1})\n"
    lock = _with(_columns(sql.LOCK, READY), {"$1": _target.format(kind)})
    if kind == "at_once":
        return choose + _transaction(lock, _with(sql.EFFECT, COMMON | MOVE))
    held = _with(_columns(sql.LOCK_BY_TRANSITION, OPEN), {"$1": ":new_id"})
    opened = _transaction(lock, _with(sql.PROPOSE, COMMON | MOVE | {"$8": "'{AZ}'"}))
    return choose + opened + _transaction(held, _with(sql.CONFIRM, COMMON | ANSWER | {"$7": ":will_be"}))


def _transaction(lock: str, write: str) -> str:
    return f"BEGIN;\n{lock} \\gset\n{write};\nCOMMIT;\n"


def _columns(lock: str, columns: str) -> str:
    return re.sub(r"SELECT c\.id, .*? uuidv7", columns, lock, count=1, flags=re.DOTALL)


def _with(statement: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\$\d+", lambda found: values[found[0]], statement)


async def _pgbench(server: Server, script: Path, clients: int, seconds: int) -> dict[str, float]:
    asked = [
        str(program("pgbench")), "--no-vacuum", "--protocol=prepared", f"--client={clients}",
        f"--jobs={min(clients, 2)}", f"--time={seconds}", f"--file={script}", "--host=127.0.0.1",
        f"--port={server.port}", "--username=pacta_app", "--report-per-command", "pacta",
    ]  # fmt: skip
    environment = os.environ | {"PGPASSWORD": server.cluster.passwords["pacta_app"]}
    process = await asyncio.create_subprocess_exec(
        *asked, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, wrong = await process.communicate()
    tps = re.search(rb"tps = ([0-9.]+)", said)
    if process.returncode or tps is None or b"ERROR" in wrong:
        message = f"pgbench failed: {wrong.decode()}"
        raise RuntimeError(message)
    if script.stem != "pair":
        return {script.stem: round(float(tps[1]), 1)}
    # A pair's clients propose and confirm in turn: what each alone would reach follows from the time that it takes.
    took = [float(one) for one in re.findall(rb"^ +([0-9.]+) +\d+ +\S", said, re.MULTILINE)]
    assert len(took) == 9, said
    return {name: round(1000 * clients / sum(took[which]), 1) for name, which in COMMANDS.items()}
