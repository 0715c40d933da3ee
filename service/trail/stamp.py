"""The moment and the id that an entry needs before it is hashed: read from the database, under the subject's lock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Change, Connection, Query, given
from service.errors import InvalidContent
from service.trail.append import append
from service.trail.entry import Author, Entry, Head, NotCanonical, compose
from service.trail.models import REGISTRY, Registry

_head = table(Registry)


class _New(NamedTuple):
    id: UUID
    at: datetime


class _Next(NamedTuple):
    id: UUID
    at: datetime
    seq: int
    leaf: bytes


_new = Query(sa.select(sa.func.uuidv7().label("id"), sa.func.clock_timestamp().label("at")), _New)
_registry = Query(
    sa.select(
        sa.func.uuidv7().label("id"),
        sa.func.greatest(sa.func.clock_timestamp(), _head.c.changed_at).label("at"),
        _head.c.seq,
        _head.c.leaf,
    ).with_for_update(key_share=True),
    _Next,
)
_advance = Change(sa.update(_head).values(given(_head, "seq", "leaf", "changed_at")))


@dataclass(frozen=True, slots=True)
class Stamp:
    """A new id (UUIDv7) and the present moment (UTC), with the head of the chain that the next entry continues."""

    id: UUID
    at: datetime
    head: Head

    def entry(
        self, log_id: UUID, subject: UUID, author: Author, kind: str, data: Mapping[str, Any], version: int = 1
    ) -> Entry:
        """Return the subject's next entry; `InvalidContent` if what a client sent has no single spelling, or is too long."""
        try:
            return compose(
                self.head,
                log_id=log_id,
                subject=subject,
                kind=kind,
                recorded_at=self.at,
                author=author,
                data=data,
                version=version,
            )
        except NotCanonical as wrong:
            raise InvalidContent(f"It cannot be put into one entry of the audit trail: {wrong}") from wrong


async def new(connection: Connection) -> Stamp:
    """Return a stamp for a subject that does not exist yet."""
    found = await _new.one(connection)
    return Stamp(found.id, found.at, Head())


async def registry(connection: Connection) -> Stamp:
    """Lock the registry and return a stamp for its next entry."""
    found = await _registry.one(connection)
    return Stamp(found.id, found.at, Head(found.seq, found.leaf))


async def append_to_registry(
    connection: Connection, stamp: Stamp, author: Author, kind: str, data: dict[str, object]
) -> None:
    """Write the registry's next entry and move its head; the caller holds the lock through `registry`."""
    entry = stamp.entry(REGISTRY, REGISTRY, author, kind, data)
    await _advance.run(connection, seq=entry.seq, leaf=entry.leaf, changed_at=stamp.at)
    await append(connection, entry)
