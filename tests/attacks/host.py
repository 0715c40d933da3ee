"""What a host can do: it owns the database, the key that signs tokens, the log key, and the notes beside it."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from service.tlog.merkle import leaf_hash
from service.trail.entry import Author, Entry, Head, compose
from tests import tampering
from tests.attacks.scene import LOG, Scene
from tests.conftest import item
from tests.verify.journal import seal

Entries = list[dict[str, Any]]
ENTRY = (
    "INSERT INTO audit_entry (subject, seq, log_id, leaf, canonical, kind, recorded_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)"
)
_stored = 'SELECT e.* FROM log_entry l JOIN audit_entry e USING (subject, seq) WHERE l.log_id = $1 ORDER BY l."index"'
_newest = "SELECT * FROM audit_entry WHERE subject = $1 ORDER BY seq DESC LIMIT 1"


@asynccontextmanager
async def unguarded(scene: Scene) -> AsyncIterator[Any]:
    """Give the owner's connection, in a transaction in which nothing is append-only."""
    owner = await scene.world.connect()
    async with tampering.unguarded(owner):
        yield owner


async def newest(owner: Any, subject: str) -> Mapping[str, Any]:
    """Return the newest entry of a subject, as it is stored."""
    row: Mapping[str, Any] = await owner.fetchrow(_newest, UUID(subject))
    return row


async def rewrite(scene: Scene, change: Callable[[Entries], Entries]) -> None:
    """Write the whole log anew as if it had always been so: entries, chains, hashes, indexes and heads."""
    async with unguarded(scene) as owner:
        rows = await owner.fetch(_stored, LOG)
        entries = change([json.loads(row["canonical"]) for row in rows])
        sealed = seal({name: value for name, value in one.items() if name not in {"seq", "prev"}} for one in entries)
        for table in ("log_node", "log_entry", "audit_entry"):
            await owner.execute(f"DELETE FROM {table} WHERE log_id = $1", LOG)
        for index, stored in enumerate(sealed):
            await _store(owner, index, stored)


async def _store(owner: Any, index: int, stored: bytes) -> None:
    entry, leaf = json.loads(stored), leaf_hash(stored)
    subject, seq, at = UUID(entry["subject"]), entry["seq"], datetime.fromisoformat(entry["recorded_at"])
    await owner.execute(ENTRY, subject, seq, LOG, leaf, stored, entry["kind"], at)
    await owner.execute(
        'INSERT INTO log_entry (log_id, "index", subject, seq, leaf) VALUES ($1, $2, $3, $4, $5)',
        *(LOG, index, subject, seq, leaf),
    )
    for table in ("commission", "commitment"):
        await owner.execute(f"UPDATE {table} SET seq = $2, leaf = $3 WHERE id = $1", subject, seq, leaf)


async def forget(scene: Scene, *, notes: bool = True) -> None:
    """Take away every checkpoint that was signed, and the notes kept outside the database, so as to sign anew."""
    async with unguarded(scene) as owner:
        for table in ("log_cosignature", "log_checkpoint", "log_node"):
            await owner.execute(f"DELETE FROM {table} WHERE log_id = $1", LOG)
    if notes:
        scene.world.sequencer.directory._note(LOG).unlink()


async def append(scene: Scene, commitment: str, kind: str, party: str, data: Any, at: datetime | None = None) -> Entry:
    """Write a well-formed entry of a commitment in a party's name, whatever the service's rules say of it."""
    owner = await scene.world.connect()
    before = await newest(owner, commitment)
    entry = compose(
        Head(before["seq"], before["leaf"]),
        log_id=LOG,
        subject=UUID(commitment),
        kind=kind,
        recorded_at=at or before["recorded_at"],
        author=Author(UUID(json.loads(before["canonical"])["actor"]), party),
        data=data,
        version=json.loads(before["canonical"])["v"],
    )
    await store(owner, before, entry.canonical)
    return entry


async def store(owner: Any, before: Mapping[str, Any], canonical: bytes) -> None:
    """Store bytes as the entry after `before`, whatever they say, to be given an index; move the commitment's head."""
    subject, seq, leaf = before["subject"], before["seq"] + 1, leaf_hash(canonical)
    entry = json.loads(canonical)
    await owner.execute(
        ENTRY, subject, seq, LOG, leaf, canonical, entry["kind"], datetime.fromisoformat(entry["recorded_at"])
    )
    await owner.execute(
        "INSERT INTO audit_pending (log_id, subject, seq, leaf) VALUES ($1, $2, $3, $4)", LOG, subject, seq, leaf
    )
    await owner.execute("UPDATE commitment SET seq = $2, leaf = $3 WHERE id = $1", subject, seq, leaf)


async def propose(scene: Scene, number: int = 2, reason: str = "Paused.") -> Any:
    """Let Pakistan propose to suspend one of the pilot's commitments, over the API; return its answer."""
    body = {"action": "suspend", "reason": reason, "review_on": "2027"}
    made = await scene.world.as_("PK").post(f"/v1/commitments/{item(number)}/transitions", json=body)
    assert made.status_code == 201, made.text
    return made.json()
