"""The template of steps that a proposal names, looked up for it. Of charters nothing else is known here: they stand above."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from service.database.statement import Connection, Query
from service.register.decisions.rules.matter import Found, Name
from service.register.decisions.rules.templates import TEMPLATE, kept

_charter = sa.table("commission", sa.column("id", sa.Uuid()), sa.column("step_templates", JSONB()))
_templates: Final[Query[dict[str, Any]]] = Query(
    sa.select(_charter.c.step_templates).where(_charter.c.id == sa.bindparam("commission_id", type_=sa.Uuid())), dict
)


async def look_up(connection: Connection, commission_id: UUID, names: Sequence[Name]) -> dict[Name, Found | None]:
    """Return the templates among these names.

    The charter is locked FOR SHARE already: who sets a template waits, or has set it, so that all logs tell it in this order.
    """
    wanted = [one for one in names if one.kind == TEMPLATE]
    if not wanted:
        return {}
    row: Mapping[str, Any] = await _templates.row(connection, commission_id=commission_id) or {}
    return {name: kept(row.get("step_templates"), name.key) for name in wanted}
