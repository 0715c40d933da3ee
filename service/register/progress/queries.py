"""Reading progress reports."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import FIRST, LIMIT, Connection, Query, is_among
from service.register.progress.models import ProgressReport

_report = table(ProgressReport)


async def of_commitment(
    connection: Connection, commitment_id: UUID, parties: Sequence[str], after: list[Any] | None, limit: int
) -> list[dict[str, Any]]:
    """Return the reports of a commitment, of these parties (all if empty), oldest first; one more than `limit` if there is more."""
    given = {"parties": list(parties)} if parties else {}
    last = after[0] if after else FIRST
    return await _page(bool(parties)).rows(
        connection, commitment_id=commitment_id, after=last, limit=limit + 1, **given
    )


@cache
def _page(of_parties: bool) -> Query[dict[str, Any]]:  # noqa: FBT001 -- the statement's form
    wanted = [_report.c.commitment_id == sa.bindparam("commitment_id"), _report.c.id > sa.bindparam("after")]
    if of_parties:
        wanted.append(is_among(_report.c.party, "parties"))
    return Query(sa.select(*_report.c).where(*wanted).order_by(_report.c.id).limit(LIMIT), dict)
