"""The append-only entries, the queue in which they wait for an index, and the logs that prove them."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.database.columns import Id, Table, moment

REGISTRY = Id(int=0)
"""The subject and log of registry changes: parties, organisations, principals."""


class Chained(SQLModel):
    """A subject of the audit trail: the head of its chain lies on the row that every change of it locks."""

    seq: int = Field(nullable=False)
    leaf: bytes = Field(nullable=False, sa_type=sa.LargeBinary)
    changed_at: datetime = moment()


class Registry(Table, Chained, table=True):
    """The one row that heads the registry's chain; its `seq` is the epoch that all processes watch for changed roles."""

    __table_args__: ClassVar[tuple[object, ...]] = (sa.CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, sa_type=sa.SmallInteger, primary_key=True)


class AuditEntry(Table, table=True):
    """One entry: the bytes that were hashed; every other column is derived from them."""

    __tablename__ = "audit_entry"
    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.CheckConstraint("octet_length(leaf) = 32", name="leaf_is_sha256"),
        sa.CheckConstraint("octet_length(canonical) BETWEEN 2 AND 65535", name="canonical_fits_an_entry_bundle"),
        sa.CheckConstraint(
            r"seq > 0 OR kind !~ '^(transition|document)\.' AND kind <> 'instrument.extended'",
            name="a_trail_begins_with_what_was_recorded",
        ),
    )

    subject: Id = Field(primary_key=True, sa_type=sa.Uuid)
    seq: int = Field(primary_key=True, sa_type=sa.Integer, sa_column_kwargs={"autoincrement": False})
    log_id: Id = Field(sa_type=sa.Uuid, nullable=False)
    leaf: bytes = Field(nullable=False, sa_type=sa.LargeBinary)
    canonical: bytes = Field(nullable=False, sa_type=sa.LargeBinary)
    kind: str = Field(nullable=False, sa_type=sa.Text)
    recorded_at: datetime = moment()


def said(entry: sa.FromClause) -> sa.ColumnElement[Any]:
    """Return what an entry says, read from its bytes by the database."""
    return sa.cast(sa.func.convert_from(entry.c.canonical, sa.literal_column("'UTF8'")), JSONB)


class AuditPending(Table, table=True):
    """An entry that has no index yet; written with the entry, removed by the sequencer."""

    __tablename__ = "audit_pending"

    id: int = Field(
        default=None,
        primary_key=True,
        sa_type=sa.BigInteger,
        sa_column_args=[sa.Identity(always=True)],
    )
    log_id: Id = Field(sa_type=sa.Uuid, nullable=False)
    subject: Id = Field(sa_type=sa.Uuid, nullable=False)
    seq: int = Field(nullable=False)
    leaf: bytes = Field(nullable=False, sa_type=sa.LargeBinary)
