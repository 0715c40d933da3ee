"""Parties and their organisations."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from service.database.columns import (
    Id,
    Table,
    document,
    identifier,
    moment,
    one_of,
    optional_words,
    refers,
    text_enum,
    words,
)


class Party(Table, table=True):
    """A government that takes part; its ISO 3166-1 alpha-2 code is its key."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.CheckConstraint("code ~ '^[A-Z]{2}$'", name="code_is_alpha_2"),
        sa.ForeignKeyConstraint(
            ["registrar_id", "code"],
            ["organisation.id", "organisation.party"],
            name="fk_party_registrar_of_party",
            ondelete="RESTRICT",
            use_alter=True,
            info={"pointer": "/organisation_id", "key": "the id {id} in {party}"},
        ),
        sa.PrimaryKeyConstraint("code", info={"cure": "A party is registered once, under its ISO 3166-1 code."}),
        {"info": {"address": "/v1/parties/{id}"}},
    )

    code: str = Field(primary_key=True, sa_type=sa.Text)
    names: dict[str, str] = document()
    registrar_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    """Its organisation whose principals register and end its others; None until the administrator has named it, once."""
    created_at: datetime = moment()
    own_issuer_only: bool = Field(
        default=False, sa_type=sa.Boolean, nullable=False, sa_column_kwargs={"server_default": sa.false()}
    )
    """Whether it takes nobody whom its own provider does not vouch for."""


class RestorationOutcome(StrEnum):
    """How an announced restoration ended."""

    STOPPED = "stopped"
    """The party's registrar objected, or the operator took it back: nothing came of it."""
    RESTORED = "restored"
    """It was carried out, when its time had come."""


class Restoration(Table, table=True):
    """What the operator has announced to do about the access that a party's registrar lost; open until it is stopped or done."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        one_of("outcome", RestorationOutcome),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="an_ended_one_says_when"),
        sa.CheckConstraint("(client_id IS NULL) = (principal_id IS NULL)", name="a_principal_has_both_its_ids"),
        sa.CheckConstraint("client_id IS NOT NULL OR ends_own_issuer_only", name="it_does_something"),
        sa.Index("uq_restoration_open", "party", unique=True, postgresql_where=sa.text("ended_at IS NULL")),
        sa.Index("ix_restoration_of_party", "party", "id"),
    )

    id: Id = identifier()
    party: str = refers("party.code")
    organisation_id: Id = refers("organisation.id")
    """The party's registrar."""
    reason: str = words()
    principal_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    """The id that the new principal of the registrar gets, with its client id, name and issuer (None: ours)."""
    client_id: str | None = optional_words()
    name: str | None = optional_words()
    issuer: str | None = optional_words()
    ends_own_issuer_only: bool = Field(sa_type=sa.Boolean, nullable=False)
    announced_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
    outcome: RestorationOutcome | None = Field(default=None, sa_type=text_enum(RestorationOutcome), nullable=True)
    ended_by: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    """The principal that stopped it, or carried it out; the nil id is the operator's."""
    objection: str | None = optional_words()
    """Why it was stopped."""


class Organisation(Table, table=True):
    """A ministry, agency, service or company of one party."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.UniqueConstraint(
            "party",
            "name",
            info={"key": "the name {name} in {party}", "cure": "Use it, or give the new one another name."},
        ),
        sa.UniqueConstraint("id", "party", name="uq_organisation_id_party"),
        sa.UniqueConstraint(
            "code", info={"cure": "Use it, or give the new one another code; without one the service makes it."}
        ),
        sa.CheckConstraint("code ~ '^[A-Z]{2}/[A-Z0-9]{2,12}$'", name="code_is_short"),
        sa.CheckConstraint("left(code, 2) = party", name="code_begins_with_its_party"),
        {"info": {"address": "/v1/organisations/{id}"}},
    )

    id: Id = identifier()
    party: str = refers("party.code")
    code: str = Field(sa_type=sa.Text, nullable=False)
    """By which people name it: `PK/MODP`."""
    name: str = Field(sa_type=sa.Text, nullable=False)
    names: dict[str, str] = document()
    name_since: str | None = optional_words()
    """The day from which it has this name; None for its first one."""
    earlier_names: list[dict[str, Any]] = Field(
        sa_type=cast("type[Any]", JSONB(none_as_null=True)),
        sa_column_kwargs={"server_default": sa.text("'[]'")},
        nullable=False,
    )
    """The names that it had, the oldest first: `name`, `names`, `since` (or null), `until` (the first day of the next)."""
    closed_on: str | None = optional_words()
    """The day from which there is no such organisation any more; None: it is there."""
    successor_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    """Which organisation of its party took over what it had in hand."""
    created_at: datetime = moment()
