"""The one way to SQL: SQLModel describes tables, Core writes statements, asyncpg runs them, rows have a shape.

How a query is written here:

    class GroupRow(TypedDict):
        id: UUID
        titles: dict[str, str]

    _one = Query(sa.select(_group.c.id, _group.c.titles).where(_group.c.id == sa.bindparam("group_id")), GroupRow)
    _move = Change(sa.update(_group).where(_group.c.id == sa.bindparam("group_id")).values(given(_group, "seq")))

    async def get(connection: Connection, group_id: UUID) -> GroupRow:
        found = await _one.row(connection, group_id=group_id)
        if found is None:
            raise NotFound("There is no such working group.")
        return found

A statement is a constant of its module, or made by a function under `functools.cache` for each form that it has (the kind
of caller, the filters given): making one costs more than running it. What differs from call to call is a `bindparam`; a
list is bound as an array (`is_among(column, name)`), since IN is spelled anew for each length. A page begins after a value that is always there: the least one (`FIRST`, "", 0) for the first page.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final, Generic, TypeAlias, TypeVar, cast
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import asyncpg as dialect
from sqlalchemy.engine import Dialect
from typing_extensions import is_typeddict

from service.database.connection import Driver
from service.database.gathering import Gathering

Connection: TypeAlias = Driver
Written: TypeAlias = sa.Select[Any] | sa.CompoundSelect[Any] | sa.Insert | sa.Update | sa.Delete
Row = TypeVar("Row")
FIRST: Final = UUID(int=0)
"""Comes before every id that PostgreSQL makes."""
LIMIT: Final = sa.bindparam("limit", type_=sa.BigInteger())
_CHANGES: Final = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM|FOR (NO KEY UPDATE|UPDATE|SHARE|KEY SHARE))\b")
_dialect: Final[Dialect] = dialect.dialect(json_serializer=lambda value: orjson.dumps(value).decode())  # type: ignore[no-untyped-call]


def given(table: sa.Table, *names: str) -> dict[str, sa.BindParameter[Any]]:
    """Return, for `insert().values()` or `update().values()`, a value that is given for each of these columns, by its name.

    In the same UPDATE no other value may have the name of a column: `the_id` is found where `id` is written.
    """
    return {name: sa.bindparam(name, type_=table.c[name].type) for name in names}


def is_among(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Return whether the column is one of the values of the list that is given by this name."""
    return column == sa.any_(sa.bindparam(name, type_=ARRAY(column.type)))


class _Statement:
    """A Core statement as the driver takes it: its text, and how each of its values is bound.

    What writes or locks refuses to run outside a transaction: alone it would be committed at once, or unlocked.
    """

    def __init__(self, statement: Written) -> None:
        compiled = statement.compile(dialect=_dialect)
        self.text = str(compiled)
        self.changing = _CHANGES.search(self.text) is not None
        binds = [compiled.binds[name] for name in compiled.positiontup or ()]
        # A constant of the statement has its own value; any other must be given.
        self._constants = {bind.key: bind.value for bind in binds if not bind.required}
        self._binds = [(bind.key, bind.type.dialect_impl(_dialect).bind_processor(_dialect)) for bind in binds]

    def _bound(self, values: Mapping[str, Any]) -> list[Any]:
        known = {**self._constants, **values} if self._constants else values
        return [process(known[name]) if process else known[name] for name, process in self._binds]

    def _check(self, connection: Connection) -> None:
        if self.changing and not connection.is_in_transaction():
            raise RuntimeError("what changes or locks must run in a transaction")


class Query(_Statement, Generic[Row]):
    """A statement that gives rows of one shape: a TypedDict, a NamedTuple or a dataclass with its columns' names.

    `dict` where the columns depend on what the statement is made for. Any other `shape` is the type of its single column, whose
    values are given as they are.
    """

    def __init__(self, statement: Written, shape: Callable[..., Row]) -> None:
        super().__init__(statement)
        self._made: Callable[[Any], Row] = _maker(shape, [str(column.key) for column in statement.exported_columns])

    async def rows(self, connection: Connection, /, **values: Any) -> list[Row]:  # noqa: ANN401 -- bound by its column's type
        """Run it and return its rows."""
        made = self._made
        return [made(record) for record in await self._records(connection, values)]

    async def row(self, connection: Connection, /, **values: Any) -> Row | None:  # noqa: ANN401
        """Run it and return its first row; None without one."""
        found = await self._records(connection, values)
        return self._made(found[0]) if found else None

    async def one(self, connection: Connection, /, **values: Any) -> Row:  # noqa: ANN401
        """Run it and return its row, which is always there."""
        (found,) = await self._records(connection, values)
        return self._made(found)

    async def _records(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        self._check(connection)
        return cast("list[Any]", await connection.fetch(self.text, *self._bound(values)))


class Change(_Statement):
    """A statement that writes, and gives no rows."""

    async def run(self, connection: Connection, /, **values: Any) -> int:  # noqa: ANN401
        """Run it and return how many rows it wrote."""
        self._check(connection)
        told = await connection.execute(self.text, *self._bound(values))
        return int(told.rpartition(" ")[2])

    async def soon(self, connection: Connection, /, **values: Any) -> None:  # noqa: ANN401
        """Run it; on a connection that gathers what is written, together with others, before anything is read."""
        self._check(connection)
        if isinstance(connection, Gathering):
            await connection.soon(self.text, self._bound(values))
        else:
            await connection.execute(self.text, *self._bound(values))

    async def run_each(self, connection: Connection, many: Iterable[Mapping[str, Any]]) -> None:
        """Run it for each of `many` values, in two round trips for all."""
        self._check(connection)
        await connection.executemany(self.text, [self._bound(values) for values in many])


def _maker(shape: Any, columns: list[str]) -> Callable[[Any], Any]:  # noqa: ANN401 -- any class
    """Return what makes a row of the driver's record; `TypeError` if the shape has other members than the statement has columns."""
    names: list[str] = columns[:1]
    make: Callable[[Any], Any] = _only
    if shape is dict:
        names, make = columns, _keyed(columns)
    elif is_typeddict(shape):
        names, columns, make = sorted(shape.__annotations__), sorted(columns), _keyed(columns)
    elif is_dataclass(shape):
        names, make = [field.name for field in fields(shape)], _spread(shape)
    elif hasattr(shape, "_fields"):
        names, make = list(shape._fields), shape._make
    if names != columns:
        raise TypeError(f"{shape.__name__} has the members {names}, and its statement the columns {columns}")
    return make


def _keyed(columns: list[str]) -> Callable[[Any], Any]:
    """Return what makes a dict of a record: for a page of a list fifty, of sixty columns; a copy need not grow, and looks up no name."""
    blank: dict[str, Any] = dict.fromkeys(columns)

    def make(record: Any) -> dict[str, Any]:  # noqa: ANN401 -- the driver's
        row = blank.copy()
        row.update(zip(columns, record, strict=True))
        return row

    return make


def _spread(shape: Any) -> Callable[[Any], Any]:  # noqa: ANN401 -- a class
    return lambda record: shape(*record)


def _only(record: Any) -> Any:  # noqa: ANN401 -- a record of one value
    return record[0]
