"""Series of numbers as they are kept: a row of its own for each; who holds it gives the next number."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from service.database.columns import table
from service.database.statement import Change, Connection, given
from service.register.decisions.models import NumberCounter
from service.register.decisions.rules.numbers import Numbers, number_of
from service.trail.append import EntryChange

_counter = table(NumberCounter)
KEY: Final = ("commission_id", "session", "series")
MINE: Final = sa.and_(*(_counter.c[name] == sa.bindparam(f"the_{name}", type_=_counter.c[name].type) for name in KEY))
"""The condition that a row is the one with the key `the_commission_id`, `the_session`, `the_series`."""
_begin = Change(insert(_counter).values(given(_counter, *KEY, "given")).on_conflict_do_nothing())
_give = (
    sa.update(_counter)
    .where(MINE)
    .values(given=sa.bindparam("numbers_given", type_=_counter.c.given.type))
    .cte("numbered")
)


async def begin_series(
    connection: Connection, commission_id: UUID, session: str, series: str, numbers: Numbers
) -> None:
    """Begin a series with what was given before; if two do so at once, one of them does."""
    await _begin.run(connection, commission_id=commission_id, session=session, series=series, given=numbers.runs)


def change(numbers: Numbers, reference: str) -> EntryChange:
    """Return the statement by which the number in `reference` is given."""
    after = Numbers(numbers.stem, list(numbers.runs))
    after.give(number_of(reference))
    return EntryChange(_give, {**numbers.kept, "numbers_given": after.runs})
