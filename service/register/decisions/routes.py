"""Moves over HTTP, whatever they are about: listed, read, answered, taken back. Each kind of matter has its own address to propose."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Depends, Query, Request, Response

from service.database.state import State, state_of
from service.database.statement import Connection
from service.database.transaction import Transaction
from service.errors import InvalidContent, Stale
from service.errors.sent import Sent
from service.http.answers import answer
from service.http.headers import ONCE, created, file_of
from service.http.idempotency import Once, OnceRoute
from service.http.names import as_sent
from service.http.pages import Page, Paging
from service.http.refusals import LISTING, READING_ONE, WRITING_ONE, refusals
from service.http.routing import Router
from service.identity.caller import UncheckedCaller
from service.permissions import Caller
from service.register.decisions import answers, commands, queries
from service.register.decisions.asked_for import require_there
from service.register.decisions.called import called
from service.register.decisions.engine.matter import Matter, Matters, Row
from service.register.decisions.examples import CONFIRMATIONS, WITHDRAWALS
from service.register.decisions.put_right import put_right
from service.register.decisions.queries import Filter
from service.register.decisions.rules.machine import machine
from service.register.decisions.rules.picture import POLICY, drawn
from service.register.decisions.schemas import (
    ConfirmationCreate,
    LifecycleRead,
    ListedTransitionRead,
    TransitionRead,
    WithdrawalCreate,
)
from service.register.decisions.unseen import withheld
from service.values import limited

router = Router("/v1", route_class=OnceRoute, tags=["transitions"])
lifecycle = Router("/v1", tags=["lifecycle"])
PROPOSED = created(parameter="transition_id", leads_to=["read_transition", "create_confirmation", "create_withdrawal"])
"""How a move that was proposed is answered, whatever it is about."""


@dataclass(kw_only=True)
class HasMatters(State):
    """What this room needs of the application."""

    matters: Matters


async def matters(request: Request) -> Matters:
    """Return every kind of matter that the application knows."""
    return state_of(request.app, HasMatters).matters


EveryMatter = Annotated[Matters, Depends(matters)]
OF_KIND = Query(
    description="The kind of matter.",
    openapi_examples={"commitments": {"summary": "That of commitments", "value": "commitment"}},
)


async def moves_of(
    paging: Paging, connection: Connection, every: Matters, caller: Caller, matter: Matter, matter_id: UUID
) -> Response:
    """Return a page of the moves that were ever proposed for a matter which the caller may see, oldest first."""
    after = paging.after("transition", UUID)
    rows = await queries.of_matter(connection, matter, matter_id, after, paging.limit)
    told = await withheld(connection, every, caller, await put_right(connection, rows))
    told = await called(connection, every, caller, told, answers.asked)
    return paging.page(answers.transition, told, "transition", "id")


def of_kind(every: Matters, kind: str) -> Matter:
    """Return the matters of this kind; 422 if there is no such kind."""
    if found := next((one for one in every if one.kind == kind), None):
        return found
    known = ", ".join(one.kind for one in every)
    raise InvalidContent.listing([{"parameter": "kind", "detail": f"is no kind of matter; these are: {known}"}])


@lifecycle.get("/lifecycle", summary="Read a lifecycle", response_model=LifecycleRead)
async def read_lifecycle(
    every: EveryMatter,
    kind: Annotated[limited(40), OF_KIND] = "commitment",  # type: ignore[valid-type]
) -> Any:  # noqa: ANN401
    """Read the state machine of a kind of matter: states, steps, the evidence of each action, and its picture (Mermaid).

    The same drawn, without any program: [commitments](lifecycle/picture), or another kind by `kind`.
    """
    return machine(of_kind(every, kind).rules)


@lifecycle.get(
    "/lifecycle/picture",
    summary="See a lifecycle drawn",
    response_class=Response,
    responses=file_of("image/svg+xml", "A column for each state, an arrow for each step.", text=True),
)
async def read_lifecycle_picture(
    every: EveryMatter,
    kind: Annotated[limited(40), OF_KIND] = "commitment",  # type: ignore[valid-type]
) -> Response:
    """See the state machine of a kind of matter as a picture (SVG), light or dark: a column for each state, a line for each way of acting.

    ![The lifecycle of a commitment: its states, and an arrow for each move between them](v1/lifecycle/picture)
    """
    picture = drawn(of_kind(every, kind).rules.lifecycle)
    return Response(picture, media_type="image/svg+xml", headers={"Content-Security-Policy": POLICY})


@router.get("/transitions", summary="List moves", response_model=Page[ListedTransitionRead], responses=LISTING)
async def list_all_transitions(
    paging: Paging,
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    wanted: Annotated[Filter, Query()],
) -> Response:
    """List what is or was decided anywhere, oldest first: `awaiting=PK` is what waits for Pakistan's answer."""
    rows = await queries.page(connection, every, caller, wanted, paging.after("transitions", UUID), paging.limit)
    await require_there(connection, every, caller, dict(wanted), rows, partial(as_sent, paging.request))
    told = await withheld(connection, every, caller, await put_right(connection, rows))
    told = await called(connection, every, caller, told, answers.asked)
    return paging.page(partial(answers.listed, caller), told, "transitions", "id")


@router.get("/transitions/{transition_id}", summary="Read a move", response_model=TransitionRead, responses=READING_ONE)
async def read_transition(
    connection: Transaction, caller: UncheckedCaller, every: EveryMatter, transition_id: UUID
) -> Response:
    """Read one proposed move, each party's answer, and what became of it."""
    rows = await put_right(connection, [await queries.get(connection, every, caller, transition_id)])
    (row,) = await called(connection, every, caller, rows, answers.asked)
    return await _told(connection, every, caller, row, 200)


@router.post(
    "/transitions/{transition_id}/confirmations",
    status_code=201,
    summary="Confirm or refuse a move",
    response_model=TransitionRead,
    responses=WRITING_ONE | refusals(Stale) | ONCE,
    dependencies=[Once],
)
async def create_confirmation(
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    transition_id: UUID,
    new: Annotated[Sent[ConfirmationCreate], Body(openapi_examples=CONFIRMATIONS)],
) -> Response:
    """Answer another party's proposal. The last confirmation makes it take effect; one refusal closes it.

    Who has confirmed may still refuse, with a reason, until it takes effect.
    """
    made = await commands.answer(connection, every, caller, transition_id, new)
    return await _told(connection, every, caller, made, 201)


@router.post(
    "/transitions/{transition_id}/withdrawal",
    status_code=201,
    summary="Take back one's own proposal",
    response_model=TransitionRead,
    responses=WRITING_ONE | ONCE,
    dependencies=[Once],
)
async def create_withdrawal(
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    transition_id: UUID,
    new: Annotated[Sent[WithdrawalCreate], Body(openapi_examples=WITHDRAWALS)],
) -> Response:
    """Take back a proposal that the caller's own party made and that is still open."""
    made = await commands.withdraw(connection, every, caller, transition_id, new)
    return await _told(connection, every, caller, made, 201)


async def _told(connection: Connection, every: Matters, caller: Caller, row: Row, status: int) -> Response:
    """Return a move; of one that was answered just now nothing has been put right yet."""
    (seen,) = await withheld(connection, every, caller, [row])
    return answer(answers.transition(seen), status)
