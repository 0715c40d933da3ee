"""Attaching a document to a matter, and withdrawing it: each an entry of the matter's trail, by one party alone."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query
from service.errors import Conflict, InvalidContent, NotPermitted
from service.errors.sent import Sent
from service.permissions import NEEDED_TO_READ, Caller, Confidentiality, Permission, Standing
from service.register.decisions.engine.beginning import with_trail
from service.register.decisions.engine.locking import Locked, lock
from service.register.decisions.engine.matter import Matters, Row
from service.register.decisions.engine.writing import save
from service.register.decisions.rules.ended import require_room_in
from service.register.documents import queries
from service.register.documents.keeping import Documents
from service.register.documents.models import Document
from service.register.documents.receiving import Draft
from service.register.documents.rules.document import ATTACHED, WITHDRAWN, Closeness, DocumentRole, cleaned, told
from service.register.documents.schemas import DocumentWithdrawalCreate
from service.register.documents.store import Store
from service.trail.append import EntryChange

_document = table(Document)
NO_MATTER: Final = "There is nothing of this id or code, to which a document could belong, for this caller."
_lock = Query(sa.select(sa.func.pg_advisory_xact_lock(sa.bindparam("key", type_=sa.BigInteger())).label("held")), str)
_others = Query(
    sa.select(
        sa.exists()
        .where(_document.c.sha256 == sa.bindparam("digest"), _document.c.withdrawn_at.is_(None))
        .label("is_needed")
    ),
    bool,
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is said of a file that is sent: to what it belongs, what it is, and how it is kept."""

    matter_id: UUID
    role: DocumentRole
    language: str | None
    confidentiality: Closeness | None
    name: str | None


async def may_attach(connection: Connection, matters: Matters, caller: Caller, new: Attachment) -> None:
    """Raise what attaching would be refused with, before the file is read: 404, 403."""
    seen = await queries.matter_of(connection, matters, caller, new.matter_id, NO_MATTER)
    _allowed(seen.standing, seen.level, new)


async def require_room(connection: Connection, documents: Documents, caller: Caller, size: int) -> None:
    """Raise `Conflict` if so many bytes more are more than the caller's party may have here."""
    party = str(caller.party)
    used = await queries.used(connection, party)
    if used + size > documents.quota:
        raise Conflict(
            f"The documents of {party} may have {documents.quota} bytes together, of which {max(0, documents.quota - used)} are "
            f"left; this one has {size}. Withdraw what must not be here, or ask the operator (PACTA_DOCUMENT_QUOTA_BYTES)."
        )


async def attach(
    connection: Connection,
    matters: Matters,
    documents: Documents,
    caller: Caller,
    new: Attachment,
    draft: Draft,
    name: str | None,
    known_id: UUID | None = None,
) -> Row:
    """Attach a file that was received, and whose content was put into the store, and return its row; 404, 403, 409, 422."""
    seen = await queries.matter_of(connection, matters, caller, new.matter_id, NO_MATTER)
    locked = await lock(connection, seen.matter, caller, new.matter_id)
    _allowed(locked.standing, Confidentiality(locked.row.get("confidentiality", "public")), new)
    require_room_in(locked.row, seen.matter.kind, "attach")
    locked = await with_trail(connection, matters, caller, locked)
    await _lock.rows(connection, key=_key("quota", str(caller.party)))
    await require_room(connection, documents, caller, draft.size)
    await hold(connection, draft.sha256)
    if await documents.store.find(draft.sha256) is None:
        # It was taken for an orphan since it was put there.
        await documents.store.put(draft.path, draft.sha256)
    row = _row(locked, caller, new, draft, cleaned(new.name or name or "", draft.media_type))
    row["id"] = known_id or row["id"]
    stored = EntryChange(_storing(), {f"document_{name}": value for name, value in row.items()})
    await save(connection, caller, locked, ATTACHED, {"document": told(row)}, {}, [stored])
    return {**row, "reference": locked.row["reference"]}


