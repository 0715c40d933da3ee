"""What a calculator is asked: clauses, and what has happened. Pure."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from service.register.instruments.rules.clauses import Code, Day, EntryIntoForceRule, Fact, wrong
from service.register.instruments.rules.terms import Duration, Notice
from service.values import Strict

PARTIES: Final = Field(None, min_length=1, max_length=300)


def each_once(codes: list[str] | None) -> list[str] | None:
    """Return the codes; an error if one is named twice."""
    if codes and len(set(codes)) < len(codes):
        raise wrong("names a party twice")
    return codes


class EntryIntoForceCalculationCreate(Strict):
    """A clause on entry into force, and what has happened."""

    rule: EntryIntoForceRule
    parties: Annotated[list[Code] | None, AfterValidator(each_once)] = PARTIES
    facts: list[Fact] = Field(default_factory=list, max_length=1000)
    in_force_on: Day | None = Field(None, description="The day that is recorded, to be held to the clause.")


class PeriodsCalculationCreate(Strict):
    """The clauses on duration and notice, and the day on which one looks."""

    duration: Duration
    notice: Notice
    in_force_on: Day | None = None
    as_of: Day
    notice_received_on: Day | None = None
