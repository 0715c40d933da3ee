"""Statements on the driver: bound by their columns' types, rows of a shape, refused outside a transaction."""

import dataclasses
from datetime import UTC, datetime
from typing import NamedTuple, TypedDict
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from service.database.columns import table
from service.database.statement import Change, Query, given
from service.register.commissions.models import Commission
from service.register.commitments.models import Commitment
from service.register.commitments.rules.lifecycle import State
from tests.conftest import COMMISSION, World, item

_commission, _commitment = table(Commission), table(Commitment)


class Told(TypedDict):
    code: str
    titles: dict[str, str]


class Named(NamedTuple):
    code: str
    titles: dict[str, str]


@dataclasses.dataclass(frozen=True)
class Held:
    code: str
    titles: dict[str, str]


READ = sa.select(_commission.c.code, _commission.c.titles).where(_commission.c.id == sa.bindparam("which"))
LOCK = Query(sa.select(_commitment.c.state).where(_commitment.c.id == sa.bindparam("which")).with_for_update(), str)
RENAME = Change(
    sa.update(_commission).where(_commission.c.id == sa.bindparam("which")).values(given(_commission, "titles"))
)
NAMED = sa.select(_commission.c.id).where(_commission.c.id == sa.bindparam("which"))
RENAME_AND_TELL = Query(
    NAMED.add_cte(
        sa.update(_commission)
        .where(_commission.c.id == sa.bindparam("which"))
        .values(given(_commission, "titles"))
        .cte("renamed")
    ),
    UUID,
)
WHICH = UUID(COMMISSION)


@pytest.mark.parametrize("shape", [Told, Named, Held])
async def test_a_row_has_the_shape_that_its_statement_names(still: World, shape: type[Told | Named | Held]) -> None:
    async with still.pool.connection() as connection:
        found = await Query(READ, shape).one(connection, which=WHICH)
    assert isinstance(found, dict if shape is Told else shape)
    code, titles = (found["code"], found["titles"]) if isinstance(found, dict) else (found.code, found.titles)
    assert code == "PK-AZ"
    assert titles["en"]


def test_a_shape_with_other_members_than_its_statement_has_columns_is_refused_when_it_is_written() -> None:
    class Less(TypedDict):
        code: str

    class Crossed(NamedTuple):
        titles: dict[str, str]
        code: str

    for wrong in (Less, Crossed):
        with pytest.raises(TypeError, match="has the members"):
            Query(READ, wrong)
    with pytest.raises(TypeError, match="has the members"):
        Query(READ, str)


async def test_values_are_bound_as_their_columns_types_and_constants_keep_theirs(still: World) -> None:
    class Found(NamedTuple):
        id: UUID
        seven: int
        recorded_at: datetime

    asked = sa.select(_commitment.c.id, sa.literal(7).label("seven"), _commitment.c.recorded_at)
    states = sa.bindparam("states", type_=ARRAY(_commitment.c.state.type))
    query = Query(asked.where(_commitment.c.state == sa.any_(states)), Found)
    async with still.pool.connection() as connection:
        rows = await query.rows(connection, states=[State.SIGNED, State.AGREED])
    assert rows
    assert {(type(row.id).__mro__[-2], row.seven, row.recorded_at.tzinfo) for row in rows} == {(UUID, 7, UTC)}


async def test_a_value_that_was_not_given_is_an_error_and_not_null(still: World) -> None:
    async with still.pool.connection() as connection:
        with pytest.raises(KeyError):
            await Query(READ, Told).rows(connection)


async def test_what_is_not_there_is_none_and_what_must_be_there_is_an_error(still: World) -> None:
    async with still.pool.connection() as connection:
        assert await Query(READ, Told).row(connection, which=UUID(int=1)) is None
        with pytest.raises(ValueError, match="not enough values"):
            await Query(READ, Told).one(connection, which=UUID(int=1))


async def test_what_locks_or_writes_refuses_to_run_outside_a_transaction(still: World) -> None:
    async with still.pool.connection() as connection:
        with pytest.raises(RuntimeError, match="in a transaction"):
            await LOCK.row(connection, which=UUID(item(1)))
        with pytest.raises(RuntimeError, match="in a transaction"):
            await RENAME.run(connection, which=WHICH, titles={})
        with pytest.raises(RuntimeError, match="in a transaction"):
            await RENAME_AND_TELL.row(connection, which=WHICH, titles={})
        with pytest.raises(RuntimeError, match="in a transaction"):
            await RENAME.run_each(connection, [{"which": WHICH, "titles": {}}])


async def test_a_change_tells_how_many_rows_it_wrote(world: World) -> None:
    async with world.pool.transaction() as connection:
        assert await RENAME.run(connection, which=WHICH, titles={"en": "Another"}) == 1
        assert await RENAME.run(connection, which=UUID(int=1), titles={}) == 0
        await RENAME.run_each(connection, [{"which": WHICH, "titles": {"en": name}} for name in ("One", "Two")])
        assert (await Query(READ, Told).one(connection, which=WHICH))["titles"] == {"en": "Two"}
