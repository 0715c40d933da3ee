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

    origin: str = Field(description="Name of the log.")
    size: int = Field(description="How many entries.")
    root_hash: str = Field(description="Root of the tree over these (hex).")
    key: str = Field(description="Name and id of the key that signed the checkpoint.")


class ReportedLog(NamedLog):
    """The log of a commission, as far as it was read."""

    notice: str | None = Field(description="Of a log that was reopened, which parties have not acknowledged that.")


class ReportedCommission(Read):
    """The commission."""

    id: UUID = Field(description="Its id.")
    code: str = Field(description="Its code.")
    titles: dict[str, str] = Field(description="By language.")
    parties: list[str] = Field(description="Codes of its parties; in files the side of the reader stands first.")
    languages: list[str] = Field(description="In which its texts are.")
    state: str = Field(description="Of its charter.")
    kept_by: str | None = Field(description="The party that keeps the register alone, if one does.")


class ReportedChair(Read):
    """Who heads a delegation."""

    name: str = Field(description="As the minutes print it.")
    title: str = Field(description="Of the office.")


class ReportedSession(Read):
    """The session."""

    id: UUID = Field(description="Its id.")
    ordinal: int | None = Field(description="Its number; null: an extraordinary one.")
    state: str = Field(description="planned, held, adopted, and so on.")
    host_party: str | None = Field(description="Code of the party that hosts it.")
    virtual: bool = Field(description="Whether it meets without a place.")
    venue: str | None = Field(description="Where it meets.")
    starts_on: ReducedDate | None
    ends_on: ReducedDate | None
    co_chairs: dict[str, ReportedChair] = Field(description="By party.")


class ReportedGroup(Read):
    """A working group that owns some of the commitments."""

    id: UUID = Field(description="Its id.")
    code: str | None = Field(
        description="null where no entry tells it: of a group that began before groups had trails."
    )
    titles: dict[str, str] = Field(description="By language.")


class ReportedInstrument(Read):
    """The legal text that carries it, as far as it is known."""

    kind: str | None = Field(description="mou, agreement, treaty, and so on.")
    title: str | None = Field(description="Its title.")
    signed_on: ReducedDate | None
    place: str | None = Field(description="Where it was signed.")
    enters_into_force_on: ReducedDate | None
    expires_on: ReducedDate | None


class LastReport(Read):
    """The last report of one party."""

    level: str = Field(description="no_evidence, not_started, limited, substantial or complete: its own word.")
    period_start: ReducedDate | None
    period_end: ReducedDate
    on: date = Field(
        description="The day of which it speaks: the end of its period, or when it was recorded if that is earlier."
    )
    text: str = Field(description="What was done, in words.")
    delay_reason: str | None = Field(description="Why it is late, if it is.")
    next_step: str | None = Field(description="What this side does next.")
    expected_on: ReducedDate | None
    recorded_at: datetime = Field(description="When it was recorded.")


class MatrixRow(NamedCommitment):
    """One commitment in the matrix, as of the day."""

    item_number: int | None = Field(description="Number of the item in the minutes.")
    paragraph: str | None = Field(description="Number of the paragraph, as the minutes print it.")
    annex: str | None = Field(description="Letter of the annex.")
    verb: str = Field(description="agreed, noted, requested or offered; what is agreed alone is counted.")
    sector: str = Field(description="Area of cooperation.")
    working_group_id: UUID | None = Field(description="Which group owns it.")
    working_group: Named | None = Field(description="What that is called; null where no entry tells it.")
    titles: dict[str, str] = Field(description="By language.")
    target_date: ReducedDate | None
    instrument: ReportedInstrument | None = Field(description="The legal text that carries it; null: none is known.")
    successors: list[str] = Field(description="References of what replaced it, of those that are told.")
    outcome: str | None = Field(description="as_agreed or modified; null: it is not implemented.")
    modification: str | None = Field(description="How it was implemented otherwise than agreed.")
    confidentiality: Confidentiality = Field(description="For whom it is.")
    agreed_on: ReducedDate | None
    kind: CommitmentKind = Field(description="commitment, package, and so on.")
    target_text: str | None = Field(description="By when, in words.")
    source: str | None = Field(description="Where it was found.")
    remark: str | None = Field(description="What was remarked.")
    package_items: int = Field(description="How many items a package has.")
    package_items_done: int = Field(description="How many of them are done.")
    hint: Hint | None = Field(description="Why it may be done, though nobody has said so.")
    state: str | None = Field(description="On the day; null: it was not agreed by then.")
    state_since: ReducedDate | None
    uncertain: list[str] = Field(description="States that it may have reached by the day: their dates are reduced.")
    overdue: bool = Field(description="Whether its target date was past on the day, and it still open.")
    one_sided: bool = Field(description="Whether one party alone has recorded it.")
    subject_to: list[str] = Field(description="Parties whose approval at home is still awaited.")
    lead_organisation_id: dict[str, UUID] = Field(
        description="By party, the first that leads it, by its id; what it is called stands in `lead_organisations`."
    )
    lead_organisations: dict[str, list[Named]] = Field(
        description="By party, the organisations that lead it, the first of each one first, as they were called on the day. Left out is one "
        "of which the registry's log tells the name only together with who acts for it: a registrar, in a register of before."
    )
    reports: dict[str, LastReport] = Field(
        description="By party: its last report that speaks of the day or an earlier one."
    )
    awaiting: list[str] = Field(description="Parties whose answer to the open proposal is awaited.")
    carried_over_to: list[int | None] = Field(description="Ordinals of the sessions that took it up again.")


