"""Sessions and their minutes over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query, Response

from service.database.transaction import Transaction
from service.errors import Stale
from service.errors.sent import Sent
from service.http.answers import answer
from service.http.bodies import MERGE_PATCH
from service.http.headers import VERSIONED, created
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging, number
from service.http.preconditions import OptionalVersion, RequiredVersion
from service.http.published import PublishedAs
from service.http.refusals import CHANGING, LISTING_ONE, READING_ONE, WRITING_ONE, refusals
from service.http.routing import Router
from service.identity.caller import CurrentCaller, UncheckedCaller
from service.permissions import Caller
from service.register.commissions import queries as commissions
from service.register.commissions import session_answers as answers
from service.register.commissions import session_commands as commands
from service.register.commissions import session_queries as queries
from service.register.commissions.examples import SESSION_PATCHES, SESSION_PROPOSALS, SESSIONS
from service.register.commissions.matter import SESSIONS as MATTER
from service.register.commissions.rules.evidence import SessionProposal
from service.register.commissions.session_schemas import SessionCreate, SessionDetail, SessionPatch, SessionRead
from service.register.decisions import answers as transitions
from service.register.decisions import commands as decisions
from service.register.decisions.called import called
from service.register.decisions.engine.matter import Matters
from service.register.decisions.routes import PROPOSED, EveryMatter, moves_of
from service.register.decisions.schemas import TransitionRead
from service.values import PartyCode
from service.values.codes import CommissionId, SessionId

router = Router("/v1", route_class=OnceRoute, tags=["sessions"])
moves = Router("/v1", route_class=OnceRoute, tags=["transitions"])
BEGUN = created(
    "ETag",
    parameter="session_id",
    leads_to=["read_session", "change_session", "create_session_transition", "read_session_trail"],
)


@router.post(
    "/commissions/{commission_id}/sessions",
    status_code=201,
    summary="Plan or record a session",
    response_model=SessionDetail,
    responses=WRITING_ONE | BEGUN,
    dependencies=[Once],
)
async def create_session(
    connection: Transaction,
    caller: CurrentCaller,
    every: EveryMatter,
    commission_id: CommissionId,
    new: Annotated[Sent[SessionCreate], Body(openapi_examples=SESSIONS)],
) -> Response:
    """Plan a session, as its host; or record one of before the register, which every other party confirms.

    Until the parties have confirmed anything of it, they alone see it.
    """
    session_id = await commands.record(connection, caller, commission_id, new)
    return await _detail(connection, every, caller, session_id, status=201)


@router.get(
    "/commissions/{commission_id}/sessions",
    summary="List sessions",
    response_model=Page[SessionRead],
    responses=LISTING_ONE,
)
async def list_sessions(
    paging: Paging,
    connection: Transaction,
    caller: CurrentCaller,
    every: EveryMatter,
    commission_id: CommissionId,
    awaiting_step_of: Annotated[
        list[PartyCode],
        Query(default_factory=list, max_length=20, description="A step of one of these parties is missing."),
    ],
) -> Response:
    """List the sessions of a commission and of its working groups, by ordinal; extraordinary ones come last."""
    await commissions.get(connection, caller, commission_id)
    after = paging.after("session", number, UUID)
    rows = await queries.page(connection, caller, commission_id, after, paging.limit, awaiting_step_of)
    told = await called(connection, every, caller, rows, answers.BESIDE.asked)
    return paging.page(answers.session, told, "session", "place", "id")


@router.get(
    "/sessions/{session_id:session}",
    summary="Read a session",
    response_model=SessionDetail,
    responses=READING_ONE | VERSIONED,
)
async def read_session(
    connection: Transaction, caller: UncheckedCaller, every: EveryMatter, session_id: SessionId
) -> Response:
    """Read one session: where and when it meets or met, who chairs it, what it awaits of whom, what the caller may do."""
    return await _detail(connection, every, caller, session_id)


@router.patch(
    "/sessions/{session_id:session}",
    summary="Name one's own co-chair",
    response_model=SessionDetail,
    responses=CHANGING | VERSIONED,
)
async def change_session(
    connection: Transaction,
    caller: CurrentCaller,
    every: EveryMatter,
    session_id: SessionId,
    patch: Annotated[Sent[SessionPatch], Body(media_type=MERGE_PATCH, openapi_examples=SESSION_PATCHES)],
    version: RequiredVersion,
) -> Response:
    """Name the co-chair of the caller's own party by a merge patch (RFC 7396; `application/json` is read as one). Everything else of a session changes by moves."""
    await commands.name_co_chair(connection, caller, session_id, patch, version)
    return await _detail(connection, every, caller, session_id)


@moves.post(
    "/sessions/{session_id:session}/transitions",
    status_code=201,
    summary="Propose a move of a session",
    response_model=TransitionRead,
    responses=WRITING_ONE | refusals(Stale) | PROPOSED,
    dependencies=[Once],
)
async def create_session_transition(
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    session_id: SessionId,
    proposal: Annotated[dict[str, Any], PublishedAs(SessionProposal), Body(openapi_examples=SESSION_PROPOSALS)],
    version: OptionalVersion,
) -> Response:
    """Propose a move of a session, or of its minutes, with its evidence. What is one party's alone takes effect at once."""
    made = await decisions.propose(connection, every, MATTER, caller, session_id, proposal, version)
    return transitions.proposed(made)


@moves.get(
    "/sessions/{session_id:session}/transitions",
    summary="List the moves of a session",
    response_model=Page[TransitionRead],
    responses=LISTING_ONE,
)
async def list_session_transitions(
    paging: Paging,
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    session_id: SessionId,
) -> Response:
    """List every move that was ever proposed for a session, oldest first, with each party's answer."""
    await queries.get(connection, caller, session_id)
    return await moves_of(paging, connection, every, caller, MATTER, session_id)


async def _detail(
    connection: Transaction, every: Matters, caller: Caller, session_id: UUID, status: int = 200
) -> Response:
    found = await queries.get(connection, caller, session_id)
    (row,) = await called(connection, every, caller, [found], answers.BESIDE.asked)
    items = await queries.awaited(connection, every, caller, session_id)
    content = answers.detail(caller, row, items, await queries.same_ordinal(connection, caller, row))
    location = f"/v1/sessions/{session_id}" if status == 201 else None
    return answer(content, status, location=location, version=row["version"])
