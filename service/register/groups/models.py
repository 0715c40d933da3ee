"""Joint working groups; who takes part in them stands beside who takes part in a commission."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from service.database.columns import Id, Table, document, identifier, one_of, optional_words, refers, text_enum
from service.register.decisions.models import CODES, Recorded, decided
from service.register.groups.rules.lifecycle import GroupState


class WorkingGroup(Table, Recorded, table=True):
    """A joint working group.

    Until its own first entry, `seq` and `leaf` are those of the entry of the commission's trail that spoke of it last.
    """

    __tablename__ = "working_group"
    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.UniqueConstraint("id", "commission_id", name="uq_working_group_id_commission"),
        sa.UniqueConstraint("code"),
        sa.ForeignKeyConstraint(
            ["merged_into_id", "commission_id"],
            ["working_group.id", "working_group.commission_id"],
            name="fk_working_group_merged_into",
            ondelete="RESTRICT",
        ),
        one_of("state", GroupState),
        sa.CheckConstraint("state <> 'merged' OR merged_into_id IS NOT NULL", name="merged_into_one"),
        *decided("working_group"),
        {"info": {"address": "/v1/working-groups/{id}"}},
    )

    id: Id = identifier()
    commission_id: Id = refers("commission.id", index=True)
    code: str = Field(sa_type=sa.Text, nullable=False)
    titles: dict[str, str] = document()
    sector: str = Field(sa_type=sa.Text, nullable=False)
    founded_at_session_id: Id | None = refers("session.id", nullable=True)
    founding_act: str | None = optional_words()
    organisations: dict[str, dict[str, Any]] = document()
    co_led_by: list[str] = Field(sa_type=CODES, nullable=False)
    contacts: dict[str, dict[str, str]] = document()
    merged_into_id: Id | None = Field(default=None, sa_type=sa.Uuid, nullable=True)
    state: GroupState = Field(sa_type=text_enum(GroupState), nullable=False)
    effective_on: str | None = optional_words()
    corrected: dict[str, int] = document()
