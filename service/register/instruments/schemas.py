"""What the calculators answer."""

from collections.abc import Callable
from datetime import date

from pydantic import ConfigDict, Field

from service.register.instruments.rules.acts import Need
from service.register.instruments.rules.clauses import Fact
from service.register.instruments.rules.durations import Periods
from service.register.instruments.rules.entry import EntryIntoForce
from service.values import Read

Saying = Callable[[str], str]
"""How a sentence is said in the reader's language; `str` says it in English."""


class NeedRead(Read):
    """What is missing, and whose it is; nobody's by name where `party` is null."""

    party: str | None
    kind: str = Field(description="The kind of fact, `mutually_agreed`, or `in_force_on`.")
    detail: str

    @classmethod
    def of(cls, need: Need, say: Saying = str) -> "NeedRead":
        """Return a need as it is answered."""
        return cls(party=need.party, kind=need.kind, detail=say(need.detail))


class WindowRead(Read):
    """The first and the last day on which the fact that decides must have happened, both included."""

    model_config = ConfigDict(serialize_by_alias=True)
    from_day: date = Field(alias="from")
    to_day: date = Field(alias="to")


class DecidingFactRead(Read):
    """A fact by which the day was decided, as it was sent."""

    model_config = ConfigDict(serialize_by_alias=True)
    kind: str
    party: str | None
    on: date
    received_on: date | None
    of_class: str | None = Field(alias="class")
    weight: int | None
    weights: dict[str, int] | None = None

    @classmethod
    def of(cls, fact: Fact) -> "DecidingFactRead":
        """Return a fact as it is answered."""
        return cls.model_validate(fact.model_dump(by_alias=True))


class EntryIntoForceRead(Read):
    """Entry into force by the clause: a day, or what is still missing."""

    on: date | None
    by_party: dict[str, date | None]
    needs: list[NeedRead]
    window: WindowRead | None = Field(description="With `in_force_on` and a fact missing: where that fact must lie.")
    decided_by: list[DecidingFactRead]
    provisional_on: date | None = Field(description="From when it is applied provisionally.")
    explanation: str = Field(
        description="Sentences that a lawyer can follow, in the language of `Content-Language`; English governs."
    )
    warnings: list[str]

    @classmethod
    def of(cls, found: EntryIntoForce, say: Saying = str) -> "EntryIntoForceRead":
        """Return what was computed as it is answered."""
        between = found.window and WindowRead.model_validate({"from": found.window[0], "to": found.window[1]})
        return cls(
            on=found.on,
            by_party=found.by_party,
            needs=[NeedRead.of(one, say) for one in found.needs],
            window=between,
            decided_by=[DecidingFactRead.of(one) for one in found.decided_by],
            provisional_on=found.provisional_on,
            explanation=say(found.explanation),
            warnings=[say(one) for one in found.warnings],
        )


class PeriodsRead(Read):
    """The period in which the day lies, its end, and until when notice is in time."""

    period: int | None
    starts_on: date | None
    ends_before: date | None
    last_day_in_force: date | None
    last_safe_day_for_notice: date | None
    last_arguable_day_for_notice: date | None
    ends_by_notice_before: date | None
    explanation: str = Field(
        description="Sentences that a lawyer can follow, in the language of `Content-Language`; English governs."
    )
    needs: list[NeedRead]

    @classmethod
    def of(cls, found: Periods, say: Saying = str) -> "PeriodsRead":
        """Return what was computed as it is answered."""
        told = {name: getattr(found, name) for name in cls.model_fields if name not in {"needs", "explanation"}}
        needs = [NeedRead.of(one, say) for one in found.needs]
        return cls(explanation=say(found.explanation), needs=needs, **told)


class ThresholdRead(Read):
    """How many must have acted."""

    model_config = ConfigDict(serialize_by_alias=True)
    of: str
    n: int | None
    of_class: str | None = Field(alias="class")
    at_least: int | None
    weight: str | None = None


class RuleStepRead(Read):
    """One step from the anchor to entry into force."""

    days: int | None
    counting_first: bool | None
    months: int | None
    first_of_month: int | None


class PlainRuleRead(Read):
    """When something begins."""

    anchor: str
    threshold: ThresholdRead | None
    thresholds: list[ThresholdRead] | None
    steps: list[RuleStepRead]
    on: date | None
    not_before: str | None


class EntryIntoForceRuleRead(PlainRuleRead):
    """When an instrument enters into force, by its clause."""

    provisional: PlainRuleRead | None
    later_parties: PlainRuleRead | None


class DurationRead(Read):
    """How long an instrument is concluded for."""

    kind: str
    on: date | None
    years: int | None
    months: int | None
    counts_from: date | None
    then: str | None
    next_years: int | None
    next_months: int | None


class NoticeClauseRead(Read):
    """How long before the end notice must be received."""

    kind: str
    days: int | None
    months: int | None
    years: int | None
    first_of_month: int | None = None
    window_months: int | None = None
    opens_after_months: int | None = None
