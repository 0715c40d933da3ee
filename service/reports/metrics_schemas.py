"""What goes over the wire about metrics: n of m, and each party's own word."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from service.permissions import Confidentiality
from service.register.parties.schemas import Named
from service.reports.text_schemas import NamedCommitment
from service.values import Read


class CountingRule(Read):
    """How it is counted."""

    version: int
    text: str


class ExcludedCommitment(NamedCommitment):
    """One that is neither in the numerator nor in the denominator."""

    reason: str = Field(
        description="withdrawn, merged, superseded, not_confirmed (not yet by every party), later (agreed after the day), or "
        "not_agreed_but_noted, and so on."
    )


class UncertainCommitment(NamedCommitment):
    """One whose dates are not known well enough to say what it was on the day."""

    may_be: list[str] = Field(description="States that it may have reached by then, and is not counted in.")


class OneSidedShare(Read):
    """What one party alone has recorded: never summed with the rest."""

    numerator: int
    denominator: int
    items: list[NamedCommitment]


class MetricShare(Read):
    """n of m of one state, sector or group."""

    key: str | None
    numerator: int
    denominator: int


class GroupShare(MetricShare):
    """n of m of one working group, whose id is the key."""

    working_group: Named | None


class FullyImplemented(Read):
    """n of m: confirmed by every party."""

    rule: CountingRule
    numerator: int
    denominator: int
    items: list[NamedCommitment] = Field(description="Those in the numerator.")
    modified: list[NamedCommitment] = Field(description="Those of them that were implemented otherwise than agreed.")
    excluded: list[ExcludedCommitment]
    uncertain: list[UncertainCommitment]
    subject_to_approval: list[NamedCommitment] = Field(
        description="Counted, and some party's approval at home is still awaited."
    )
    one_sided: OneSidedShare
    by_state: list[MetricShare]
    by_sector: list[MetricShare]
    by_group: list[GroupShare]


class PartyLevels(Read):
    """What one party reported, of those in the denominator."""

    party: str
    levels: dict[str, int]
    not_reported: int


class ProgressMetric(Read):
    """Each party's own word."""

    rule: CountingRule
    denominator: int
    by_party: list[PartyLevels]


class Metrics(Read):
    """The two metrics, which are never mixed."""

    fully_implemented: FullyImplemented
    progress: ProgressMetric


class ChangedState(NamedCommitment):
    """One that was in another state on the earlier day."""

    before: str | None
    after: str | None


class Comparison(Read):
    """What changed since an earlier day, by what is known at the same moment."""

    compared_to: date
    numerator: int
    denominator: int
    changed: list[ChangedState]


class MetricsRead(Metrics):
    """How much of what was agreed was carried out, as of a day, by what was known at a moment."""

    commission_id: UUID
    commission: Named
    session_id: UUID | None
    session: Named | None
    kept_by: str | None = Field(description="The party that keeps the register alone, if one does.")
    as_of: date
    known_at: datetime
    entries: int = Field(description="How many entries of the commission's trail it was counted from.")
    audience: Confidentiality
    comparison: Comparison | None
    may_hide: str = Field(
        description="What is not for the audience, or not for the caller, is in no figure; there may be such."
    )
