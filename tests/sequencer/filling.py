"""Entries in any number, written straight into the tables as the service's own commands would have written them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from service.trail.entry import Author, Entry, Head, compose

AUTHOR = Author(UUID(int=502), "PK")
CHAIN = 8
"""Entries of one subject before the next one begins."""
_entry = ("subject", "seq", "log_id", "leaf", "canonical", "kind", "recorded_at")
_pending = ("log_id", "subject", "seq", "leaf")
_commission = (
    "id",
    "code",
    "titles",
    "parties",
    "outside",
    "secretariats",
    "languages",
    "rule",
    "state",
    "corrected",
    "awaiting",
)
_head = ("seq", "leaf", "changed_at")


def entries(log_id: UUID, count: int) -> Iterator[Entry]:
    """Yield so many entries of one log, about as long as a confirmation's."""
    data = {"transition": str(uuid4()), "reason": "Agreed in writing.", "before": {"state": "agreed"}, "after": {}}
    now, subject, head = datetime.now(UTC), uuid4(), Head()
    for number in range(count):
        if number % CHAIN == 0:
            subject, head = uuid4(), Head()
        entry = compose(
            head,
            log_id=log_id,
            subject=subject,
            kind="transition.confirmed" if head.seq >= 0 else "commitment.recorded",
            recorded_at=now,
            author=AUTHOR,
            data=data,
        )
        head = Head(entry.seq, entry.leaf)
        yield entry


async def found(connection: Any, count: int) -> list[UUID]:
    """Found so many commissions in which nothing has happened, and return their ids; the caller is the owner."""
    ids = [uuid4() for _ in range(count)]
    rows: list[tuple[Any, ...]] = [
        (
            *(one, f"X-{one}", '{"en": "Commission (sample)"}', ["PK", "AZ"], [], "{}", ["en"], "mutual", "in_force"),
            *("{}", [], -1, bytes(32)),
        )
        for one in ids
    ]
    now = datetime.now(UTC)
    await connection.copy_records_to_table(
        "commission", records=[(*row, now) for row in rows], columns=(*_commission, *_head)
    )
    return ids


async def fill(connection: Any, counts: Mapping[UUID, int]) -> None:
    """Append so many entries to each log, all in one transaction; they wait for their indexes."""
    async with connection.transaction():
        for log_id, count in counts.items():
            await append_raw(connection, list(entries(log_id, count)), log_id)


async def append_raw(connection: Any, made: Sequence[Entry], log_id: UUID) -> None:
    """Append these entries to a log as they are, whatever they say; they wait for their indexes."""
    for table, columns in (("audit_entry", _entry), ("audit_pending", _pending)):
        rows = [tuple(log_id if column == "log_id" else getattr(one, column) for column in columns) for one in made]
        await connection.copy_records_to_table(table, records=rows, columns=columns)
