"""Joint working groups and the organisations in them."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from service.database.columns import Id, Table, document, identifier, moment, one_of, refers, text_enum


class GroupRole(StrEnum):
    """What an organisation is in a working group."""

    CO_LEAD = "co_lead"
    MEMBER = "member"


class WorkingGroup(Table, table=True):
    """A joint working group; `seq` is the entry of the commission's trail that last changed it."""

    __tablename__ = "working_group"
    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.UniqueConstraint("id", "commission_id", name="uq_working_group_id_commission"),
    )

    id: Id = identifier()
    commission_id: Id = refers("commission.id", index=True)
    titles: dict[str, str] = document()
    sector: str = Field(sa_type=sa.Text, nullable=False)
    founded_at_session_id: Id | None = refers("session.id", nullable=True)
    seq: int = Field(nullable=False)


class Membership(Table, table=True):
    """An organisation's part in a working group; ended, never deleted."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        one_of("role", GroupRole),
        sa.ForeignKeyConstraint(
            ["organisation_id", "party"],
            ["organisation.id", "organisation.party"],
            name="fk_membership_organisation_of_party",
            ondelete="RESTRICT",
        ),
        sa.Index(
            "uq_membership_one_co_lead_per_party",
            "working_group_id",
            "party",
            unique=True,
            postgresql_where=sa.text("role = 'co_lead' AND ended_at IS NULL"),
        ),
    )

    working_group_id: Id = Field(primary_key=True, foreign_key="working_group.id", ondelete="RESTRICT")
    organisation_id: Id = Field(primary_key=True, sa_type=sa.Uuid, index=True)
    party: str = Field(sa_type=sa.Text, nullable=False)
    role: GroupRole = Field(sa_type=text_enum(GroupRole), nullable=False)
    ended_at: datetime | None = moment(nullable=True)
