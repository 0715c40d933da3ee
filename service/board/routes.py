"""The pages to read, for people. They are no part of the published document: they change as people need it."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from service.board import reader, views
from service.board.front import front
from service.board.pages import (
    GUARD,
    STYLE,
    STYLE_PATH,
    Asked,
    BrowserRoute,
    DayAsked,
    PageRoute,
    kept_by,
    page,
    speaking,
)
from service.board.reader import Reading
from service.database.transaction import Transaction
from service.errors import InvalidContent, MethodNotAllowed, NotAuthenticated, NotFound
from service.http.pages import decode, encode, number
from service.register.commissions.charter import CHARTERS
from service.register.commissions.matter import SESSIONS
from service.register.commitments.filters import Filter
from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.rules.lifecycle import State
from service.register.decisions.routes import EveryMatter
from service.register.groups.matter import GROUPS
from service.register.instruments.matter import INSTRUMENTS
from service.register.instruments.words import saying
from service.values import PartyCode, Sector, limited, storable
from service.values.questions import is_long_enough

FOR_GOOD: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
router = APIRouter(route_class=PageRoute, include_in_schema=False)


class BoardAsked(DayAsked):
    """Which items of a session are asked for: members are joined by AND, repeated values of one member by OR."""

    state: list[State] = Field(default_factory=list, max_length=20)
    sector: list[Sector] = Field(default_factory=list, max_length=50)
    awaiting: list[PartyCode] = Field(default_factory=list, max_length=20)
    overdue: bool | None = None
    disputed: bool | None = None
    q: limited(200) | None = None  # type: ignore[valid-type]


class SearchAsked(Asked):
    """What is looked for."""

    q: limited(200) | None = None  # type: ignore[valid-type]


async def read_front(
    request: Request, connection: Transaction, who: Reading, asked: Annotated[Asked, Query()]
) -> Response:
    """Show what this is, and the commissions that the reader may open."""
    after = decode(asked.cursor, "commission", UUID)
    return _page(request, who, "front.html", "commission", await front(connection, who, after))


router.add_api_route("/read/", read_front, methods=["GET"])
router.add_api_route("/", read_front, methods=["GET"], route_class_override=BrowserRoute)


@router.get(STYLE_PATH)
async def read_style() -> Response:
    """Give the one style sheet; its address changes with it, so that a browser may keep it for good."""
    return Response(STYLE, media_type="text/css", headers={**GUARD, **FOR_GOOD})


@router.get("/read/commissions/{commission}")
async def read_commission(
    request: Request,
    connection: Transaction,
    who: Reading,
    every: EveryMatter,
    commission: str,
    asked: Annotated[DayAsked, Query()],
) -> Response:
    """Show how a commission stands."""
    row = await reader.commission(request, connection, who, commission)
    told = await views.commission(connection, who, every, row, asked.as_of)
    told["documents"] = await views.documents_of(connection, who, CHARTERS, row, asked.as_of)
    return _page(request, who, "commission.html", "", {**told, "asked": asked})


@router.get("/read/awaiting")
async def read_awaiting(
    request: Request, connection: Transaction, who: Reading, every: EveryMatter, asked: Annotated[Asked, Query()]
) -> Response:
    """Show what awaits the reader's party."""
    if not who.is_signed_in:
        raise NotAuthenticated("Sign in to read what awaits your party.")
    after = decode(asked.cursor, "transitions", UUID)
    told = await views.awaiting(connection, who, every, after)
    return _page(request, who, "awaiting.html", "transitions", told)


@router.get("/read/sessions/{session:session}")
async def read_session(
    request: Request,
    connection: Transaction,
    who: Reading,
    session: str,
    asked: Annotated[BoardAsked, Query()],
) -> Response:
    """Show the items of a session by sector."""
    row, charter = await reader.session(request, connection, who, session)
    _require_parties(asked.awaiting, charter["parties"])
    short = asked.q is not None and not is_long_enough(asked.q)
    wanted = Filter(**asked.model_dump(exclude={"lang", "cursor", "as_of", *({"q"} if short else ())}))
    after = decode(asked.cursor, "reference", storable)
    told = await views.board(connection, who, row, charter, wanted, after, asked.as_of)
    told["documents"] = await views.documents_of(connection, who, SESSIONS, row, asked.as_of)
    return _page(request, who, "session.html", "reference", {**told, "asked": asked, "is_too_short": short})


