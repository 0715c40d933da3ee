"""Many entries at once: composed by the pure rule, copied in as the owner, then given their indexes and signed."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from service.trail.entry import Author, Entry, Head, compose
from tests.conftest import COMMISSION, World

ENTRY = ("subject", "seq", "log_id", "leaf", "canonical", "kind", "recorded_at")
PENDING = ("log_id", "subject", "seq", "leaf")


def entries(count: int) -> list[Entry]:
    """Return this many entries of a subject that is no commitment."""
    head, subject, author, made = Head(), uuid4(), Author(uuid4(), None), []
    for _ in range(count):
        made.append(
            compose(
                head,
                log_id=UUID(COMMISSION),
                subject=subject,
                kind="sample.written",
                recorded_at=datetime.now(UTC),
                author=author,
                data={},
            )
        )
        head = Head(made[-1].seq, made[-1].leaf)
    return made


async def grow(world: World, count: int) -> None:
    """Let the log grow by this many entries, and sign it."""
    made = entries(count)
    owner = await world.connect()
    for table, columns in (("audit_entry", ENTRY), ("audit_pending", PENDING)):
        rows = [tuple(getattr(entry, name) for name in columns) for entry in made]
        await owner.copy_records_to_table(table, records=rows, columns=columns)
    while await world.sequencer.step():
        pass
    await world.sequencer.sign()
