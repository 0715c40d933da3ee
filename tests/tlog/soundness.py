"""What must be true of a register's logs at any moment, recomputed from the stored bytes by the pure functions alone."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

from service.sequencer.directory import LogDirectory
from service.tlog.checkpoint import Checkpoint, open_checkpoint
from service.tlog.merkle import leaf_hashes, root, verify_consistency
from service.tlog.tiles import WIDTH
from tests.tlog.proving import consistency_proof

Leaves = Sequence[bytes]
_entries = (
    'SELECT l."index", l.subject, l.seq, l.leaf, e.canonical FROM log_entry l'
    ' LEFT JOIN audit_entry e USING (subject, seq) WHERE l.log_id = $1 AND l."index" >= $2 ORDER BY l."index"'
)
_checkpoints = "SELECT size, root, note FROM log_checkpoint WHERE log_id = $1 ORDER BY size DESC LIMIT $2"
_places = (
    "SELECT count(*) AS places, count(DISTINCT (subject, seq)) AS entries,"
    " (SELECT count(*) FROM audit_entry WHERE log_id = $1) AS appended FROM"
    " (SELECT log_id, subject, seq FROM log_entry UNION ALL SELECT log_id, subject, seq FROM audit_pending) held"
    " WHERE log_id = $1"
)


async def sound(connection: Any, directory: LogDirectory, log_id: UUID, known: Leaves = (), last: int = 2) -> Leaves:
    """Assert that one log is sound, as to its `last` checkpoints, and return its leaves.

    `known` are leaves that were found sound before and are not read again.
    """
    leaves = [*known, *await _leaves(connection, log_id, len(known))]
    signer = directory.signer(log_id)
    signed = []
    for row in reversed(await connection.fetch(_checkpoints, log_id, last)):
        checkpoint = open_checkpoint(row["note"], [signer.verifier]).checkpoint
        assert (checkpoint.size, checkpoint.root) == (row["size"], row["root"])
        assert checkpoint.root == root(leaves[: checkpoint.size])
        signed.append(checkpoint)
    for old, new in pairwise(signed):
        proof = consistency_proof(leaves[: new.size], old.size)
        verify_consistency(old.size, old.root, new.size, new.root, proof)
    kept = _kept(directory, log_id)
    if signed:
        assert kept is not None
        assert kept.size >= signed[-1].size
    if kept is not None:
        assert kept.root == root(leaves[: kept.size])
    await _nodes_are_right(connection, log_id, leaves)
    return leaves


async def finished(connection: Any, directory: LogDirectory, log_id: UUID, known: Leaves = (), last: int = 2) -> Leaves:
    """Assert that one log is sound, and that every entry has its index and is signed; return its leaves."""
    leaves = await sound(connection, directory, log_id, known, last)
    size = len(leaves)
    assert await connection.fetchval("SELECT count(*) FROM audit_entry WHERE log_id = $1", log_id) == size
    assert await connection.fetchval("SELECT count(*) FROM audit_pending WHERE log_id = $1", log_id) == 0
    assert await connection.fetchval("SELECT max(size) FROM log_checkpoint WHERE log_id = $1", log_id) == size
    stored = "SELECT count(*) FROM log_node WHERE log_id = $1 AND level = 1"
    assert await connection.fetchval(stored, log_id) == size // WIDTH
    kept = _kept(directory, log_id)
    assert kept is not None
    assert kept.size == size
    return leaves


async def _leaves(connection: Any, log_id: UUID, first: int) -> list[bytes]:
    rows = await connection.fetch(_entries, log_id, first)
    assert [row["index"] for row in rows] == list(range(first, first + len(rows)))
    leaves = leaf_hashes(row["canonical"] for row in rows)
    assert [row["leaf"] for row in rows] == leaves
    following: dict[UUID, int] = {}
    for row in rows:
        assert row["seq"] == following.get(row["subject"], row["seq"] if first else 0)
        following[row["subject"]] = row["seq"] + 1
    held = await connection.fetchrow(_places, log_id)
    assert held["places"] == held["entries"] == held["appended"]
    return leaves


async def _nodes_are_right(connection: Any, log_id: UUID, leaves: Leaves) -> None:
    for row in await connection.fetch('SELECT level, "index", hash FROM log_node WHERE log_id = $1', log_id):
        span = WIDTH ** row["level"]
        below = leaves[row["index"] * span : (row["index"] + 1) * span]
        assert len(below) == span
        assert row["hash"] == root(below)


def _kept(directory: LogDirectory, log_id: UUID) -> Checkpoint | None:
    note = directory.last_note(log_id)
    return None if note is None else open_checkpoint(note, [directory.signer(log_id).verifier]).checkpoint
