"""The front page: the commissions that a reader may open, and the way to the newest session's board of each."""

from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from service.board import queries
from service.board.reader import Reader
from service.database.statement import Connection
from service.register.commissions import charter_answers, session_answers
from service.register.commissions import queries as commissions
from service.register.commissions import session_queries as sessions
from service.register.commissions.rules.lifecycle import MET
from service.register.decisions.engine.matter import Row

MOST: Final = 200
FEW: Final = 10
"""Of so many commissions the front page leads to a board too: each is asked for by itself."""


async def front(connection: Connection, who: Reader, after: list[Any] | None) -> dict[str, Any]:
    """Return the commissions that the reader may open, and where the next page begins."""
    rows = await commissions.page(connection, who.caller, after, MOST)
    shown = [charter_answers.commission(row) for row in rows[:MOST]]
    parties = {one["party"] for row in shown for one in row["parties"]}
    return {
        "commissions": shown,
        "following": shown[-1]["id"] if len(rows) > MOST else None,
        "governments": await queries.governments(connection, parties),
        "boards": {one["id"]: await _newest(connection, who, one["id"]) for one in shown[:FEW]},
    }


async def _newest(connection: Connection, who: Reader, commission_id: UUID) -> Row | None:
    """Return the commission's newest session that has met, whose board a newcomer wants."""
    listed = await sessions.page(connection, who.caller, commission_id, None, MOST)
    met = [one for one in map(session_answers.session, listed) if one["state"] in MET and not one["working_group_id"]]
    return max((one for one in met if one["ordinal"]), key=itemgetter("ordinal"), default=None)
