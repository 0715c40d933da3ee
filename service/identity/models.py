"""Principals and the secrets by which they prove who they are."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from service.database.columns import Id, Table, identifier, moment, one_of, refers, text_enum
from service.permissions import Kind

LOCAL = "local"
"""The issuer of principals that the service itself knows by client id and secret, whatever its address is."""


class Principal(Table, table=True):
    """A person or a ministry's system, known by (issuer, subject); it acts for at most one organisation."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.UniqueConstraint(
            "issuer",
            "subject",
            info={
                "key": "the client id {subject}",
                "cure": "Give the new one another client_id; one that was deactivated keeps its own.",
            },
        ),
        one_of("kind", Kind),
        sa.CheckConstraint(
            "(kind = 'representative') = (organisation_id IS NOT NULL)", name="a_representative_has_an_organisation"
        ),
        {"info": {"address": "/v1/principals/{id}"}},
    )

    id: Id = identifier()
    issuer: str = Field(sa_type=sa.Text, nullable=False)
    subject: str = Field(sa_type=sa.Text, nullable=False)
    name: str = Field(sa_type=sa.Text, nullable=False)
    kind: Kind = Field(sa_type=text_enum(Kind), nullable=False)
    organisation_id: Id | None = refers("organisation.id", nullable=True, index=True)
    created_at: datetime = moment()
    registered_by: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    """The principal that registered it; the nil id is the operator's. None where no entry of the registry tells."""
    deactivated_at: datetime | None = moment(nullable=True)
    refused_at: datetime | None = moment(nullable=True)
    """Since when its party takes nobody whom its own provider does not vouch for; None: its secrets are good."""


class RevokedToken(Table, table=True):
    """An access token of ours that is good no more before its end (RFC 7009); forgotten once that has come."""

    __tablename__ = "revoked_token"
    __table_args__: ClassVar[tuple[object, ...]] = (sa.CheckConstraint("token_id <> ''", name="a_token_has_an_id"),)

    token_id: str = Field(primary_key=True, sa_type=sa.Text)
    ends_at: datetime = moment()


class Credential(Table, table=True):
    """The SHA-256 of a secret of 256 random bits; with that much entropy no slow hash is needed."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.CheckConstraint("octet_length(secret_hash) = 32", name="secret_hash_is_sha256"),
    )

    id: Id = identifier()
    principal_id: Id = refers("principal.id", index=True)
    secret_hash: bytes = Field(sa_type=sa.LargeBinary, nullable=False, unique=True)
    created_at: datetime = moment()
    expires_at: datetime | None = moment(nullable=True)
