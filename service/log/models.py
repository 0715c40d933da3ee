"""The log under the trail: each entry's index, the tree over them, its checkpoints, and why one is refused."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from service.database.columns import Id, Table, moment


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
