"""What goes over the wire about reports."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from service.permissions import Confidentiality
from service.register.commitments.rules.kinds import CommitmentKind, Hint
from service.register.parties.schemas import Named
from service.reports.metrics_schemas import Comparison, Metrics
from service.reports.text_schemas import NamedCommitment, ReportedText
from service.values import Read, ReducedDate


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
        description="By party, the first that leads it, by its id; what it is called stands in `lead_organisations`."
    )
    lead_organisations: dict[str, list[Named]] = Field(
        description="By party, the organisations that lead it, the first of each one first, as they were called on the day. Left out is one "
        "of which the registry's log tells the name only together with who acts for it: a registrar, in a register of before."
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
    known_at: datetime | None = Field(description="What was recorded by this moment; null: all that it was made from.")
    since: date | None
    log: ReportedLog
    registry: NamedLog | None = Field(
        description="The registry's log, from which the names of organisations come; null of an export that has none."
    )
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
