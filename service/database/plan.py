"""What `pacta migrate` would do to a database: which migrations are due, which locks they take, and for how long on its data.

It is read from the text of each migration, which says what kind of statements it has and names the tables; nothing is run.
"""

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from alembic.config import Config
from alembic.script import Script, ScriptDirectory

from service.database.connection import Address, Limits, connect
from service.settings import MIGRATIONS

SCANNED_PER_SECOND: Final = 50_000_000
"""Bytes of a table that a modest disk reads in a second; an index is built, and a constraint held to the rows, at about that rate."""
_SIZES = """SELECT relname, greatest(reltuples, 0)::bigint, pg_table_size(oid) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"""


class Size(NamedTuple):
    """How much is in a table, as far as the statistics know."""

    rows: int
    size: int


class Taken(NamedTuple):
    """A kind of statement, by the words that tell it, the lock that it takes, and whether it reads the whole table."""

    words: re.Pattern[str]
    said: str
    scans: bool


TAKEN: Final = (
    Taken(
        re.compile(r"build_index|INDEX CONCURRENTLY|CONCURRENTLY \{"),
        "SHARE UPDATE EXCLUSIVE while an index is built: reading and writing go on",
        scans=True,
    ),
    Taken(
        re.compile(r"op\.create_index\((?!.*concurrently)"), "SHARE while an index is built: writing waits", scans=True
    ),
    Taken(
        re.compile("VALIDATE CONSTRAINT"),
        "SHARE UPDATE EXCLUSIVE while rows are held to a constraint: reading and writing go on",
        scans=True,
    ),
    Taken(
        re.compile(r"ALTER TABLE|op\.(add|alter|drop)_column|op\.create_foreign_key"),
        "ACCESS EXCLUSIVE for a moment: all wait for it, two seconds at most, and then it tries again",
        scans=False,
    ),
    Taken(re.compile(r"\bUPDATE \w"), "the rows that it fills in, one batch after the other", scans=True),
)


async def planned(owner: Address, limits: Limits) -> list[str]:
    """Return in lines what would be done."""
    connection = await connect(owner, limits, "pacta-migrate")
    try:
        there = await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
        present = await connection.fetchval("SELECT max(version_num) FROM alembic_version") if there else None
        sizes = {name: Size(rows, size) for name, rows, size in await connection.fetch(_SIZES)}
    finally:
        connection.terminate()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    due = list(ScriptDirectory.from_config(config).iterate_revisions("head", present or "base"))[::-1]
    lines = [f"The schema is {f'at {present}' if present else 'not there'}. {len(due) or 'No'} migrations are due."]
    for one in due:
        assert isinstance(one, Script)
        lines += [f"{one.revision}: {one.doc.partition(chr(10))[0]}", *_of(one, sizes)]
    return lines


def _of(migration: Script, sizes: Mapping[str, Size]) -> Iterator[str]:
    module: Any = migration.module
    text = inspect.getsource(module).removeprefix('"""' + (module.__doc__ or ""))
    touched = {name: size for name, size in sizes.items() if size.rows and re.search(rf"\b{name}\b", text)}
    yield f"  releases from {getattr(module, 'serves_from', migration.revision)} on work after it"
    if not touched:
        yield "  touches no table with rows in it: a moment"
        return
    for name, size in sorted(touched.items()):
        yield f"  touches {name}: {size.rows:,} rows, {size.size / 1e6:,.0f} MB"
    longest = max(size.size for size in touched.values()) / SCANNED_PER_SECOND
    for one in TAKEN:
        if one.words.search(text):
            yield f"  takes {one.said}{f'; some {longest:,.0f} s each' if one.scans and longest >= 1 else ''}"
