"""A register that a test used is made the pilot again, and its connections serve the next test.

Copying a database takes forty milliseconds, and each connection to a new one reads the catalogues and plans every statement
anew, which took a third of a second for each test: half of the suite. Here what a test wrote is put back, and nothing else
was touched: whose structure, settings or connections are not as they were is not renewed but dropped.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import asyncpg

from service.database.pool import Pool
from service.demo.postgres import Server

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
_TABLES = """SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attgenerated = '' GROUP BY c.relname ORDER BY c.relname"""
_COUNTERS = "SELECT sequencename::text AS name, last_value FROM pg_sequences ORDER BY 1"
_SET_BACK = "SELECT setval($1::text::regclass, coalesce($2::bigint, 1), $2::bigint IS NOT NULL)"
GUARD = "SELECT pg_get_functiondef('refuse_change'::regproc)"
OPENED = """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RETURN NULL; END $$"""
# What is written in place (statistics, what an index has) tells nothing; what is written anew has another place and writer.
_STRUCTURE = "SELECT concat_ws('/', " + ", ".join(
    f"(SELECT sum(hashtextextended({row}, 0)) FROM {catalogue} WHERE {where})"
    for catalogue, where, row in (
        *(
            (name, f"{key} >= 16384", "concat(ctid, xmin)")
            for name, key in (
                ("pg_class", "oid"), ("pg_attribute", "attrelid"), ("pg_constraint", "oid"), ("pg_trigger", "oid"),
                ("pg_index", "indexrelid"), ("pg_type", "oid"), ("pg_attrdef", "oid"),
            )
        ),
        # The guard is made anew each time.
        ("pg_proc", "oid >= 16384", "concat(oid, proowner, prosecdef, provolatile, proisstrict, proparallel, prosrc, proacl, proconfig)"),
        ("pg_sequence", "seqrelid >= 16384", "concat(ctid, xmin)"),
        ("pg_policy", "true", "concat(ctid, xmin)"),
        ("pg_namespace", "true", "concat(ctid, xmin)"),
        ("pg_default_acl", "true", "concat(ctid, xmin)"),
        ("pg_event_trigger", "true", "concat(ctid, xmin)"),
        ("pg_database", "datname = current_database()", "concat(ctid, xmin)"),
        ("pg_db_role_setting", "setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())", "concat(setconfig)"),
    )
) + ")"  # fmt: skip
_CONNECTED = """SELECT count(*) FILTER (WHERE state = 'idle') AS idle, count(*) AS all FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
_HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"


@dataclass(frozen=True)
class Pristine:
    """What is in the pilot's database, as `COPY` in binary form tells it."""

    columns: Mapping[str, list[str]]
    rows: Mapping[str, bytes]
    counters: Mapping[str, int | None]
    guard: str

    @classmethod
    async def of(cls, connection: Connection) -> "Pristine":
        """Read all of a database in which nobody writes."""
        columns = {name: list(names) for name, names in await connection.fetch(_TABLES)}
        rows = {}
        for name, names in columns.items():
            kept = io.BytesIO()
            await connection.copy_from_table(name, columns=names, output=kept, format="binary")
            rows[name] = kept.getvalue()
        counters = dict(await connection.fetch(_COUNTERS))
        return cls(columns, rows, counters, await connection.fetchval(GUARD))

    @property
    def marks(self) -> str:
        """Return the statement that tells each table's rows apart from any that are written later."""
        marks = (
            f"(SELECT concat(count(*), ' ', sum(hashtextextended(concat(ctid, xmin, xmax), 0))) FROM \"{name}\")"
            for name in self.columns
        )
        return f"SELECT ARRAY[{', '.join(marks)}]"


@dataclass
class Register:
    """A copy of the pilot's database, the pools of the last who used it, and a superuser's connection that looks after it."""

    database: str
    pristine: Pristine
    connection: Connection
    structure: str
    marks: list[str]
    pools: Sequence[Pool] = ()
    times: int = 0

    @classmethod
    async def of(cls, server: Server, database: str, pristine: Pristine) -> "Register":
        """Look after a fresh copy of the pilot."""
        connection = await _connected(server, database)
        try:
            structure, marks = await connection.fetchval(_STRUCTURE), await connection.fetchval(pristine.marks)
        except BaseException:
            connection.terminate()
            raise
        return cls(database, pristine, connection, structure, marks)

    async def serve(self, *holders: tuple[Any, str]) -> None:
        """Give to each who holds a pool, by this name, the kept one of the same kind, and close those that nobody wants."""
        kept = {_kind(pool): pool for pool in self.pools}
        for holder, name in holders:
            made = getattr(holder, name)
            setattr(holder, name, kept.pop(_kind(made), made))
        for pool in kept.values():
            await pool.close()

    async def renewed(self, pools: Sequence[Pool]) -> bool:
        """Make it the pilot again, and return whether it is: nobody else is connected, and nothing but rows has changed."""
        self.times, self.pools = self.times + 1, pools
        sound = self.times < TIMES and not self.connection.is_closed() and not any(pool.lent for pool in pools)
        if sound and await self._as_it_was():
            await self._put_back()
            for pool in pools:
                await _settle(pool)
            return True
        return False

    async def connect(self, server: Server) -> None:
        """Look after it again, after `close`."""
        self.connection = await _connected(server, self.database)

    async def close(self) -> None:
        """End what is connected."""
        for pool in self.pools:
            await pool.close()
        await self.connection.close()

    async def _as_it_was(self) -> bool:
        ours = sum(pool._pool.get_size() for pool in self.pools if pool._pool)
        idle, connected = await self.connection.fetchrow(_CONNECTED)
        return bool(
            idle == connected == ours
            and not await self.connection.fetchval(_HELD)
            and await self.connection.fetchval(_STRUCTURE) == self.structure
        )

    async def _put_back(self) -> None:
        marks = await self.connection.fetchval(self.pristine.marks)
        changed = [name for name, now, then in zip(self.pristine.rows, marks, self.marks, strict=True) if now != then]
        if not changed:
            return
        async with self.connection.transaction():
            await self.connection.execute(f"SET LOCAL session_replication_role = replica; {OPENED}")
            await self.connection.execute("; ".join(f'DELETE FROM "{name}"' for name in changed))
            for name in changed:
                rows = io.BytesIO(self.pristine.rows[name])
                columns = self.pristine.columns[name]
                await self.connection.copy_to_table(name, columns=columns, source=rows, format="binary")
            await self.connection.execute(self.pristine.guard)
            for name, last in await self.connection.fetch(_COUNTERS):
                if (then := self.pristine.counters[name]) != last:
                    await self.connection.execute(_SET_BACK, name, then)
        self.marks = await self.connection.fetchval(self.pristine.marks)


TIMES = 50
"""So often a database is renewed: what was deleted stays in its files."""


async def _settle(pool: Pool) -> None:
    """Let no connection keep what a test has set for its session; what it has planned stays."""
    if (opened := pool._pool) is not None:
        lent = [await opened.acquire() for _ in range(opened.get_idle_size())]
        for connection in lent:
            await connection.execute("RESET ALL; UNLISTEN *")
            await opened.release(connection)


async def _connected(server: Server, database: str) -> Connection:
    return await asyncpg.connect(server.url("postgres", database), timeout=3600)


def _kind(pool: Pool) -> tuple[object, ...]:
    return pool.address, pool.limits, pool.name, pool._writes, pool._size, pool._wait
