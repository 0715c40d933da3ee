"""What goes over the wire about reports and metrics."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from service.permissions import Confidentiality
from service.register.commitments.rules.kinds import CommitmentKind, Hint
from service.register.parties.schemas import Named
from service.reports.text_schemas import NamedCommitment, ReportedText
from service.values import Read, ReducedDate


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


class NamedLog(Read):
    """The entries it was made from: so many, the first of the log, under this root."""

    origin: str
    size: int
    root_hash: str
    key: str = Field(description="Name and id of the key that signed the checkpoint.")


class ReportedLog(NamedLog):
    """The log of a commission, as far as it was read."""

    notice: str | None = Field(description="Of a log that was reopened, which parties have not acknowledged that.")


class ReportedCommission(Read):
    """The commission."""

    id: UUID
    code: str
    titles: dict[str, str]
    parties: list[str]
    languages: list[str]
    state: str
    kept_by: str | None


class ReportedChair(Read):
    """Who heads a delegation."""

    name: str
    title: str


class ReportedSession(Read):
    """The session."""

    id: UUID
    ordinal: int | None
    state: str
    host_party: str | None
    virtual: bool
    venue: str | None
    starts_on: ReducedDate | None
    ends_on: ReducedDate | None
    co_chairs: dict[str, ReportedChair]


class ReportedGroup(Read):
    """A working group that owns some of the commitments."""

    id: UUID
    code: str | None = Field(
        description="null where no entry tells it: of a group that began before groups had trails."
    )
    titles: dict[str, str]


class ReportedInstrument(Read):
    """The legal text that carries it, as far as it is known."""

    kind: str | None
    title: str | None
    signed_on: ReducedDate | None
    place: str | None
    enters_into_force_on: ReducedDate | None
    expires_on: ReducedDate | None


class LastReport(Read):
    """The last report of one party."""

    level: str
    period_start: ReducedDate | None
    period_end: ReducedDate
    on: date
    text: str
    delay_reason: str | None
    next_step: str | None
    expected_on: ReducedDate | None
    recorded_at: datetime


class MatrixRow(NamedCommitment):
    """One commitment in the matrix, as of the day."""

    item_number: int | None
    paragraph: str | None
    annex: str | None
    verb: str
    sector: str
    working_group_id: UUID | None
    working_group: Named | None
    titles: dict[str, str]
    target_date: ReducedDate | None
    instrument: ReportedInstrument | None
    successors: list[str]
    outcome: str | None
    modification: str | None
    confidentiality: Confidentiality
    agreed_on: ReducedDate | None
    kind: CommitmentKind
    target_text: str | None
    source: str | None
    remark: str | None
    package_items: int = Field(description="How many items a package has.")
    package_items_done: int = Field(description="How many of them are done.")
    hint: Hint | None = Field(description="Why it may be done, though nobody has said so.")
    state: str | None = Field(description="On the day; null: it was not agreed by then.")
    state_since: ReducedDate | None
    uncertain: list[str]
    overdue: bool
    one_sided: bool
    subject_to: list[str]
    lead_organisation_id: dict[str, UUID] = Field(
        description="By party, the first that leads it: by its id alone, since what organisations are called stands in the registry's log, "
        "and a report is made again from a commission's export. `GET /v1/organisations/{organisation_id}` tells it."
    )
    reports: dict[str, LastReport]
    awaiting: list[str]
    carried_over_to: list[int | None] = Field(description="Ordinals of the sessions that took it up again.")


class DisputedMove(NamedCommitment):
    """What one side claims and another refused."""

    action: str
    proposed_by: str
    proposed_at: datetime
    refused_by: str
    refused_at: datetime
    reason: str


class AwaitedAnswer(NamedCommitment):
    """A proposal that awaits an answer."""

    action: str
    proposed_by: str
    since: datetime
    awaiting: list[str]


class OlderCommitment(NamedCommitment):
    """What an earlier session agreed and is still open."""

    session: int | None
    titles: dict[str, str]
    state: str
    target_date: ReducedDate | None
    carried_over_count: int


class HappenedMove(NamedCommitment):
    """A move that happened in the period."""

    action: str
    on: ReducedDate
    confirmed_at: datetime


class ReportRead(Read):
    """The implementation report, made from the entries below one checkpoint: the same parameters give the same bytes."""

    version: int
    about: str = Field(description="session or commission.")
    audience: Confidentiality
    as_of: date
    since: date | None
    log: ReportedLog
    commission: ReportedCommission
    session: ReportedSession | None
    working_groups: list[ReportedGroup] = Field(description="Those that own what the matrix lists.")
    metrics: Metrics
    comparison: Comparison | None
    matrix: list[MatrixRow]
    disputes: list[DisputedMove]
    awaiting: list[AwaitedAnswer]
    instruments: list[ReportedText]
    older: list[OlderCommitment]
    happened: list[HappenedMove]
    digest: str = Field(description="SHA-256 of the rest, spelled as RFC 8785 says.")
