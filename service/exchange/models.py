"""Imports: files that somebody sent, and what became of their rows."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from service.database.columns import Id, Table, identifier, moment, one_of, optional_words, refers, text_enum

LISTS: Any = cast("type[Any]", JSONB(none_as_null=True))
ALIVE_SECONDS: Final = 30
"""A running import of which nothing was heard for so long has failed: whoever ran it is gone, and so is what it wrote."""


class ImportStatus(StrEnum):
    """Where an import is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Import(Table, table=True):
    """A file to import, for whom and how, and what became of it."""

    __tablename__ = "import"
    __table_args__: ClassVar[tuple[object, ...]] = (
        one_of("status", ImportStatus),
        sa.CheckConstraint("(status IN ('done', 'failed')) = (ended_at IS NOT NULL)", name="an_ended_one_says_when"),
        sa.CheckConstraint("status <> 'running' OR heard_at IS NOT NULL", name="a_running_one_is_heard_of"),
        sa.Index("ix_import_waiting", "id", postgresql_where=sa.text("status IN ('queued', 'running')")),
        sa.Index("ix_import_of_organisation", "organisation_id", "id"),
        sa.Index("ix_import_kept", "asked_at", postgresql_where=sa.text("content IS NOT NULL")),
    )

    id: Id = identifier()
    commission_id: Id = refers("commission.id")
    principal_id: Id = refers("principal.id")
    organisation_id: Id = refers("organisation.id")
    content: bytes | None = Field(default=None, sa_type=sa.LargeBinary, nullable=True)
    """The file; forgotten after a day."""
    sha256: str = Field(sa_type=sa.Text, nullable=False)
    dry_run: bool = Field(nullable=False)
    propose: bool = Field(nullable=False)
    reason: str | None = optional_words()
    digest: str | None = optional_words()
    """Of a dry run: of what it would do; of a real one: that of the dry run whose work it is to do."""
    status: ImportStatus = Field(sa_type=text_enum(ImportStatus), nullable=False)
    problem: str | None = optional_words()
    done: int = Field(sa_type=sa.Integer, nullable=False)
    total: int | None = Field(default=None, sa_type=sa.Integer, nullable=True)
    rows: list[dict[str, Any]] | None = Field(default=None, sa_type=LISTS, nullable=True)
    asked_at: datetime = moment()
    heard_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
