"""What the database is made of, held to the tables as this release knows them: version, tables, checks, indexes, triggers."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.schema import CreateIndex

from service.database import guards
from service.database.connection import Address, Limits, connect
from service.database.doctor.finding import Finding
from service.database.revisions import unfitness
from service.database.statement import Connection

AGAIN: Final = "Restore the dump again, into a database that is empty, and run pacta migrate after it."
_CHECKS = "SELECT conname, convalidated, conrelid::regclass::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
_SEQUENCES = """SELECT pg_get_serial_sequence(c.oid::regclass::text, a.attname), c.relname, a.attname
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attidentity <> '' AND c.relnamespace = 'public'::regnamespace"""
_SETTINGS: Final = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_apply", "remote_write", "local"),
}


async def version(connection: Connection) -> AsyncIterator[Finding]:
    """Yield what is wrong with the schema's revision."""
    there = await connection.fetchval("SELECT to_regclass('alembic_version')")
    found = [row[0] for row in await connection.fetch("SELECT version_num FROM alembic_version")] if there else []
    if len(found) > 1:
        said = f"The schema has two revisions, {' and '.join(sorted(found))}: a dump was restored over a database that was not empty."
        yield Finding("schema version", said, AGAIN)
    elif unfit := await unfitness(connection):
        yield Finding("schema version", f"The schema {unfit}.", "After a restore, too.")


async def settings(connection: Connection) -> AsyncIterator[Finding]:
    """Yield the settings under which what was acknowledged could be lost, or words not be found."""
    for name, allowed in _SETTINGS.items():
        if (value := await connection.fetchval("SELECT current_setting($1)", name)) not in allowed:
            said = f"{name} is {value}: what was acknowledged would be lost when the power fails."
            yield Finding("settings", said, f"Set it to on: ALTER SYSTEM SET {name} = on, and pg_reload_conf().")
    if await guards.knows_no_letters(connection):
        made = "Make a cluster with initdb --locale=C.UTF-8 beside --locale-provider=builtin --builtin-locale=C.UTF-8, and restore into it."
        yield Finding("settings", "LC_CTYPE is C: searching finds no words with letters beyond ASCII.", made)


async def tables(owner: Address, limits: Limits, metadata: sa.MetaData) -> AsyncIterator[Finding]:
    """Yield what of the tables is missing or another than it must be; what is there beside them is the operator's own."""
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: connect(owner, limits, "pacta-doctor"))
    try:
        async with engine.connect() as connection:
            found = await connection.run_sync(_differences, metadata)
    finally:
        await engine.dispose()
    for one in found:
        yield one


def _differences(connection: sa.Connection, metadata: sa.MetaData) -> list[Finding]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [_told(one) for one in _flat(compare_metadata(context, metadata)) if not one[0].startswith("remove_")]


def _flat(differences: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 -- as Alembic has them: tuples, or lists of tuples
    for one in differences:
        if isinstance(one, list):
            yield from _flat(one)
        else:
            yield one


def _told(difference: tuple[Any, ...]) -> Finding:
    match difference:
        case ("add_index", sa.Index() as index):
            made = str(
                CreateIndex(index).compile(
                    dialect=postgresql.dialect()  # type: ignore[no-untyped-call]
                )
            ).replace("INDEX ", "INDEX CONCURRENTLY ", 1)
            return Finding("indexes", f"The index {index.name} is missing.", statements=(made,))
        case ("add_table", sa.Table() as table):
            return Finding("tables", f"The table {table.name} is missing.", AGAIN)
        case ("add_column", _, str() as table, sa.Column() as column):
            return Finding("tables", f"The column {table}.{column.name} is missing.", AGAIN)
        case ("add_constraint" | "add_fk", sa.Constraint() as constraint):
            return Finding(
                "constraints", f"The constraint {constraint.name} of {constraint.table.name} is missing.", AGAIN
            )
        case (str() as kind, _, str() as table, str() as column, *_):
            return Finding("tables", f"{table}.{column} is not as it must be ({kind.replace('_', ' ')}).", AGAIN)
        case _:
            return Finding("tables", f"Something is not as it must be: {difference!r}.", AGAIN)


async def checks(connection: Connection, metadata: sa.MetaData) -> AsyncIterator[Finding]:
    """Yield checks that are missing, and constraints that hold for new rows only."""
    rows = await connection.fetch(_CHECKS)
    known = {row["conname"] for row in rows}
    for table in metadata.sorted_tables:
        for one in table.constraints:
            if isinstance(one, sa.CheckConstraint) and one.name and one.name not in known:
                yield Finding("constraints", f"The check {one.name} of {table.name} is missing.", AGAIN)
    for row in rows:
        if not row["convalidated"]:
            made = f"ALTER TABLE {row[2]} VALIDATE CONSTRAINT {row['conname']}"
            yield Finding(
                "constraints",
                f"The constraint {row['conname']} of {row[2]} was never held to its rows: until it is, tables are not compared.",
                statements=(made,),
            )


async def indexes(connection: Connection) -> AsyncIterator[Finding]:
    """Yield the indexes whose building failed."""
    for name in await guards.broken_indexes(connection):
        left = name.rstrip("0123456789").endswith(("_ccnew", "_ccold"))
        made = f"DROP INDEX CONCURRENTLY {name}" if left else f"REINDEX INDEX CONCURRENTLY {name}"
        yield Finding("indexes", f"The index {name} is not valid: its building failed.", statements=(made,))


async def triggers(connection: Connection) -> AsyncIterator[Finding]:
    """Yield the tables that are only added to, and are not guarded."""
    for name in await guards.unguarded(connection):
        made = (
            guards.FUNCTION,
            f"DROP TRIGGER IF EXISTS {guards.TRIGGER} ON {name}",
            guards.CREATED.format(table=name),
            f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER {guards.TRIGGER}",
        )
        said = (
            f"Nothing stops its owner from changing {name}: the trigger {guards.TRIGGER} is missing, or not always on."
        )
        yield Finding("triggers", said, statements=made)


async def sequences(connection: Connection) -> AsyncIterator[Finding]:
    """Yield the numbers that would be given twice."""
    for sequence, table, column in await connection.fetch(_SEQUENCES):
        last = await connection.fetchval(f"SELECT max({column}) FROM {table}") or 0  # noqa: S608 -- names of the catalogue
        given = await connection.fetchval(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")  # noqa: S608
        if given < last:
            said = f"{sequence} would give {given + 1} next, and {table}.{column} has {last} already."
            yield Finding("sequences", said, statements=(f"SELECT setval('{sequence}', {last})",))