class DisputedMove(NamedCommitment):
    """What one side claims and another refused."""

    action: str = Field(description="The move.")
    proposed_by: str = Field(description="Code of the party that claims it.")
    proposed_at: datetime = Field(description="When it was proposed.")
    refused_by: str = Field(description="Code of the party that refused it.")
    refused_at: datetime = Field(description="When it was refused.")
    reason: str = Field(description="Why it was refused.")


class AwaitedAnswer(NamedCommitment):
    """A proposal that awaits an answer."""

    action: str = Field(description="The move.")
    proposed_by: str = Field(description="Code of the party that proposed it.")
    since: datetime = Field(description="When it was proposed.")
    awaiting: list[str] = Field(description="Parties whose answer is awaited.")


class OlderCommitment(NamedCommitment):
    """What an earlier session agreed and is still open."""

    session: int | None = Field(description="Ordinal of the session that agreed it; null: it has none.")
    titles: dict[str, str] = Field(description="By language.")
    state: str = Field(description="On the day.")
    target_date: ReducedDate | None
    carried_over_count: int = Field(description="How often it was carried over.")


class HappenedMove(NamedCommitment):
    """A move that happened in the period."""

    action: str = Field(description="The move.")
    on: ReducedDate
    confirmed_at: datetime = Field(description="When the last party confirmed it.")


class ReportRead(Read):
    """The implementation report, made from the entries below one checkpoint: the same parameters give the same bytes."""

    version: int = Field(description="Number of the shape and rules of reports.")
    about: str = Field(description="session or commission.")
    audience: Confidentiality = Field(description="For whom it is made: it tells nothing that these may not see.")
    as_of: date = Field(description="The day in the world.")
    known_at: datetime | None = Field(description="What was recorded by this moment; null: all that it was made from.")
    since: date | None = Field(
        description="First day of the period of which it tells what happened; null: it tells of none."
    )
    log: ReportedLog = Field(description="The log from which it is made.")
    registry: NamedLog | None = Field(
        description="The registry's log, from which the names of organisations come; null of an export that has none."
    )
    commission: ReportedCommission = Field(description="Of which commission.")
    session: ReportedSession | None = Field(description="Of what which session agreed; null: of all sessions.")
    working_groups: list[ReportedGroup] = Field(description="Those that own what the matrix lists.")
    metrics: Metrics = Field(description="Both metrics.")
    comparison: Comparison | None = Field(description="With the earlier day that was asked; null: with none.")
    matrix: list[MatrixRow] = Field(description="The implementation matrix, by references.")
    disputes: list[DisputedMove] = Field(description="What one side claims and another refused.")
    awaiting: list[AwaitedAnswer] = Field(description="Proposals that await an answer.")
    instruments: list[ReportedText] = Field(
        description="Legal texts that carry what the matrix lists; of a commission, the others too."
    )
    older: list[OlderCommitment] = Field(
        description="What earlier sessions agreed and is still open; of a commission, nothing."
    )
    happened: list[HappenedMove] = Field(description="Moves of the period.")
    digest: str = Field(description="SHA-256 of the rest, spelled as RFC 8785 says.")
