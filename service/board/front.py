"""The front page: the commissions that a reader may open, and the way to the newest session's board of each."""

from typing import Any

from service.board import queries
from service.board.reader import Reader
from service.board.views import MOST
from service.database.statement import Connection
from service.register.commissions import charter_answers
from service.register.commissions import queries as commissions
from service.register.commissions import session_queries as sessions


async def front(connection: Connection, who: Reader, after: list[Any] | None) -> dict[str, Any]:
    """Return the commissions that the reader may open, and where the next page begins."""
    rows = await commissions.page(connection, who.caller, after, MOST)
    shown = [charter_answers.commission(row) for row in rows[:MOST]]
    parties = {one["party"] for row in shown for one in row["parties"]}
    return {
        "commissions": shown,
        "following": shown[-1]["id"] if len(rows) > MOST else None,
        "governments": await queries.governments(connection, parties),
        "boards": await sessions.newest_met(connection, who.caller, [one["id"] for one in shown]),
    }