def _allowed(standing: Standing, level: Confidentiality, new: Attachment) -> None:
    standing.require(Permission.PROPOSE)
    if new.confidentiality is None:
        return
    closer = Confidentiality(new.confidentiality)
    standing.require(NEEDED_TO_READ[closer])
    if queries.LEVELS.index(closer) < queries.LEVELS.index(level):
        wrong = f"is wider than that of its matter, which is kept '{level}'; leave it out, or name a stricter one"
        raise InvalidContent.listing([{"parameter": "confidentiality", "detail": wrong}])


def _row(locked: Locked, caller: Caller, new: Attachment, draft: Draft, name: str) -> dict[str, Any]:
    return {
        "id": locked.stamp.id,
        "matter_kind": locked.matter.kind,
        "matter_id": locked.row["id"],
        "commission_id": locked.row["commission_id"],
        "role": new.role,
        "language": new.language,
        "name": name,
        "media_type": draft.media_type,
        "size": draft.size,
        "sha256": draft.sha256,
        "confidentiality": new.confidentiality,
        "party": caller.party,
        "principal_id": caller.principal_id,
        "entry": locked.stamp.head.seq + 1,
        "recorded_at": locked.stamp.at,
        "withdrawn_at": None,
        "withdrawn_entry": None,
        "withdrawn_because": None,
    }


async def withdraw(
    connection: Connection, matters: Matters, caller: Caller, document_id: UUID, sent: Sent[DocumentWithdrawalCreate]
) -> Row:
    """Withdraw a document and return its row; 403 to whoever is not the secretariat of the party that brought it, 404, 409, 422."""
    known = await queries.get(connection, matters, caller, document_id)
    if known["party"] != caller.party:
        raise NotPermitted(f"Only the secretariat of {known['party']}, which brought this document, withdraws it.")
    matter = next(one for one in matters if one.kind == known["matter_kind"])
    # First its row, which a proposal shares that names it, and then its matter: who proposes may hold that already.
    now = await queries.lock(connection, document_id)
    locked = await lock(connection, matter, caller, known["matter_id"])
    locked.standing.require(Permission.MANAGE_COMMISSION)
    if now is None or now["withdrawn_at"]:
        raise Conflict("This document is withdrawn already: its bytes are gone, and its digest and entries stay.")
    reason, at = sent.read().reason, locked.stamp.at
    after = {"withdrawn_at": at, "withdrawn_entry": locked.stamp.head.seq + 1, "withdrawn_because": reason}
    stored = EntryChange(
        _withdrawing(), {f"document_{name}": value for name, value in {**after, "id": document_id}.items()}
    )
    await save(connection, caller, locked, WITHDRAWN, {"document": str(document_id), "reason": reason}, {}, [stored])
    return {**known, **after}


async def hold(connection: Connection, digest: str) -> None:
    """Lock a content until the transaction ends: nobody removes it, and nobody else attaches it, meanwhile."""
    await _lock.rows(connection, key=_key("content", digest))


async def remove_unneeded(connection: Connection, store: Store, digest: str, least_age: float = 0) -> bool:
    """Remove a content that no document needs any more and that is older than `least_age` seconds; judged under its lock."""
    await hold(connection, digest)
    kept = await store.find(digest)
    if kept is None or kept.age < least_age or await _others.one(connection, digest=digest):
        return False
    await store.remove(digest)
    return True


def _key(kind: str, of: str) -> int:
    return int.from_bytes(sha256(f"pacta document {kind} {of}".encode()).digest()[:8], signed=True)


@cache
def _storing() -> sa.CTE:
    return sa.insert(_document).values(_bound(*_document.c.keys())).cte("attached")


@cache
def _withdrawing() -> sa.CTE:
    changed = _bound("withdrawn_at", "withdrawn_entry", "withdrawn_because")
    return sa.update(_document).where(_document.c.id == _bound("id")["id"]).values(changed).cte("withdrawn")


def _bound(*names: str) -> dict[str, Any]:
    return {name: sa.bindparam(f"document_{name}", type_=_document.c[name].type) for name in names}
