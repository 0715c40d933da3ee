"""Clauses tried over HTTP: nothing is stored, so that no key is needed to ask again."""

from typing import Annotated

from fastapi import Body, Response

from service.errors import (
    InvalidContent,
    NotAuthenticated,
    NotPermitted,
    TooLarge,
    TooManyRequests,
    Unavailable,
    Unreadable,
    UnsupportedMediaType,
)
from service.errors.sent import Sent
from service.http.answers import answer
from service.http.headers import carrying
from service.http.problems import Language
from service.http.refusals import refusals
from service.http.routing import Router
from service.identity.caller import CurrentCaller
from service.register.instruments.examples import ENTRIES, PERIODS
from service.register.instruments.rules import entry, periods
from service.register.instruments.rules.calculations import EntryIntoForceCalculationCreate, PeriodsCalculationCreate
from service.register.instruments.schemas import EntryIntoForceRead, PeriodsRead
from service.register.instruments.words import saying

router = Router("/v1/calculations", tags=["calculations"])
REFUSED = refusals(
    Unreadable,
    NotAuthenticated,
    NotPermitted,
    TooLarge,
    UnsupportedMediaType,
    InvalidContent,
    TooManyRequests,
    Unavailable,
)

EXPLAINED = carrying("Content-Language")


@router.post(
    "/entry-into-force",
    summary="Try a clause on entry into force",
    response_model=EntryIntoForceRead,
    responses=REFUSED | EXPLAINED,
)
async def create_entry_into_force_calculation(
    _: CurrentCaller,
    language: Language,
    asked: Annotated[Sent[EntryIntoForceCalculationCreate], Body(openapi_examples=ENTRIES)],
) -> Response:
    """Compute from a clause and from what has happened when an instrument enters into force, for each party; or what is missing.

    It is explained in the language of `Accept-Language`. Nothing is stored.
    """
    found = EntryIntoForceRead.of(entry.compute(asked.read()), saying(language))
    return answer(found.model_dump(mode="json", by_alias=True), language=language)


@router.post(
    "/periods", summary="Try clauses on duration and notice", response_model=PeriodsRead, responses=REFUSED | EXPLAINED
)
async def create_periods_calculation(
    _: CurrentCaller,
    language: Language,
    asked: Annotated[Sent[PeriodsCalculationCreate], Body(openapi_examples=PERIODS)],
) -> Response:
    """Compute the period in which a day lies, when it ends, until when notice is in time, and the end that a notice brings.

    It is explained in the language of `Accept-Language`. Nothing is stored.
    """
    found = PeriodsRead.of(periods.compute(asked.read()), saying(language))
    return answer(found.model_dump(mode="json"), language=language)
