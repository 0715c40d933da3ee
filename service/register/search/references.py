"""Which commitment has a reference, however it was typed."""

from functools import cache
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from service.database.columns import table
from service.database.statement import Connection, Query
from service.errors import NotFound
from service.identity.queries import require_active
from service.permissions import Caller, Kind
from service.register.commitments.models import Commitment
from service.register.commitments.visibility import bound, visible_to
from service.register.searchable import Searchable

_commitment, _searchable = table(Commitment), table(Searchable)


async def commitment(connection: Connection, caller: Caller, reference: str) -> UUID:
    """Return the id of the commitment with this reference, or once with this draft reference; `NotFound` otherwise."""
    found = await _with(caller.kind).rows(connection, reference=reference, **bound(caller))
    if len(found) != 1:
        await require_active(connection, caller)
        raise NotFound("There is no commitment with this reference for this caller.")
    return found[0]


@cache
def _with(kind: Kind) -> Query[UUID]:
    code = sa.func.code_of(sa.bindparam("reference", type_=sa.Text()))
    whole = [sa.func.code_of(_commitment.c[name]) == code for name in ("reference", "draft_reference")]
    coded = sa.select(
        sa.func.ending_so(
            sa.func.array_append(
                sa.cast(sa.literal_column("'{}'"), ARRAY(sa.Text())), sa.bindparam("reference", type_=sa.Text())
            )
        )
    ).scalar_subquery()
    here = (_searchable.c.id == _commitment.c.id, _searchable.c.kind == sa.literal_column("'commitment'"))
    asked = sa.select(_commitment.c.id).where(*here, _searchable.c.words.bool_op("@@")(coded), sa.or_(*whole))
    return Query(asked.where(visible_to(kind)), UUID)
