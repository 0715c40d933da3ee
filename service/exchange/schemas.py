"""What goes over the wire about imports."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from service.exchange.models import ImportStatus
from service.exchange.rules.plan import Does
from service.register.parties.schemas import Named
from service.values import Read


class ImportProgress(Read):
    """How far it is."""

    done: int = Field(description="Rows that are judged.")
    total: int | None = Field(description="Rows that the file has; null until it is read.")


class ImportCounts(Read):
    """How many commitments each thing happens to, and how many proposals are made."""

    create: int = Field(description="New commitments.")
    change: int = Field(
        description="Changes of one's own facts, which work at once: one for each request that they take."
    )
    proposals: int = Field(description="Proposals that others confirm, of what is there already.")
    none: int = Field(description="Of what is so already.")
    conflict: int = Field(description="Of what has changed since the export.")
    refused: int = Field(description="Of what cannot be carried out.")
    ignored: int = Field(description="Of what no import changes.")


class ImportRow(Read):
    """What becomes of a row, or of one of its cells."""

    model_config = ConfigDict(serialize_by_alias=True)

    row: int = Field(description="Number of the row in the file; its headings are row 1.")
    cell: str | None = Field(description="The cell, as spreadsheets name it; null: the whole row.", examples=["C3"])
    reference: str | None = Field(description="The commitment; of one that a dry run would create, null.")
    action: Does = Field(description="What is done.")
    column: str | None = Field(description="Heading of the column; null: the whole row.")
    before: str | None = Field(alias="from", description="What the register says.")
    after: str | None = Field(alias="to", description="What the cell says.")
    problem: str | None = Field(description="Why it is not done, and what to do instead.")
    proposal: bool = Field(description="Whether others have to confirm it.")


class ImportRead(Read):
    """An import: a file that is read and judged by `pacta worker`, and, unless it is a dry run, carried out whole or not at all."""

    id: UUID = Field(description="Its id.")
    commission_id: UUID = Field(description="Into which commission.")
    commission: Named | None = Field(description="What that is called.")
    status: ImportStatus
    dry_run: bool = Field(description="Whether it only tells what would be done.")
    propose: bool = Field(description="Whether states are moved by proposals.")
    reason: str | None = Field(description="Given with the proposals that need one.")
    sha256: str = Field(description="Of the file.")
    digest: str | None = Field(description="Of what the dry run would do; the real run names it.")
    problem: str | None = Field(description="Why it failed: then nothing of it was done.")
    progress: ImportProgress = Field(description="How many rows are judged so far.")
    counts: ImportCounts = Field(description="How many of each.")
    rows: list[ImportRow] = Field(description="In the order of the file, once it is done or failed.")
    asked_at: datetime = Field(description="When the file was sent.")
    ended_at: datetime | None = Field(description="When it was done or failed; null: not yet.")
