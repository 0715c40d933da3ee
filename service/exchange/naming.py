"""What the codes in a sheet stand for: the ids of sessions, working groups and organisations."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from service.database.statement import Connection
from service.exchange.reading.reading import Read
from service.exchange.rules import cells
from service.exchange.rules.columns import Column
from service.register import names

_CODES: Final = ("session", "group", "lead", "carried_over")
"""Columns whose cells hold codes of what is named by its id."""


async def named(connection: Connection, columns: Sequence[tuple[str, Column] | None], sheet: Read) -> Any:  # noqa: ANN401
    """Return what gives the id of each code that the sheet names; of a code that names nothing, an id that names nothing."""
    places = [place for place, one in enumerate(columns) if one and one[1].name in _CODES]
    said = (row[place] for row in sheet.rows for place in places if len(row) > place)
    codes = {code for one in said if isinstance(one, str) for code in cells.codes(cells.in_codes(one))}
    found = await names.find(connection, codes) if codes else {}

    def id_of(code: str) -> str:
        return str(found.get(code) or _itself(code) or uuid5(NAMESPACE_URL, code))

    return id_of


def _itself(code: str) -> UUID | None:
    try:
        return UUID(code)
    except ValueError:
        return None
