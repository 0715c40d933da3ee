"""Who reads a page, and what of the register is shown to it.

Whoever has not signed in reads as an observer does: public commissions alone. Each page asks here for the commission to which
what it shows belongs, before it shows anything.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import Depends, Request

from service.board.cookies import form_token
from service.board.sessions import find
from service.board.signing_in import FRONT, HasSigningIn
from service.database.state import state_of
from service.database.statement import Connection
from service.database.transaction import Transaction
from service.http.names import HasNames
from service.identity.anybody import anybody
from service.permissions import ActiveCaller
from service.register.commissions import queries as commissions
from service.register.commissions import session_queries as sessions
from service.register.commitments import queries as commitments
from service.register.decisions.engine.matter import Row
from service.register.groups import queries as groups
from service.register.instruments import queries as instruments
from service.values.codes import spelled


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and whether it has said who it is."""

    caller: ActiveCaller
    name: str = ""
    token: str = ""
    """By which the form that signs out shows that it came from a page of this reader; "" for who has not signed in."""

    @property
    def is_signed_in(self) -> bool:
        """Return whether it has."""
        return bool(self.token)


async def reader(request: Request, connection: Transaction) -> Reader:
    """Return who reads; 401 where nobody may without having signed in. The cookie counts under the pages' own addresses alone."""
    is_page = request.scope["path"].removeprefix(request.scope.get("root_path", "")).startswith(FRONT)
    secret = state_of(request.app, HasSigningIn).signing_in.session.read(request) if is_page else None
    known = await find(connection, secret) if secret else None
    if secret and known:
        return Reader(known.caller, known.name, form_token(secret))
    return Reader(await anybody(connection))


Reading = Annotated[Reader, Depends(reader, scope="function")]


async def commission(request: Request, connection: Connection, who: Reader, named: str) -> Row:
    """Return the commission of this code, or id, if the reader may open it; `NotFound` otherwise."""
    return await _opened(connection, who, await _id_of(request, connection, named))


async def session(request: Request, connection: Connection, who: Reader, named: str) -> tuple[Row, Row]:
    """Return the session of this code, or id, and its commission; `NotFound` otherwise."""
    row = await sessions.get(connection, who.caller, await _id_of(request, connection, named))
    return row, await _opened(connection, who, row["commission_id"])


async def commitment(request: Request, connection: Connection, who: Reader, named: str) -> tuple[Row, Row]:
    """Return the commitment of this reference, or id, and its commission; `NotFound` otherwise."""
    row = await commitments.get(connection, who.caller, await _id_of(request, connection, named))
    return row, await _opened(connection, who, row["commission_id"])


async def group(request: Request, connection: Connection, who: Reader, named: str) -> tuple[Row, Row]:
    """Return the working group of this code, or id, and its commission; `NotFound` otherwise."""
    row = await groups.get(connection, who.caller, await _id_of(request, connection, named))
    return row, await _opened(connection, who, row["commission_id"])


async def instrument(request: Request, connection: Connection, who: Reader, named: str) -> tuple[Row, Row]:
    """Return the instrument of this reference, or id, and its commission; `NotFound` otherwise."""
    row = await instruments.get(connection, who.caller, await _id_of(request, connection, named))
    return row, await _opened(connection, who, row["commission_id"])


async def _opened(connection: Connection, who: Reader, commission_id: UUID) -> Row:
    return await commissions.detail(connection, who.caller, commission_id)


async def _id_of(request: Request, connection: Connection, named: str) -> UUID:
    """Return the id of what has this code; one that names nothing becomes an id that names nothing."""
    try:
        return UUID(named)
    except ValueError:
        code = spelled(named)
        found = await state_of(request.app, HasNames).named(connection, [code])
        return found.get(code) or uuid5(NAMESPACE_URL, code)
