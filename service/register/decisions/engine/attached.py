"""Documents that a proposal names, looked up for it. Of documents nothing else is known here: they stand above."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from service.database.statement import Connection, Query, is_among
from service.errors import InvalidContent
from service.permissions import NEEDED_TO_READ, Confidentiality, Standing
from service.register.decisions.rules.attached import DOCUMENT, named, unreadable
from service.register.decisions.rules.matter import Document, Found, Name
from service.register.decisions.rules.origins import ENTRY
from service.register.decisions.rules.templates import TEMPLATE

_document = sa.table(
    "document",
    sa.column("id", sa.Uuid()),
    sa.column("matter_id", sa.Uuid()),
    sa.column("sha256", sa.Text()),
    sa.column("confidentiality", sa.Text()),
    sa.column("withdrawn_at", sa.DateTime(timezone=True)),
)
LATER: Final = frozenset({DOCUMENT, ENTRY, TEMPLATE})
"""Kinds of names that are looked up once the matter is locked."""
# Whoever withdraws one locks its row first, and then its matter: until then it waits for nobody, and nobody waits for it here.
_named: Final[Query[dict[str, object]]] = Query(
    sa.select(*_document.c).where(is_among(_document.c.id, "keys")).with_for_update(read=True, skip_locked=True), dict
)


async def look_up(
    connection: Connection, matter_id: UUID, names: Sequence[Name], seeing: Standing | None
) -> dict[Name, Found | None]:
    """Return the documents among these names, as who has the standing `seeing` in the matter may read them; None: all.

    Until the transaction ends, nobody withdraws them.
    """
    wanted = [one for one in names if one.kind == DOCUMENT]
    if not wanted:
        return {}
    rows = await _named.rows(connection, keys=sorted({UUID(one.key) for one in wanted}))
    there = {str(row["id"]): row for row in rows if _may_read(seeing, row["confidentiality"])}
    return {name: _found(matter_id, there[name.key]) if name.key in there else None for name in wanted}


async def of_proposal(
    connection: Connection, row: Mapping[str, Any], evidence: Mapping[str, Any]
) -> dict[Name, Found | None]:
    """Return the documents that a proposal names for the matter with this row."""
    return await look_up(connection, row["id"], named(evidence), None)


def require_readable(found: Mapping[Name, Found | None], awaits: Collection[str], row: Mapping[str, Any]) -> None:
    """Raise `InvalidContent` if a document is named that somebody cannot read who is to confirm."""
    if wrong := unreadable(found, awaits, row):
        raise InvalidContent.listing(wrong)


def _may_read(seeing: Standing | None, closer: object) -> bool:
    return seeing is None or closer is None or seeing.may(NEEDED_TO_READ[Confidentiality(str(closer))])


def _found(matter_id: UUID, row: dict[str, object]) -> Found:
    closer = row["confidentiality"]
    document = Document(str(row["matter_id"]), str(row["sha256"]), str(closer) if closer else None)
    return Found(is_itself=row["matter_id"] == matter_id, is_open=row["withdrawn_at"] is None, document=document)
