"""Clauses tried over HTTP: nothing is stored, so that no key is needed to ask again."""

from typing import Annotated

from fastapi import Body, Response

from service.errors import (
    InvalidContent,
    NotAuthenticated,
    NotPermitted,
    TooLarge,
    Unavailable,
    Unreadable,
    UnsupportedMediaType,
)
from service.errors.sent import Sent
from service.http.answers import answer
from service.http.refusals import refusals
from service.http.routing import Router
from service.identity.caller import CurrentCaller
from service.register.instruments.examples import ENTRIES, PERIODS
from service.register.instruments.rules import entry, periods
from service.register.instruments.rules.clauses import EntryIntoForceCalculationCreate, PeriodsCalculationCreate
from service.register.instruments.schemas import EntryIntoForceRead, PeriodsRead

router = Router("/v1/calculations", tags=["calculations"])
REFUSED = refusals(
    Unreadable, NotAuthenticated, NotPermitted, TooLarge, UnsupportedMediaType, InvalidContent, Unavailable
)


@router.post(
    "/entry-into-force",
    summary="Try a clause on entry into force",
    response_model=EntryIntoForceRead,
    responses=REFUSED,
)
async def create_entry_into_force_calculation(
    _: CurrentCaller, asked: Annotated[Sent[EntryIntoForceCalculationCreate], Body(openapi_examples=ENTRIES)]
) -> Response:
    """Compute from a clause and from what has happened when an instrument enters into force, for each party; or what is missing.

    Nothing is stored.
    """
    found = EntryIntoForceRead.of(entry.compute(asked.read()))
    return answer(found.model_dump(mode="json", by_alias=True))


@router.post("/periods", summary="Try clauses on duration and notice", response_model=PeriodsRead, responses=REFUSED)
async def create_periods_calculation(
    _: CurrentCaller, asked: Annotated[Sent[PeriodsCalculationCreate], Body(openapi_examples=PERIODS)]
) -> Response:
    """Compute the period in which a day lies, when it ends, until when notice is in time, and the end that a notice brings.

    Nothing is stored.
    """
    return answer(PeriodsRead.of(periods.compute(asked.read())).model_dump(mode="json"))
