"""A commission's log as files that can be verified without this service; written to a directory, or sent as an archive.

    README.md                       what this is and how to verify it
    tile/<L>/<N>[.p/<W>]            hash tiles (C2SP tlog-tiles)
    tile/entries/<N>[.p/<W>]        entry bundles, restricted entries among them
    audience                        of an export for an audience: which it is
    redacted/<N>[.p/<W>]            instead of them and of proofs, in an export for an audience: what is not for it has length 0
    newest                          in such an export: each subject of which something is shown, and the number of its newest entry
    proofs/<reference>.tlog-proof   of each commitment's newest entry (C2SP tlog-proof)
    registry/                       what the organisations are called that the entries name (`names.py`, `service/tlog/beside.py`)
    documents/<SHA-256>             files of documents, of a directory alone and where these are asked for (`documents.py`)
    checkpoint                      the signed note that all of it is judged by, last

Entries never change, so each piece is read in a short transaction of its own, and only one piece is held in memory.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from service.database.pool import Pool
from service.database.statement import FIRST, Connection
from service.log import proofs
from service.log import queries as log_queries
from service.log import reading as log
from service.log.export.audience import Reader
from service.log.export.documents import Brought
from service.log.export.names import Names
from service.log.export.readme import readme
from service.log.queries import Named
from service.log.reading import Signed
from service.tlog.merkle import root
from service.tlog.redaction import AUDIENCE, NEWEST, redacted_path
from service.tlog.tiles import WIDTH, Bundle, Tile, TileInvalid, bundles_of, tile_hashes, tiles_of
from service.trail.models import REGISTRY

BATCH: Final = 100
"""Commitments whose proofs are made together; a proof needs a tile or two of its own, of 8 kB."""
File = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Export:
    """What is about to be exported: a log as one of its checkpoints has it."""

    pool: Pool
    log_id: UUID
    code: str
    signed: Signed
    signed_at: datetime
    reader: Reader | None = None
    """For whom it is redacted; None: it is whole."""
    documents: Brought | None = None
    """What became of the files of documents, where these were asked for."""
    names: Names | None = None
    """What organisations are called; None where the registry cannot prove it, and in an export of the registry itself."""

    @property
    def name(self) -> str:
        """What a file of all this is called."""
        made_for = f"-{self.reader.audience}" if self.reader else ""
        return f"{self.code}-log-{self.signed.checkpoint.size}{made_for}"

    async def files(self, *, kept: Callable[[Bundle], bytes | None] = lambda _: None) -> AsyncIterator[File]:
        """Yield (path, content) of every file, the checkpoint last; bundles are left out whose content is `kept`, tiles never."""
        audience = self.reader.audience if self.reader else None
        documents = self.documents is not None
        registry = self.names.signed.checkpoint.origin if self.names else None
        if audience:
            yield AUDIENCE, f"{audience}\n".encode()
        about = (self.code, self.signed, self.signed_at, audience)
        yield "README.md", readme(*about, documents=documents, registry=registry).encode()
        size = self.signed.checkpoint.size
        for wanted in pieces(size):
            if isinstance(wanted, Tile):
                yield wanted.path, await self._content(wanted)
                continue
            there = None if self.reader else kept(wanted)
            path, content = (wanted.path, there) if there is not None else await self._bundle(wanted)
            if self.names:
                self.names.look_through(content)
            if there is None:
                yield path, content
        if self.reader:
            yield NEWEST, self.reader.ends()
        for file in await self.names.files(self.pool) if self.names else ():
            yield file
        async for file in self._all_proofs():
            yield file
        yield "checkpoint", self.signed.note

    async def _bundle(self, wanted: Bundle) -> File:
        """Return a bundle, redacted if there is a reader: what is for an audience today may not be tomorrow, so nothing of it is kept."""
        content = await self._content(wanted)
        if self.reader is None:
            return wanted.path, content
        async with self.pool.connection() as connection:
            return redacted_path(wanted), await self.reader.redacted(connection, wanted, content)

    async def _all_proofs(self) -> AsyncIterator[File]:
        """Yield the proofs of a whole export; in a redacted one a proof would name what is withheld."""
        if self.reader:
            return
        batch: list[File] = []
        after = FIRST
        while True:
            batch, after = await self._proofs(after)
            for file in batch:
                yield file
            if len(batch) < BATCH:
                break

    async def _content(self, wanted: Tile | Bundle) -> bytes:
        async with self.pool.connection() as connection:
            with proofs.proving(self.log_id):
                found = await log_queries.content(connection, self.log_id, wanted)
                if isinstance(wanted, Tile) and wanted.width == WIDTH:
                    # A full tile replaces the one of an older export, which may be the evidence.
                    above = await log.hashes(connection, self.log_id, wanted.level + 1, wanted.index, 1)
                    if above != [root(tile_hashes(wanted, found))]:
                        raise TileInvalid(f"{wanted.path} is not what was signed")
                return found

    async def _proofs(self, after: UUID) -> tuple[list[File], UUID]:
        """Return the proofs of the commitments that follow `after` by id, and the last id."""
        size = self.signed.checkpoint.size
        async with self.pool.connection() as connection:
            found = await log_queries.newest_of_commitments(connection, self.log_id, size, after, BATCH)
            places = [row.place for row in found]
            made = await proofs.inclusions(connection, self.log_id, self.signed, places)
        files = [(f"proofs/{row.reference}.tlog-proof", bytes(one.proof)) for row, one in zip(found, made, strict=True)]
        return files, found[-1].id if found else after


def pieces(size: int) -> Iterator[Tile | Bundle]:
    """Yield the tiles and bundles of a log of `size` entries."""
    yield from tiles_of(size)
    yield from bundles_of(size)


async def prepare(
    pool: Pool, connection: Connection, log: Named, witnesses: int, reader: Reader | None = None
) -> Export:
    """Return what to export: the newest checkpoint with at least so many cosignatures; `NotFound` if there is none."""
    signed = await proofs.newest(connection, log.id, witnesses)
    signed_at = await log_queries.signed_at(connection, log.id, signed.checkpoint.size)
    names = None if log.id == REGISTRY else await Names.prepare(connection, witnesses)
    return Export(pool, log.id, log.code, signed, signed_at, reader, names=names)