@router.get("/read/commissions/{commission}/figures")
async def read_commission_figures(
    request: Request, connection: Transaction, who: Reading, commission: str, asked: Annotated[DayAsked, Query()]
) -> Response:
    """Show how much of what a commission agreed was carried out, and how that is counted."""
    charter = await reader.commission(request, connection, who, commission)
    told = await views.figures(connection, who, None, charter, asked.as_of)
    return _page(request, who, "figures.html", "", {**told, "asked": asked})


@router.get("/read/sessions/{session:session}/figures")
async def read_session_figures(
    request: Request, connection: Transaction, who: Reading, session: str, asked: Annotated[DayAsked, Query()]
) -> Response:
    """Show how much of what a session agreed was carried out, and how that is counted."""
    row, charter = await reader.session(request, connection, who, session)
    told = await views.figures(connection, who, row, charter, asked.as_of)
    return _page(request, who, "figures.html", "", {**told, "asked": asked})


@router.get("/read/search")
async def read_search(
    request: Request, connection: Transaction, who: Reading, every: EveryMatter, asked: Annotated[SearchAsked, Query()]
) -> Response:
    """Show what is found of what the reader may see."""
    after = (decode(asked.cursor, "search", partial(number, below=10_000)) or [0])[0]
    told = await views.search(connection, who, every, asked.q, after)
    return _page(request, who, "search.html", "search", {**told, "asked": asked})


@router.get("/read/groups/{group:working_group}")
async def read_group(
    request: Request,
    connection: Transaction,
    who: Reading,
    group: str,
    asked: Annotated[DayAsked, Query()],
) -> Response:
    """Show a working group: whose bodies are in it, and what it follows up."""
    row, charter = await reader.group(request, connection, who, group)
    after = decode(asked.cursor, "reference", storable)
    told = await views.group(connection, who, row, charter, after, asked.as_of)
    told["documents"] = await views.documents_of(connection, who, GROUPS, row, asked.as_of)
    return _page(request, who, "group.html", "reference", {**told, "asked": asked})


@router.get("/read/commitments/{commitment:commitment}")
async def read_commitment(
    request: Request,
    connection: Transaction,
    who: Reading,
    commitment: str,
    asked: Annotated[DayAsked, Query()],
) -> Response:
    """Show a commitment and its story."""
    row, charter = await reader.commitment(request, connection, who, commitment)
    after = decode(asked.cursor, "seq", number)
    told = await views.commitment(connection, who, row, charter, after, asked.as_of)
    told["documents"] = await views.documents_of(connection, who, COMMITMENTS, row, asked.as_of)
    return _page(request, who, "commitment.html", "seq", {**told, "asked": asked})


@router.get("/read/instruments/{instrument:instrument}")
async def read_instrument(
    request: Request,
    connection: Transaction,
    who: Reading,
    instrument: str,
    asked: Annotated[DayAsked, Query()],
) -> Response:
    """Show an instrument: whose step is missing, and what its clauses lead to."""
    row, charter = await reader.instrument(request, connection, who, instrument)
    say = saying(speaking(request).language)
    told = await views.instrument(connection, who, row, charter, asked.as_of, say)
    told["documents"] = await views.documents_of(connection, who, INSTRUMENTS, row, asked.as_of)
    return _page(request, who, "instrument.html", "", {**told, "asked": asked})


@router.get("/read")
@router.get("/read/{rest:path}")
async def read_nothing(request: Request) -> Response:
    """Say that there is no such page."""
    raise NotFound(f"There is no page {request.scope['path']}. The pages begin at /read/.")


@router.api_route("/read/{rest:path}", methods=["POST", "PUT", "PATCH", "DELETE"])
async def change_nothing(request: Request) -> Response:
    """Say that pages are read, and nothing is changed by them."""
    raise MethodNotAllowed(
        f"{request.method} is not possible at {request.scope['path']}: pages are read.",
        headers={"Allow": "GET, HEAD"},
        allowed_methods=["GET", "HEAD"],
    )


def _page(request: Request, who: reader.Reader, template: str, sort: str, told: dict[str, Any]) -> Response:
    following = told.get("following")
    cursor = None if following is None else encode(sort, following)
    return page(
        request, template, headers=kept_by(is_signed_in=who.is_signed_in), **{**told, "cursor": cursor, "reader": who}
    )


def _require_parties(asked: Sequence[str], parties: Sequence[str]) -> None:
    """Raise `InvalidContent` for who is no party of the commission: whoever else is registered here, its pages do not tell."""
    if wrong := [one for one in asked if one not in parties]:
        detail = f"{', '.join(wrong)} is no party of this commission; its parties are: {', '.join(parties)}"
        raise InvalidContent.listing([{"parameter": "awaiting", "detail": detail}])
