"""The clauses on duration and notice as data. Pure."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from service.register.instruments.rules.clauses import MOST_MONTHS, Day, Days, Months, Years, wrong
from service.values import Number, Strict


class DurationKind(StrEnum):
    """How long an instrument is concluded for."""

    INDEFINITE = "indefinite"
    UNTIL = "until"
    PERIOD = "period"


class Then(StrEnum):
    """What follows the first period."""

    END = "end"
    TACIT = "tacit"
    BY_AGREEMENT = "by_agreement"
    INDEFINITE = "indefinite"


class Duration(Strict):
    """How long: for good, until and with a day, or years and months from a day; and what follows."""

    kind: DurationKind
    on: Day | None = Field(None, description="The last day, of `until`.")
    years: Years | None = None
    months: Months | None = None
    counts_from: Day | None = Field(None, description="Where it is not the day of entry into force.")
    then: Then | None = None
    next_years: Years | None = None
    next_months: Months | None = None

    @property
    def first(self) -> int:
        """Months of the first period."""
        return (self.years or 0) * 12 + (self.months or 0)

    @property
    def following(self) -> int:
        """Months of each that follows: those of the first, where nothing else is said."""
        return (self.next_years or 0) * 12 + (self.next_months or 0) or self.first

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.kind is DurationKind.UNTIL) is not (self.on is not None):
            raise wrong("`on` is needed where the kind is until, and nowhere else")
        if (self.kind is DurationKind.PERIOD) is not (self.first > 0):
            raise wrong("`years` or `months`, more than none, are needed where the kind is period, and nowhere else")
        if self.then is Then.TACIT and self.kind is not DurationKind.INDEFINITE and not self.following:
            raise wrong("`next_years` or `next_months` are needed where it is renewed")
        return self


class NoticeKind(StrEnum):
    """When notice may be given."""

    NONE = "none"
    BEFORE_PERIOD_END = "before_period_end"
    ANY_TIME = "any_time"
    BEFORE_YEAR_END = "before_year_end"
    AFTER_PERIOD_END = "after_period_end"


class Notice(Strict):
    """How long before the end notice must be received; of `any_time` and `after_period_end`, when it takes effect."""

    kind: NoticeKind
    days: Days | None = None
    months: Months | None = None
    years: Years | None = None
    first_of_month: Annotated[Number, Field(ge=1, le=MOST_MONTHS)] | None = Field(
        None,
        description="Of `any_time`: it takes effect on the first day of the so-many-th month after its term, as of the "
        "conventions of the Council of Europe.",
    )
    window_months: Annotated[Number, Field(ge=1, le=MOST_MONTHS)] | None = Field(
        None,
        description="Of `after_period_end`: notice may be given within so many months after the end of each period, as of the "
        "conventions of the International Labour Organisation.",
        examples=[12],
    )

    opens_after_months: Annotated[Number, Field(ge=1, le=MOST_MONTHS)] | None = Field(
        None,
        description="Of `any_time`: it may be given only after so many months in force, as of the Paris Agreement.",
        examples=[36],
    )

    @property
    def all_months(self) -> int:
        """Years and months, in months."""
        return (self.years or 0) * 12 + (self.months or 0)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.first_of_month and self.kind is not NoticeKind.ANY_TIME:
            raise wrong("`first_of_month` goes with any_time")
        if self.opens_after_months and self.kind is not NoticeKind.ANY_TIME:
            raise wrong("`opens_after_months` goes with any_time")
        if (self.kind is NoticeKind.AFTER_PERIOD_END) is not (self.window_months is not None):
            raise wrong("`window_months` is needed where the kind is after_period_end, and nowhere else")
        return self
