"""Reading what is kept of documents: only where the caller may see their matter, and may read as closely as each is kept."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import FIRST, LIMIT, Connection, Query, is_among
from service.errors import NotFound
from service.identity.queries import require_active
from service.permissions import NEEDED_TO_READ, Caller, Confidentiality, Kind, Standing
from service.register.decisions.engine.locking import standing_in
from service.register.decisions.engine.matter import Matter, Matters, Row
from service.register.documents.models import Document
from service.register.documents.rules.document import Closeness

_document = table(Document)
NOT_THERE: Final = "There is no such document for this caller."
LEVELS: Final = tuple(Confidentiality)
"""From the one that everybody reads to the one that the fewest do."""


class _Closer(NamedTuple):
    id: UUID
    matter_id: UUID
    matter_kind: str
    confidentiality: str


class Seen(NamedTuple):
    """A matter that the caller may see, and what the caller is there."""

    matter: Matter
    row: Row
    standing: Standing

    @property
    def level(self) -> Confidentiality:
        """Return who may read the matter; of those that say nothing, everybody does."""
        return Confidentiality(self.row["confidentiality"])

    def may_read(self, level: Closeness | None) -> bool:
        """Return whether the caller may read a document that is kept so; None: as its matter is.

        Who registers for a party that is to take part sees the charter of a commission, and no more of what is its parties'.
        """
        return self.standing.may(NEEDED_TO_READ[Confidentiality(level or self.level)])


async def matter_of(connection: Connection, matters: Matters, caller: Caller, matter_id: UUID, otherwise: str) -> Seen:
    """Return the matter with this id; `NotFound` with the text `otherwise` if the caller sees none."""
    for matter in matters:
        row = await _seen(matter, caller.kind).row(connection, matter_id=matter_id, **matter.bound(caller))
        if row is not None:
            return Seen(matter, row, standing_in(caller, row, matter))
    await require_active(connection, caller)
    raise NotFound(otherwise)


async def get(connection: Connection, matters: Matters, caller: Caller, document_id: UUID) -> Row:
    """Return a document with its matter's reference; `NotFound` if it, or its matter, is not there for the caller."""
    found = await of_id(connection, document_id)
    kinds = [one for one in matters if found and one.kind == found["matter_kind"]]
    seen = await matter_of(connection, kinds, caller, found["matter_id"] if found else FIRST, NOT_THERE)
    assert found is not None
    if not seen.may_read(found["confidentiality"]):
        raise NotFound(NOT_THERE)
    return {**found, "reference": seen.row["matter_reference"]}


async def of_id(connection: Connection, document_id: UUID) -> Row | None:
    """Return what is kept of a document, whoever may see it."""
    return await _one.row(connection, document_id=document_id)


async def lock(connection: Connection, document_id: UUID) -> Row | None:
    """Lock what is kept of a document, and return it: no proposal that names it is made meanwhile."""
    return await _locked.row(connection, document_id=document_id)


async def of_matter(connection: Connection, seen: Seen, after: list[Any] | None, limit: int) -> Sequence[Row]:
    """Return the documents of a matter that the caller may read, oldest first; one more than `limit` if there is more."""
    if not seen.may_read(None):
        return []
    levels = [str(one) for one in Closeness if seen.may_read(one)]
    asked = {"matter_id": seen.row["id"], "levels": levels, "after": after[0] if after else FIRST, "limit": limit + 1}
    rows = await _of_matter.rows(connection, **asked)
    return [{**row, "reference": seen.row["matter_reference"]} for row in rows]


async def closed(
    connection: Connection, matters: Matters, caller: Caller, document_ids: Sequence[UUID]
) -> frozenset[UUID]:
    """Return those of the documents, of matters that the caller may see, that are kept closer than it may read."""
    found = await _closer.rows(connection, ids=document_ids) if document_ids else []
    may: dict[UUID, Seen] = {}
    for matter in matters:
        if ids := sorted({one.matter_id for one in found if one.matter_kind == matter.kind}):
            rows = await _every(matter, caller.kind).rows(connection, matter_ids=ids, **matter.bound(caller))
            may |= {row["id"]: Seen(matter, row, standing_in(caller, row, matter)) for row in rows}
    return frozenset(
        one.id
        for one in found
        if one.matter_id not in may or not may[one.matter_id].may_read(Closeness(one.confidentiality))
    )


async def used(connection: Connection, party: str) -> int:
    """Return how many bytes the documents of a party have, each counted for itself."""
    return int(await _used.one(connection, party=party))


def _asked(matter: Matter, kind: Kind) -> sa.Select[Any]:
    own = matter.table.c
    level: sa.ColumnElement[str] = own.confidentiality if "confidentiality" in own else sa.literal_column("'public'")
    asked = sa.select(
        own.id,
        matter.commission.label("commission_id"),
        matter.reference.label("matter_reference"),
        sa.cast(level, sa.Text).label("confidentiality"),
    )
    return matter.seen_by(kind, asked)


@cache
def _seen(matter: Matter, kind: Kind) -> Query[dict[str, Any]]:
    return Query(_asked(matter, kind).where(matter.table.c.id == sa.bindparam("matter_id", type_=sa.Uuid())), dict)


@cache
def _every(matter: Matter, kind: Kind) -> Query[dict[str, Any]]:
    return Query(_asked(matter, kind).where(is_among(matter.table.c.id, "matter_ids")), dict)


_named = sa.select(*_document.c).where(_document.c.id == sa.bindparam("document_id"))
_one: Final[Query[dict[str, Any]]] = Query(_named, dict)
_locked: Final[Query[dict[str, Any]]] = Query(_named.with_for_update(key_share=True), dict)
_closer = Query(
    sa.select(*(_document.c[name] for name in _Closer._fields)).where(
        is_among(_document.c.id, "ids"), _document.c.confidentiality.is_not(None)
    ),
    _Closer,
)
_readable = _document.c.confidentiality.is_(None) | is_among(sa.cast(_document.c.confidentiality, sa.Text), "levels")
_of_matter: Final[Query[dict[str, Any]]] = Query(
    sa.select(*_document.c)
    .where(_document.c.matter_id == sa.bindparam("matter_id"), _document.c.id > sa.bindparam("after"), _readable)
    .order_by(_document.c.id)
    .limit(LIMIT),
    dict,
)
_used = Query(
    sa.select(sa.func.coalesce(sa.func.sum(_document.c.size), sa.literal_column("0")).label("used")).where(
        _document.c.party == sa.bindparam("party"), _document.c.withdrawn_at.is_(None)
    ),
    int,
)
