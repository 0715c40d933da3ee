"""Whoever names a thing by its code gets its id into the code's place, before anything else looks at the request.

So every path, query and body takes `PK-AZ/08` where it takes the id of that session, and nothing behind this place knows of
codes. What a code names is looked up whether or not the caller may see it, and a code that names nothing becomes an id that
names nothing: both go on to the same refusal, that of an id which is not there for this caller.
"""

import contextlib
import json
import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import Request
from starlette.datastructures import QueryParams
from typing_extensions import override

from service.database.state import State, state_of
from service.database.statement import Connection
from service.errors import InvalidContent
from service.errors.sent import Nothing
from service.http.bodies import STREAMED, StrictRequest, is_json
from service.identity.caller import proved
from service.values.codes import COMMISSION, ORGANISATION, spelled

Find = Callable[[Connection, Collection[str]], Awaitable[Mapping[str, UUID]]]
MOST: Final = 1000
"""So many codes are looked up for one request; the longest list of anything holds 500."""
NOTHING: Final = Nothing(b" ")
_SENT: Final = "pacta.query_as_sent"
_CODES: Final = "pacta.codes_as_sent"
_code = re.compile(f"(?:{COMMISSION}|{ORGANISATION})(?:/[A-Za-z0-9-]+){{0,3}}", re.IGNORECASE | re.ASCII).fullmatch


@dataclass(kw_only=True)
class HasNames(State):
    """What this room needs of the application."""

    named: Find
    """Returns the id of each of these codes, of those that name something."""


class NamedRequest(StrictRequest):
    """A request in which everything is named by its id."""

    _value: Any = None

    @classmethod
    async def of(cls, request: Request) -> "NamedRequest":
        """Return the request with the ids of what its path, query and body name."""
        named, scope = cls(request.scope, request.receive), request.scope
        path = scope["path_params"]
        query = QueryParams(scope["query_string"]).multi_items() if scope["query_string"] else []
        pairs = [{name: value} for name, value in query]
        named._value = await named._read()
        places = [(holder, at) for holder, at in _places([path, pairs, named._value]) if _code(holder[at])]
        if places:
            ids = await _looked_up(request, {spelled(holder[at]) for holder, at in places})
            scope[_CODES] = {ids[spelled(holder[at])]: holder[at] for holder, at in places}
            for holder, at in places:
                holder[at] = ids[spelled(holder[at])]
            if pairs:
                scope[_SENT] = query
                scope["query_string"] = urlencode([one for pair in pairs for one in pair.items()]).encode()
        return named

    @override
    async def body(self) -> bytes:
        """Return the body; `NOTHING` where the operation takes one and none came, of which FastAPI would not let us tell in its turn."""
        takes_one = getattr(self.scope.get("route"), "body_field", None) is not None
        return await super().body() or (NOTHING if takes_one else b"")

    @override
    async def json(self) -> Any:
        """Return the body's JSON value, with the ids of what it names; `json.JSONDecodeError` where it is none."""
        if await self.body() is NOTHING:
            return NOTHING
        return await super().json() if self._value is None else self._value

    async def _read(self) -> object:
        """Return the body's JSON value; None where there is none, of which nobody need be told here."""
        # A file is read by its own operation, in pieces, whatever it says it is.
        is_file = STREAMED in (getattr(self.scope.get("route"), "openapi_extra", None) or {})
        if self.method == "GET" or is_file or not is_json(self.headers.get("content-type", "")):
            return None
        with contextlib.suppress(json.JSONDecodeError):
            return await super().json()
        return None


def as_sent(request: Request, name: str) -> list[str]:
    """Return the values of a query parameter as they came, with codes where ids stand now, in their order."""
    query = request.scope.get(_SENT) or request.query_params.multi_items()
    return [value for one, value in query if one == name]


def told(request: Request, sentence: str) -> str:
    """Return what is said of a request with the codes that it sent, not with the ids of what they name: not everybody may know them."""
    for known, code in request.scope.get(_CODES, {}).items():
        sentence = sentence.replace(known, code)
    return sentence


def unseen(request: Request, asked: UUID) -> UUID:
    """Return what is told as the id of what is not there for the caller: that of a code which was sent is the same whatever it names."""
    code = request.scope.get(_CODES, {}).get(str(asked))
    return _of_nothing(spelled(code)) if code else asked


def _of_nothing(code: str) -> UUID:
    return uuid5(NAMESPACE_URL, code)


async def _looked_up(request: Request, codes: Collection[str]) -> Mapping[str, str]:
    if len(codes) > MOST:
        raise InvalidContent(f"The request names {len(codes)} things by their codes; {MOST} are the most at once.")
    # Nobody makes the database work who has not shown a good token.
    await proved(request)
    state = state_of(request.app, HasNames)
    async with state.readers.connection() as connection:
        found = await state.named(connection, codes)
    return {code: str(found.get(code) or _of_nothing(code)) for code in codes}


def _places(value: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 -- any JSON value
    """Yield each place of a body at which a text names something, as its holder and its key there."""
    if isinstance(value, list):
        for inner in value:
            yield from _places(inner)
    elif isinstance(value, dict):
        for member, inner in value.items():
            if not _names(member, value):
                yield from _places(inner)
            elif isinstance(inner, str):
                yield value, member
            elif isinstance(inner, list):
                yield from ((inner, at) for at, one in enumerate(inner) if isinstance(one, str))
                yield from _places([one for one in inner if isinstance(one, dict)])


def _names(member: str, holder: Mapping[str, Any]) -> bool:
    if member == "value":
        return str(holder.get("fact", "")).endswith("_id")
    # A client id is a name that somebody chose: it may look like a code, and stays as it is.
    return member in {"matters", "commitments", "session"} or (
        member.endswith(("_id", "_ids")) and member != "client_id"
    )
