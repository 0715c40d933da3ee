"""What all tables share: constraint names, text enums, identifiers made by the database."""

from enum import Enum
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """The base of every table; the metadata names each constraint, so that a violation can be told apart by name."""

    # No row is ever validated by it: statements are Core, and rows have shapes of their own.
    model_config = {"defer_build": True}
    metadata = sa.MetaData(naming_convention=NAMES)


def table(model: type[SQLModel]) -> sa.Table:
    """Return the Core table of `model`; every statement is written in Core."""
    return cast("sa.Table", model.__table__)  # type: ignore[attr-defined]


def text_enum(values: type[Enum]) -> sa.Enum:
    """Return a text column type that holds the enum's values; its CHECK is written by `one_of`.

    A native PostgreSQL enum would hold the member *names* and cannot lose a value.
    """
    return sa.Enum(
        values,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda enum: [str(member.value) for member in enum],
    )


def one_of(column: str, values: type[Enum]) -> sa.CheckConstraint:
    """Return the CHECK that `column` holds one of the enum's values."""
    known = ", ".join(f"'{member.value}'" for member in values)
    return sa.CheckConstraint(f"{column} IN ({known})", name=f"{column}_known")


def identifier() -> Any:  # noqa: ANN401 -- a SQLModel field, typed by the attribute it is assigned to
    """Return a primary key that PostgreSQL fills with a UUIDv7 (RFC 9562)."""
    return Field(
        default=None,
        sa_type=sa.Uuid,
        primary_key=True,
        sa_column_kwargs={"server_default": sa.text("uuidv7()")},
    )


def refers(target: str, *, nullable: bool = False, index: bool = False) -> Any:  # noqa: ANN401
    """Return a foreign key to `target` ("table.column"); nothing that is referred to can be deleted."""
    kind = sa.Text if target == "party.code" else sa.Uuid
    return Field(default=None, sa_type=kind, foreign_key=target, ondelete="RESTRICT", nullable=nullable, index=index)


def moment(*, nullable: bool = False) -> Any:  # noqa: ANN401
    """Return a UTC timestamp."""
    return Field(default=None, sa_type=sa.DateTime(timezone=True), nullable=nullable)


def document(*, nullable: bool = False) -> Any:  # noqa: ANN401
    """Return a JSONB column; NULL means absent, never JSON null."""
    return Field(default=None, sa_type=cast("type[Any]", JSONB(none_as_null=True)), nullable=nullable)


def words() -> Any:  # noqa: ANN401
    """Return text of any length."""
    return Field(default=None, sa_type=sa.Text, nullable=False)


def optional_words() -> Any:  # noqa: ANN401
    """Return text of any length, or NULL."""
    return Field(default=None, sa_type=sa.Text, nullable=True)


Id = UUID
