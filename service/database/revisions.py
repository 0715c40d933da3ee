"""Which releases work on which schema: a release on the schema that it is made for, and on newer ones that say they serve it.

A migration that only adds says so by `serves_from`, the newest revision of the oldest release that works on what it makes; without it,
no release from before it does. So an instance goes on while the next release's migrations run, and writes nothing once it must not.
"""

from typing import ClassVar, Final

import asyncpg
import sqlalchemy as sa
from sqlmodel import Field

from service.database.columns import Table, words
from service.database.connection import Driver
from service.errors.operator import OperatorMistake
from service.settings import MIGRATIONS

NEWEST: Final = max(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py"))
"""The newest revision by its file's name: Alembic would read them all, and stay in memory for good."""


class SchemaUnfit(OperatorMistake):
    """This release must not write under the schema that is there."""


class SchemaRange(Table, table=True):
    """The one row that says which is the oldest release, by its newest revision, that works on this schema."""

    __tablename__ = "schema_range"
    __table_args__: ClassVar[tuple[object, ...]] = (sa.CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, sa_type=sa.SmallInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    oldest: str = words()


async def unfitness(connection: Driver, ours: str = NEWEST) -> str | None:
    """Return why a release made for the revision `ours` must not write under the schema that is there; None if it may."""
    try:
        present = await connection.fetchval("SELECT max(version_num) FROM alembic_version")
    except asyncpg.UndefinedTableError:
        present = None
    if present is None:
        return f"is not there, needs {ours}: run `pacta migrate`"
    if present < ours:
        return f"is at revision {present}, needs {ours}: run `pacta migrate`"
    oldest = await connection.fetchval("SELECT oldest FROM schema_range") if present > ours else ours
    if ours < oldest:
        return f"is at revision {present}, serves releases from {oldest} on, and this one is of {ours}: start the newer one"
    return None


async def require_fit(connection: Driver) -> None:
    """Raise `SchemaUnfit` where this release must not write."""
    if said := await unfitness(connection):
        raise SchemaUnfit(f"The schema {said}.")
