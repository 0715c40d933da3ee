"""Joint working groups; who takes part in them stands beside who takes part in a commission."""

from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from service.database.columns import Id, Table, document, identifier, refers


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
