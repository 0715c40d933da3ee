"""What the entries below a checkpoint told is kept, and gone on from: each request then reads what is new, not the whole log.

A root over so many entries is of these entries alone, so that what they tell cannot be otherwise the next time. What is kept for
a log is used only while the database has a checkpoint of just this size and root, and only where all of it belongs to the answer.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self
from uuid import UUID

import orjson

from service.database.statement import Connection
from service.log import reading as log
from service.register.history.rules.known import completed, gathered
from service.register.history.rules.lives import Known
from service.reports import queries
from service.reports.queries import Stored
from service.reports.rules.source import Names
from service.tlog.checkpoint import Checkpoint

MOST_ENTRIES: Final = 60_000
"""So many entries of all logs together are kept: some 2 to 4 kB each, by `tests/benchmarks/counting.py`. What is longer is read anew each time."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What the entries below a checkpoint told."""

    size: int
    root: bytes
    found: Known
    """In the words of each entry: this is gone on from."""
    whole: Known
    """In those of today: this is told."""

    @classmethod
    def of(cls, checkpoint: Checkpoint, entries: Iterable[Stored], before: Self | None) -> Self:
        """Return what the entries below the checkpoint told, of which `entries` come after those of `before`."""
        found = gathered(_read(entries), before.found if before else None)
        return cls(checkpoint.size, checkpoint.root, found, completed(found))


@dataclass(slots=True)
class Kept:
    """What is kept, the log that was asked for last at the end."""

    most: int = MOST_ENTRIES
    logs: OrderedDict[UUID, _Told] = field(default_factory=OrderedDict)
    names: tuple[Checkpoint, Sequence[Mapping[str, Any]]] | None = None
    """What the registry's entries below the checkpoint that was asked for last tell of organisations."""

    def put(self, log_id: UUID, told: _Told) -> None:
        """Keep it, and forget the logs that were not asked for longest, until there is room."""
        self.logs.pop(log_id, None)
        if told.size > self.most:
            return
        self.logs[log_id] = told
        while sum(one.size for one in self.logs.values()) > self.most:
            self.logs.popitem(last=False)

    def forget(self, log_id: UUID, told: _Told) -> None:
        """Keep this no longer, if nothing else was kept of the log meanwhile."""
        if self.logs.get(log_id) is told:
            del self.logs[log_id]


KEPT: Final = Kept()


async def below(connection: Connection, log_id: UUID, checkpoint: Checkpoint, until: str | None = None) -> Known:
    """Return what the entries below a checkpoint tell; `until`: those that were recorded by then."""
    whole = (await _told(connection, log_id, checkpoint)).whole
    if until is None or whole.last_at <= until:
        return whole
    entries = await queries.between(connection, log_id, 0, checkpoint.size)
    return await _anew(entries, until)


async def every(connection: Connection, log_id: UUID, until: str | None = None) -> Known:
    """Return what all entries tell, also those that no checkpoint has yet; `until`: those that were recorded by then."""
    signed = await log.newest(connection, log_id)
    size, before = signed.checkpoint.size if signed else 0, None
    if signed:
        before = await _told(connection, log_id, signed.checkpoint)
        if until is not None and before.found.last_at > until:
            size, before = 0, None
    rest = await queries.after(connection, log_id, size)
    return await _anew(rest, until, before.found if before else None) if rest or not before else before.whole


async def names(connection: Connection, registry: log.Signed) -> Names | None:
    """Return what organisations are called by the registry's entries below this checkpoint; None where one of these is damaged."""
    if KEPT.names is None or KEPT.names[0] != registry.checkpoint:
        found = await queries.named_below(connection, registry.checkpoint)
        if found is None:
            return None
        KEPT.names = registry.checkpoint, found
    return Names(registry.note, KEPT.names[1])


async def _told(connection: Connection, log_id: UUID, checkpoint: Checkpoint) -> _Told:
    before = KEPT.logs.get(log_id)
    if before and not await _stands(connection, log_id, before, checkpoint):
        KEPT.forget(log_id, before)
        before = None
    if before and before.size > checkpoint.size:
        before = None
    size = before.size if before else 0
    if before and size == checkpoint.size:
        KEPT.logs.move_to_end(log_id)
        return before
    entries = await queries.between(connection, log_id, size, checkpoint.size)
    told = await asyncio.to_thread(_Told.of, checkpoint, entries, before)
    newest = KEPT.logs.get(log_id)
    if newest is None or newest is before or newest.size < checkpoint.size:
        KEPT.put(log_id, told)
    return told


async def _stands(connection: Connection, log_id: UUID, told: _Told, checkpoint: Checkpoint) -> bool:
    """Return whether the log, which has `checkpoint`, still has that of what is kept: another database may have another log of this name."""
    if told.size == checkpoint.size:
        return told.root == checkpoint.root
    found = await log.of_size(connection, log_id, told.size)
    return found is not None and found.checkpoint.root == told.root


async def _anew(entries: Iterable[Stored], until: str | None, before: Known | None = None) -> Known:
    return await asyncio.to_thread(lambda: completed(gathered(_read(entries), before, until)))


def _read(entries: Iterable[Stored]) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((one.leaf.hex(), orjson.loads(one.canonical)) for one in entries)
