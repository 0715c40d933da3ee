"""Parties and their organisations."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from service.database.columns import Id, Table, document, identifier, moment, refers


class Party(Table, table=True):
    """A government that takes part; its ISO 3166-1 alpha-2 code is its key."""

    __table_args__: ClassVar[tuple[object, ...]] = (sa.CheckConstraint("code ~ '^[A-Z]{2}$'", name="code_is_alpha_2"),)

    code: str = Field(primary_key=True, sa_type=sa.Text)
    names: dict[str, str] = document()
    created_at: datetime = moment()


class Organisation(Table, table=True):
    """A ministry, agency, service or company of one party."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.UniqueConstraint("party", "name"),
        sa.UniqueConstraint("id", "party", name="uq_organisation_id_party"),
    )

    id: Id = identifier()
    party: str = refers("party.code")
    name: str = Field(sa_type=sa.Text, nullable=False)
    names: dict[str, str] = document()
    created_at: datetime = moment()
