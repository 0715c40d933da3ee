"""Making the sheet of a commission's commitments, as its caller may see them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from service.database.statement import Connection
from service.errors import Conflict
from service.exchange import queries
from service.exchange.files import Sheet
from service.exchange.rules.rows import Brought, cells
from service.permissions import Caller
from service.register.commissions import queries as commissions

MOST: Final = 50_000
"""So many rows one file holds."""
_BEGAN: Final = datetime(2000, 1, 1, tzinfo=UTC)


async def sheet(connection: Connection, caller: Caller, commission_id: UUID) -> Sheet:
    """Return the commission's commitments that the caller may see, by reference; `NotFound`, `Conflict` where there are too many."""
    charter = await commissions.detail(connection, caller, commission_id)
    sessions = await queries.session_codes(connection, caller, commission_id, charter["code"])
    groups = await queries.group_codes(connection, caller, commission_id)
    rows, languages, changed, after = [], dict.fromkeys(charter["languages"]), _BEGAN, None
    while True:
        found = await queries.page(connection, caller, commission_id, after)
        page, more = found[: queries.PAGE], len(found) > queries.PAGE
        rows += await spelled(connection, caller, sessions | groups, page)
        for row in page:
            languages |= dict.fromkeys([*row["titles"], *row["texts"]])
            changed = max(changed, row["changed_at"])
        if not more:
            break
        if len(rows) >= MOST:
            raise Conflict(f"More than {MOST:,} rows do not fit one file. GET /v1/commitments lists them in pages.")
        after = page[-1]["reference"]
    codes = {"session": sorted(sessions.values()), "group": sorted(groups.values())}
    return Sheet(charter["code"], list(languages), charter["parties"], rows, codes, changed)


async def spelled(
    connection: Connection, caller: Caller, codes: Mapping[str, str], page: Sequence[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Return the cells of these rows; `codes`: those of sessions and groups."""
    named = await queries.names(connection, caller, codes, page)
    told = await queries.brought(connection, [row["id"] for row in page])
    return [cells(row, named, told.get(row["id"], Brought())) for row in page]
