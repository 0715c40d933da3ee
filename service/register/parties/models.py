"""Parties and their organisations."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from service.database.columns import Id, Table, document, identifier, moment, refers


class Party(Table, table=True):
    """A government that takes part; its ISO 3166-1 alpha-2 code is its key."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.CheckConstraint("code ~ '^[A-Z]{2}$'", name="code_is_alpha_2"),
        sa.PrimaryKeyConstraint("code", info={"cure": "A party is registered once, under its ISO 3166-1 code."}),
        {"info": {"address": "/v1/parties/{id}"}},
    )

    code: str = Field(primary_key=True, sa_type=sa.Text)
    names: dict[str, str] = document()
    created_at: datetime = moment()


class Organisation(Table, table=True):
    """A ministry, agency, service or company of one party."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.UniqueConstraint(
            "party",
            "name",
            info={"key": "the name {name} in {party}", "cure": "Use it, or give the new one another name."},
        ),
        sa.UniqueConstraint("id", "party", name="uq_organisation_id_party"),
        {"info": {"address": "/v1/organisations/{id}"}},
    )

    id: Id = identifier()
    party: str = refers("party.code")
    name: str = Field(sa_type=sa.Text, nullable=False)
    names: dict[str, str] = document()
    created_at: datetime = moment()
