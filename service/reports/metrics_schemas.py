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

    version: int = Field(description="Number of the rule: another one counts otherwise.")
    text: str = Field(description="The rule in words, for whoever is to believe the count.")


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

    numerator: int = Field(description="How many of them were implemented on the day.")
    denominator: int = Field(description="How many there are.")
    items: list[NamedCommitment] = Field(description="All of them.")


class MetricShare(Read):
    """n of m of one state, sector or group."""

    key: str | None = Field(description="The state, the sector, or the id of the group; null: of those that have none.")
    numerator: int = Field(description="n: those implemented on the day.")
    denominator: int = Field(description="m: those counted.")


class GroupShare(MetricShare):
    """n of m of one working group, whose id is the key."""

    working_group: Named | None = Field(
        description="What the group is called; null where there is none, or no entry tells it."
    )


class FullyImplemented(Read):
    """n of m: confirmed by every party."""

    rule: CountingRule = Field(description="By which it is counted.")
    numerator: int = Field(description="n: those implemented on the day, confirmed by every party.")
    denominator: int = Field(description="m: those agreed by the day.")
    items: list[NamedCommitment] = Field(description="Those in the numerator.")
    modified: list[NamedCommitment] = Field(description="Those of them that were implemented otherwise than agreed.")
    excluded: list[ExcludedCommitment] = Field(description="What is neither in n nor in m, each with the reason.")
    uncertain: list[UncertainCommitment] = Field(description="Whose dates leave open what they were on the day.")
    subject_to_approval: list[NamedCommitment] = Field(
        description="Counted, and some party's approval at home is still awaited."
    )
    one_sided: OneSidedShare = Field(description="What one party alone has recorded, counted apart.")
    by_state: list[MetricShare] = Field(description="n of m of each state.")
    by_sector: list[MetricShare] = Field(description="n of m of each sector.")
    by_group: list[GroupShare] = Field(description="n of m of each working group.")


class PartyLevels(Read):
    """What one party reported, of those in the denominator."""

    party: str = Field(description="Code of the party that reported.")
    levels: dict[str, int] = Field(description="How many stand at each level by its last report.")
    not_reported: int = Field(description="Of how many it has reported nothing.")


class ProgressMetric(Read):
    """Each party's own word."""

    rule: CountingRule = Field(description="By which it is counted.")
    denominator: int = Field(description="m: the same as of what is fully implemented.")
    by_party: list[PartyLevels] = Field(description="Each party's levels, which are not summed with another's.")


class Metrics(Read):
    """The two metrics, which are never mixed."""

    fully_implemented: FullyImplemented = Field(description="n of m, confirmed by every party.")
    progress: ProgressMetric = Field(description="How far the same m are, by each party's own word.")


class ChangedState(NamedCommitment):
    """One that was in another state on the earlier day."""

    before: str | None = Field(description="State on the earlier day; null: not agreed by then.")
    after: str | None = Field(description="State on the day; null: not agreed by then.")


class Comparison(Read):
    """What changed since an earlier day, by what is known at the same moment."""

    compared_to: date = Field(description="The earlier day.")
    numerator: int = Field(description="n on the earlier day.")
    denominator: int = Field(description="m on the earlier day.")
    changed: list[ChangedState] = Field(description="Those in another state than on the earlier day.")


class MetricsRead(Metrics):
    """How much of what was agreed was carried out, as of a day, by what was known at a moment."""

    commission_id: UUID = Field(description="Of which commission.")
    commission: Named = Field(description="What it is called.")
    session_id: UUID | None = Field(description="Of what which session agreed; null: of all sessions.")
    session: Named | None = Field(description="What that is called.")
    kept_by: str | None = Field(description="The party that keeps the register alone, if one does.")
    as_of: date = Field(description="The day in the world.")
    known_at: datetime = Field(
        description="By what was recorded until this moment: the one that was asked, or that of the newest entry."
    )
    entries: int = Field(description="How many entries of the commission's trail it was counted from.")
    audience: Confidentiality
    comparison: Comparison | None = Field(description="With the earlier day that was asked; null: with none.")
    may_hide: str = Field(
        description="What is not for the audience, or not for the caller, is in no figure; there may be such."
    )
