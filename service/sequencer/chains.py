"""Entries that are about to be signed, held to the rules of order and chain that the verifier holds them to."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query
from service.log.models import LogEntry
from service.sequencer.stored import PLACES, SigningRefused, Stored
from service.trail.chain import Link, faults
from service.trail.models import AuditEntry

CHAINED: Final = ("seq", "prev", "recorded_at", "commission")
"""The members of an entry by which it continues its subject's chain."""
_entry, _log = table(AuditEntry), table(LogEntry)


class _Before(NamedTuple):
    subject: UUID
    seq: int
    leaf: bytes
    canonical: bytes


_before = Query(
    sa.select(_log.c.subject, _log.c.seq, _log.c.leaf, _entry.c.canonical)
    .join(PLACES, (_log.c.subject == PLACES.c.subject) & (_log.c.seq == PLACES.c.seq))
    .join(_entry, (_entry.c.subject == _log.c.subject) & (_entry.c.seq == _log.c.seq))
    .where(_log.c.log_id == sa.bindparam("log_id"), _log.c.index < sa.bindparam("first", type_=sa.BigInteger())),
    _Before,
)


async def hold_chains(connection: Connection, log_id: UUID, entries: Sequence[Stored]) -> None:
    """Raise `SigningRefused` unless each of these entries, side by side in the log, continues its subject's chain."""
    if not entries:
        return
    read = [_read(one) for one in entries]
    links = await _links(connection, log_id, entries[0].place, read)
    for one, entry in zip(entries, read, strict=True):
        subject, seq = entry["subject"], entry["seq"]
        members = {name: entry[name] for name in CHAINED}
        # A session, or a group, that the commission's own entries told of goes on from the last that did.
        before = links.get((subject, seq - 1)) or links.get((str(log_id), seq - 1)) or Link()
        if wrong := faults(before, str(log_id), **members):
            raise SigningRefused(f"entry {one.place} (subject {subject}) {'; '.join(wrong)}")
        links[subject, seq] = Link(seq, one.leaf, entry["recorded_at"])


def _read(one: Stored) -> dict[str, Any]:
    """Return the members of an entry; `SigningRefused` if its bytes are none."""
    try:
        entry = orjson.loads(one.canonical or b"")
    except orjson.JSONDecodeError:
        entry = None
    if not isinstance(entry, dict) or not entry.keys() >= {"subject", *CHAINED}:
        raise SigningRefused(f"entry {one.place} is stored as bytes that are no entry of an audit trail")
    return entry


async def _links(
    connection: Connection, log_id: UUID, first: int, read: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, int], Link]:
    """Return the entries before the index `first` that these may continue, by their subject and number."""
    begins: dict[str, int] = {}
    for entry in read:
        begins.setdefault(entry["subject"], entry["seq"])
    wanted = {(UUID(subject), seq - 1) for subject, seq in begins.items() if seq}
    wanted |= {(log_id, seq) for _, seq in wanted}
    if not wanted:
        return {}
    subjects, numbers = zip(*wanted, strict=True)
    found = await _before.rows(connection, log_id=log_id, first=first, subjects=list(subjects), numbers=list(numbers))
    return {
        (str(one.subject), one.seq): Link(one.seq, one.leaf, orjson.loads(one.canonical)["recorded_at"])
        for one in found
    }
