"""The clause on entry into force as data, and the facts that it counts from; how days and counts are written in any clause. Pure."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from service.values import Flag, Number, Strict

MOST_DAYS, MOST_MONTHS, MOST_YEARS = 3_652_059, 119_988, 9_999
"""The whole calendar, counted in each."""


def wrong(detail: str) -> PydanticCustomError:
    """Return the error that says what a clause lacks."""
    return PydanticCustomError("clause", "{detail}", {"detail": detail})


def _whole_day(value: object) -> object:
    """Refuse what pydantic would take for a day as well: moments, seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)):
        return value
    raise wrong("must be a day as YYYY-MM-DD, such as 2024-07-09")


Day = Annotated[date, BeforeValidator(_whole_day), Field(examples=["2024-07-09"])]
Code = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _./-]{0,39}$"),
    Field(description="A short code; it need not be registered.", examples=["PK"]),
]
Days = Annotated[Number, Field(ge=0, le=MOST_DAYS)]
Months = Annotated[Number, Field(ge=0, le=MOST_MONTHS)]
Years = Annotated[Number, Field(ge=0, le=MOST_YEARS)]
Weight = Annotated[Number, Field(ge=0, le=2**53 - 1)]


class Anchor(StrEnum):
    """The event from which entry into force is counted."""

    LAST_NOTIFICATION = "last_notification"
    LAST_RECEIPT = "last_receipt"
    SIGNATURE = "signature"
    EXCHANGE_OF_RATIFICATIONS = "exchange_of_ratifications"
    EXCHANGE_OF_NOTES = "exchange_of_notes"
    NTH_DEPOSIT = "nth_deposit"
    ALL_DEPOSITS = "all_deposits"
    OWN_DEPOSIT = "own_deposit"
    OTHER_INSTRUMENT = "other_instrument"
    FIXED = "fixed"
    MUTUALLY_AGREED = "mutually_agreed"


class FactKind(StrEnum):
    """What happened. Ratification, acceptance, approval and accession are deposits."""

    NOTIFICATION = "notification"
    DEPOSIT = "deposit"
    SIGNATURE = "signature"
    EXCHANGE_OF_RATIFICATIONS = "exchange_of_ratifications"
    EXCHANGE_OF_NOTES = "exchange_of_notes"
    OTHER = "entry_into_force_of_other"


class Of(StrEnum):
    """What a threshold measures."""

    COUNT = "count"
    ALL = "all"
    WEIGHT = "weight"


class Threshold(Strict):
    """How many must have acted: `n` of them (of a class), all, or so many that their weights reach `at_least`."""

    model_config = ConfigDict(serialize_by_alias=True)
    of: Of
    n: Annotated[Number, Field(ge=1, le=1000)] | None = None
    of_class: Code | None = Field(None, alias="class", description="Only these count.", examples=["state"])
    at_least: Annotated[Number, Field(ge=1, le=2**53 - 1)] | None = None
    weight: Code | None = Field(
        None,
        description="Which of several weights is measured, by its name among a fact's `weights`; where it is left out, `weight`.",
        examples=["tonnage"],
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.of is Of.COUNT) is not (self.n is not None):
            raise wrong("`n` is needed where `of` is count, and nowhere else")
        if (self.of is Of.WEIGHT) is not (self.at_least is not None):
            raise wrong("`at_least` is needed where `of` is weight, and nowhere else")
        if self.weight and self.of is not Of.WEIGHT:
            raise wrong("`weight` names what a threshold of weight measures")
        if self.of_class and self.of is not Of.COUNT:
            raise wrong("`class` qualifies a count alone")
        return self


class Step(Strict):
    """One step from the anchor to entry into force: days, months, or the first day of the so-many-th month following."""

    days: Days | None = None
    counting_first: Flag | None = Field(None, description="The day from which days are counted is the first of them.")
    months: Months | None = Field(None, description="Clamped to the month's end.")
    first_of_month: Annotated[Number, Field(ge=1, le=MOST_MONTHS)] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(one is not None for one in (self.days, self.months, self.first_of_month)) != 1:
            raise wrong("must have one of `days`, `months`, `first_of_month`")
        if self.counting_first is not None and not self.days:
            raise wrong("`counting_first` goes with one or more `days`")
        return self


class PlainRule(Strict):
    """When something begins: an anchor, how many must have acted, and steps from there, taken left to right."""

    anchor: Anchor
    threshold: Threshold | None = None
    thresholds: list[Threshold] | None = Field(
        None,
        min_length=1,
        max_length=5,
        description="Where several must be met, as of the Paris Agreement: all of them.",
    )
    steps: list[Step] = Field(default_factory=list, max_length=20)
    on: Day | None = Field(
        None,
        description="The day itself, of `fixed` and `mutually_agreed`. Of what parties do: the day that counts where enough of them "
        "have done it by then; the steps count where it is done later.",
    )
    not_before: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9/_.-]{0,59}$")] | None = Field(
        None,
        description="The first day possible, or the id of the instrument that must be in force as well.",
        examples=["2024-07-09"],
    )

    @property
    def earliest(self) -> date | None:
        """The first day possible, where a day and no instrument is named."""
        named = self.not_before
        return date.fromisoformat(named) if named and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", named) else None

    @property
    def is_dated(self) -> bool:
        """Whether the anchor is a day, and nothing that parties do."""
        return self.anchor in {Anchor.FIXED, Anchor.MUTUALLY_AGREED}

    @property
    def measured(self) -> list[Threshold]:
        """All thresholds."""
        return [*([self.threshold] if self.threshold else []), *(self.thresholds or [])]

    @model_validator(mode="after")
    def _is_computable(self) -> Self:
        if self.anchor is Anchor.FIXED and self.on is None:
            raise wrong("`on` is needed where the anchor is fixed")
        if self.anchor is Anchor.NTH_DEPOSIT and not self.measured:
            raise wrong("`threshold` is needed where the anchor is nth_deposit")
        try:
            _ = self.earliest
        except ValueError as unreal:
            raise wrong("`not_before` is no day of the calendar") from unreal
        return self


class EntryIntoForceRule(PlainRule):
    """When an instrument enters into force, is provisionally applied before that, and binds who comes later."""

    provisional: PlainRule | None = None
    later_parties: PlainRule | None = None


class Fact(Strict):
    """Something that happened on a day, at the place of the act. Without a party: the last one, or the act of all."""

    model_config = ConfigDict(serialize_by_alias=True)
    kind: FactKind
    party: Code | None = None
    on: Day
    received_on: Day | None = None
    of_class: Code | None = Field(None, alias="class", examples=["state"])
    weight: Weight | None = None
    weights: Annotated[dict[Code, Weight], Field(min_length=1, max_length=5)] | None = Field(
        None,
        description="By name, where the clause measures several.",
        examples=[{"tonnage": 130, "recycling": 9}],
    )

    def weighs(self, name: str | None) -> int | None:
        """Return the weight of this name; None: `weight` itself."""
        return (self.weights or {}).get(name) if name else self.weight
