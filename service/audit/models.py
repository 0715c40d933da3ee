"""The append-only entries, the queue in which they wait for an index, and the logs that prove them."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from service.orm import Id, Table, moment

REGISTRY = Id(int=0)
"""The subject and log of registry changes: parties, organisations, principals."""


class Chained(SQLModel):
    """A subject of the audit trail: the head of its chain lies on the row that every change of it locks."""

    seq: int = Field(nullable=False)
    leaf: bytes = Field(nullable=False, sa_type=sa.LargeBinary)
    changed_at: datetime = moment()


class Registry(Table, Chained, table=True):
    """The one row that heads the registry's chain; its `seq` is the epoch that workers watch for changed roles."""

    __table_args__: ClassVar[tuple[object, ...]] = (sa.CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, sa_type=sa.SmallInteger, primary_key=True)


class AuditEntry(Table, table=True):
    """One entry: the bytes that were hashed; every other column is derived from them."""

    __tablename__ = "audit_entry"
    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.CheckConstraint("octet_length(leaf) = 32", name="leaf_is_sha256"),
        sa.CheckConstraint("octet_length(canonical) BETWEEN 2 AND 65535", name="canonical_fits_an_entry_bundle"),
    )

    subject: Id = Field(primary_key=True, sa_type=sa.Uuid)
    seq: int = Field(primary_key=True, sa_type=sa.Integer, sa_column_kwargs={"autoincrement": False})
    log_id: Id = Field(sa_type=sa.Uuid, nullable=False)
    leaf: bytes = Field(nullable=False, sa_type=sa.LargeBinary)
    canonical: bytes = Field(nullable=False, sa_type=sa.LargeBinary)
    kind: str = Field(nullable=False, sa_type=sa.Text)
    recorded_at: datetime = moment()


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


class LogEntry(Table, table=True):
    """The gap-free index of an entry in its log; feeds are read by it."""

    __tablename__ = "log_entry"
    __table_args__: ClassVar[tuple[object, ...]] = (sa.UniqueConstraint("subject", "seq"),)

    log_id: Id = Field(primary_key=True, sa_type=sa.Uuid)
    index: int = Field(primary_key=True, sa_type=sa.BigInteger, sa_column_kwargs={"autoincrement": False})
    subject: Id = Field(sa_type=sa.Uuid, nullable=False)
    seq: int = Field(nullable=False)
    leaf: bytes = Field(nullable=False, sa_type=sa.LargeBinary)


class LogNode(Table, table=True):
    """The root of a complete subtree of 256 ** `level` leaves, `level` at least 1: what hash tiles above the leaves hold."""

    __tablename__ = "log_node"
    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.CheckConstraint("level BETWEEN 1 AND 7", name="level_above_the_leaves"),
        sa.CheckConstraint("octet_length(hash) = 32", name="hash_is_sha256"),
    )

    log_id: Id = Field(primary_key=True, sa_type=sa.Uuid)
    level: int = Field(primary_key=True, sa_type=sa.SmallInteger, sa_column_kwargs={"autoincrement": False})
    index: int = Field(primary_key=True, sa_type=sa.BigInteger, sa_column_kwargs={"autoincrement": False})
    hash: bytes = Field(nullable=False, sa_type=sa.LargeBinary)


class LogCheckpoint(Table, table=True):
    """A checkpoint that the sequencer has signed: the note with the log's own signature, and the key that verifies it."""

    __tablename__ = "log_checkpoint"
    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.CheckConstraint("size >= 1", name="of_a_tree_with_leaves"),
        sa.CheckConstraint("octet_length(root) = 32", name="root_is_sha256"),
    )

    log_id: Id = Field(primary_key=True, sa_type=sa.Uuid)
    size: int = Field(primary_key=True, sa_type=sa.BigInteger, sa_column_kwargs={"autoincrement": False})
    root: bytes = Field(nullable=False, sa_type=sa.LargeBinary)
    note: bytes = Field(nullable=False, sa_type=sa.LargeBinary)
    vkey: str = Field(nullable=False, sa_type=sa.Text)
    signed_at: datetime = moment()


class LogCosignature(Table, table=True):
    """A witness's signature under a checkpoint, verified before it was stored."""

    __tablename__ = "log_cosignature"
    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.ForeignKeyConstraint(
            ["log_id", "size"],
            ["log_checkpoint.log_id", "log_checkpoint.size"],
            name="fk_log_cosignature_checkpoint",
            ondelete="RESTRICT",
        ),
    )

    log_id: Id = Field(primary_key=True, sa_type=sa.Uuid)
    size: int = Field(primary_key=True, sa_type=sa.BigInteger, sa_column_kwargs={"autoincrement": False})
    vkey: str = Field(primary_key=True, sa_type=sa.Text)
    signature: bytes = Field(nullable=False, sa_type=sa.LargeBinary)
    cosigned_at: datetime = moment()


class LogAlarm(Table, table=True):
    """Why the sequencer refuses to sign a log; the row stays until it signs again."""

    __tablename__ = "log_alarm"

    log_id: Id = Field(primary_key=True, sa_type=sa.Uuid)
    reason: str = Field(nullable=False, sa_type=sa.Text)
    raised_at: datetime = moment()
