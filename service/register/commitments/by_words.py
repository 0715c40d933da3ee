"""Which commitments have the words, or the reference, that are asked for: by the index of words, or one by one in the order of a list."""

from typing import Any, Final

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query
from service.register.commitments.models import Commitment
from service.register.commitments.visibility import Condition
from service.register.searchable import Searchable

QUESTION: Final = "q"
COMMON: Final = 5_000
"""Words that more commitments have are looked for in the order of the list first: by their index all that have them would be read, and sorted."""
_commitment, _searchable = table(Commitment), table(Searchable)
_of_commitments = _searchable.c.kind == sa.literal_column("'commitment'")


def _has(asked: sa.ColumnElement[Any]) -> Condition:
    return _searchable.c.words.bool_op("@@")(sa.select(asked).scalar_subquery())


def _having(asked: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(_searchable.c.id).where(_of_commitments, _has(asked))


def found(asked: sa.ColumnElement[Any]) -> Condition:
    """Return that it is among those which this question finds."""
    return _commitment.c.id.in_(_having(asked))


ASKED: Final = sa.func.asked(sa.bindparam(QUESTION, type_=sa.Text()), sa.literal_column("false"))
# Of each row in its turn: an EXISTS the database would answer for all rows first.
HAS_WORDS: Final = (
    sa.select(_has(ASKED))
    .where(_of_commitments, _searchable.c.id == _commitment.c.id)
    .correlate(_commitment)
    .scalar_subquery()
)


def more_than(many: int) -> Query[bool]:
    """Return the statement that says whether more than so many have the words."""
    more = _having(ASKED).offset(sa.literal_column(str(many)))
    return Query(sa.select(sa.exists(more).label("is_common")), bool)


_is_common = more_than(COMMON)


async def is_common(connection: Connection, said: str | None) -> bool:
    """Return whether more than `COMMON` commitments have these words, whoever may see them."""
    return await _is_common.one(connection, q=said)
