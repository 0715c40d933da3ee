"""Checkpoints and proofs as they are handed out: each is verified here first, with the log's own key.

What does not verify never leaves; it is logged for the operator, and the caller is told so (`LogUnprovable`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from service.database.statement import Connection
from service.errors import NotFound, ServiceError
from service.log import queries as log_queries
from service.log import reading as log
from service.log.reading import Signed
from service.tlog.checkpoint import Checkpoint, open_checkpoint
from service.tlog.encoding import NoteInvalid
from service.tlog.keys import Verifier
from service.tlog.merkle import ProofInvalid, verify_consistency, verify_inclusion
from service.tlog.proof import Proof
from service.tlog.tiles import Bundle, Tile, TileInvalid, parse_path

logger = structlog.get_logger("pacta.log")


class LogUnprovable(ServiceError):
    """The stored log does not prove what it holds: something stored was changed behind the service's back.

    Tell the operator, and keep the checkpoints that you have. The other logs go on.
    """

    title = "The log does not prove itself"


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry's leaf hash, computed from its stored bytes, and the proof that it is in the log."""

    leaf: bytes
    proof: Proof


@contextmanager
def proving(log_id: UUID) -> Iterator[None]:
    """Turn what the stored log fails to prove into `LogUnprovable`, and tell the operator."""
    try:
        yield
    except (NoteInvalid, ProofInvalid, TileInvalid) as wrong:
        logger.exception("log_unprovable", log_id=str(log_id), reason=str(wrong))
        raise LogUnprovable(
            "The log does not prove what it holds, so it is not handed out. The operator has been told."
        ) from wrong


async def newest(connection: Connection, log_id: UUID, witnesses: int = 0) -> Signed:
    """Return the newest checkpoint with at least so many cosignatures; `NotFound` if there is none yet."""
    with proving(log_id):
        found = _verified(await log.newest(connection, log_id, witnesses))
    if found is None:
        cosigned = f" that {witnesses} witness(es) cosigned" if witnesses else ""
        raise NotFound(f"The log has no checkpoint{cosigned} yet.")
    return found


async def of_size(connection: Connection, log_id: UUID, size: int | None) -> Signed:
    """Return the checkpoint over the first `size` entries (None: the newest); `NotFound` if none was signed there."""
    if size is None:
        return await newest(connection, log_id)
    with proving(log_id):
        found = _verified(await log.of_size(connection, log_id, size))
    if found is None:
        raise NotFound(f"The log has signed no checkpoint over {size} entries.")
    return found


async def inclusions(connection: Connection, log_id: UUID, signed: Signed, indexes: Sequence[int]) -> list[Proven]:
    """Return the verified proof of each of these entries in the tree of a checkpoint; `NotFound` beyond its size."""
    size, root = signed.checkpoint.size, signed.checkpoint.root
    if beyond := [index for index in indexes if index >= size]:
        raise NotFound(f"The checkpoint over {size} entries holds no entry with the index {beyond[0]}.")
    with proving(log_id):
        leaves = await log_queries.leaves(connection, log_id, indexes)
        paths = await log.inclusions(connection, log_id, indexes, size)
        for index, path in zip(indexes, paths, strict=True):
            verify_inclusion(leaves.get(index, b""), index, size, path, root)
        return [
            Proven(leaves[index], Proof(index, tuple(path), signed.note))
            for index, path in zip(indexes, paths, strict=True)
        ]


async def of_commitment(connection: Connection, row: Mapping[str, Any]) -> tuple[Proof, str]:
    """Return the proof of the newest entry of this commitment (its row) that is in a checkpoint, and a name for its file."""
    commission_id = row["commission_id"]
    signed = await newest(connection, commission_id)
    last = await log_queries.newest_of(connection, commission_id, row["id"], signed.checkpoint.size)
    (found,) = await inclusions(connection, commission_id, signed, [last.place])
    return found.proof, f"{row['reference'].replace('/', '-')}-{last.seq}"


async def consistency(connection: Connection, log_id: UUID, old: Checkpoint, new: Checkpoint) -> list[bytes]:
    """Return the verified proof that the tree of `old` is a prefix of that of `new`, which is no smaller."""
    with proving(log_id):
        hashes = await log.consistency(connection, log_id, old.size, new.size)
        verify_consistency(old.size, old.root, new.size, new.root, hashes)
        return hashes


async def served(connection: Connection, log_id: UUID, path: str) -> bytes:
    """Return the tile or bundle at `path` below the log, within the newest checkpoint; `NotFound` for any other path."""
    wanted = _parsed(path)
    size = await log_queries.size_signed(connection, log_id)
    level = wanted.level if isinstance(wanted, Tile) else 0
    # Never beyond what is signed: a reader could not verify it. Any width within it is as good as another.
    if wanted.first + wanted.width > size >> 8 * level:
        raise NotFound(f"The tree of {size} entries has no {path}.")
    with proving(log_id):
        return await log_queries.content(connection, log_id, wanted)


def _parsed(path: str) -> Tile | Bundle:
    try:
        return parse_path(path)
    except TileInvalid as wrong:
        raise NotFound(f"This is no address of a tile: {wrong}.") from wrong


def _verified(found: Signed | None) -> Signed | None:
    if found is not None:
        open_checkpoint(found.note, [Verifier.parse(found.vkey)])
    return found
