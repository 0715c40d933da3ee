"""Whoever reads without having said who it is: a principal like any other, an observer, that has no secret and gets no token.

The schema brings it. Its issuer is none that vouches for anybody, so that no token can ever be its own. The administrator closes
reading without signing in by deactivating it.
"""

from typing import Final

from service.database.statement import Connection
from service.errors import NotAuthenticated
from service.identity import queries
from service.permissions import ActiveCaller

ISSUER: Final = "reading"
SUBJECT: Final = "anybody"


async def anybody(connection: Connection) -> ActiveCaller:
    """Return whoever reads without signing in; `NotAuthenticated` where the administrator has closed that."""
    found = await queries.caller(connection, ISSUER, SUBJECT)
    if found is None:
        raise NotAuthenticated("Here nothing is read without signing in.")
    return found
