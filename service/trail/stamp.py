"""The moment and the id that an entry needs before it is hashed: read from the database, under the subject's lock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import InvalidContent
from service.trail.append import append
from service.trail.entry import Author, Entry, Head, NotCanonical, compose
from service.trail.models import REGISTRY

_new = sa.text("SELECT uuidv7() AS id, clock_timestamp() AS at")
_registry = sa.text(
    "SELECT uuidv7() AS id, greatest(clock_timestamp(), changed_at) AS at, seq, leaf"
    " FROM registry WHERE id = 1 FOR NO KEY UPDATE"
)
_advance = sa.text("UPDATE registry SET seq = :seq, leaf = :leaf, changed_at = :at WHERE id = 1")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A new id (UUIDv7) and the present moment (UTC), with the head of the chain that the next entry continues."""

    id: UUID
    at: datetime
    head: Head

    def entry(self, log_id: UUID, subject: UUID, author: Author, kind: str, data: Mapping[str, Any]) -> Entry:
        """Return the subject's next entry; `InvalidContent` if what a client sent has no single spelling, or is too long."""
        try:
            return compose(
                self.head, log_id=log_id, subject=subject, kind=kind, recorded_at=self.at, author=author, data=data
            )
        except NotCanonical as wrong:
            raise InvalidContent(f"It cannot be put into one entry of the audit trail: {wrong}") from wrong


async def new(connection: AsyncConnection) -> Stamp:
    """Return a stamp for a subject that does not exist yet."""
    found = (await connection.execute(_new)).one()
    return Stamp(found.id, found.at, Head())


async def registry(connection: AsyncConnection) -> Stamp:
    """Lock the registry and return a stamp for its next entry."""
    found = (await connection.execute(_registry)).one()
    return Stamp(found.id, found.at, Head(found.seq, bytes(found.leaf)))


async def append_to_registry(
    connection: AsyncConnection, stamp: Stamp, author: Author, kind: str, data: dict[str, object]
) -> None:
    """Write the registry's next entry and move its head; the caller holds the lock through `registry`."""
    entry = stamp.entry(REGISTRY, REGISTRY, author, kind, data)
    await connection.execute(_advance, {"seq": entry.seq, "leaf": entry.leaf, "at": stamp.at})
    await append(connection, entry)
