"""What the organisations are called of which an export tells: the registry's own entries, each with its proof, beside the log.

Names alone: who acts for an organisation stands in other entries of the registry, which are for its own party.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

import orjson

from service.database.pool import Pool
from service.database.statement import Connection
from service.errors import NotFound
from service.log import proofs
from service.log import queries as log_queries
from service.log.proofs import LogUnprovable
from service.log.reading import Signed
from service.tlog.beside import NOTE, entry_path, proof_path
from service.trail.models import REGISTRY

_ID: Final = re.compile(rb'"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"')
BATCH: Final = 100
File = tuple[str, bytes]


@dataclass(slots=True)
class Names:
    """The registry as one of its checkpoints has it, and whose names are needed of it."""

    signed: Signed
    entries: Mapping[int, bytes]
    """By index, those that tell what an organisation is called."""
    places: Mapping[bytes, list[int]]
    """By organisation, the indexes of these."""
    needed: set[bytes] = field(default_factory=set)

    @classmethod
    async def prepare(cls, connection: Connection, witnesses: int) -> Self | None:
        """Return the names that there are; None where the registry proves nothing: that stops no other log."""
        places = defaultdict[bytes, list[int]](list)
        try:
            signed = await proofs.newest(connection, REGISTRY, witnesses)
            entries = await log_queries.naming(connection, signed.checkpoint.size)
            for place, stored in entries.items():
                places[orjson.loads(stored)["data"]["id"].encode()].append(place)
        except (NotFound, LogUnprovable, ValueError, LookupError):
            # Damaged bytes can be no JSON any more, or another; the sequencer tells the operator.
            return None
        return cls(signed, entries, places)

    def look_through(self, content: bytes) -> None:
        """Note which organisations the entries in this bundle name by their ids."""
        self.needed.update(one for one in _ID.findall(content) if one in self.places)

    async def files(self, pool: Pool) -> list[File]:
        """Return the entries that are needed, with their proofs, and the note that these are against; nothing where it is not proven."""
        wanted = sorted({place for one in self.needed for place in self.places[one]})
        found = [(NOTE, self.signed.note)]
        try:
            for first in range(0, len(wanted), BATCH):
                found += await self._proven(pool, wanted[first : first + BATCH])
        except LogUnprovable:
            return []
        return found

    async def _proven(self, pool: Pool, places: list[int]) -> list[File]:
        async with pool.connection() as connection:
            proven = await proofs.inclusions(connection, REGISTRY, self.signed, places)
        entries = [(entry_path(place), self.entries[place]) for place in places]
        return entries + [(proof_path(place), bytes(one.proof)) for place, one in zip(places, proven, strict=True)]
