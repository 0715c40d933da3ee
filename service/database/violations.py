"""A constraint that a request would violate, in the words of who sent it: which thing is meant, where it is read, what to do.

The tables themselves say it: `info` of a table holds the `address` of one of its rows; `info` of a constraint its `key` in words, the
`pointer` of the member that is wrong, and the `cure`. What happened, PostgreSQL says by the constraint's name and its key's values.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import sqlalchemy as sa

from service.database.columns import Table
from service.database.statement import Connection, Query
from service.errors import AlreadyExists, Conflict, InvalidContent, ServiceError, fault

_KEY: Final = re.compile(r"\((?P<columns>[^()]*)\)=\((?P<values>.*)\)", re.DOTALL)
UNIQUE, REFERENCE = "23505", "23503"


@dataclass(frozen=True, slots=True)
class Violation:
    """What the database refused: the constraint as our tables know it (None: they do not), and the values of its key."""

    state: str
    name: str
    constraint: sa.Constraint | None
    values: tuple[str, ...]

    @classmethod
    def of(cls, error: Exception) -> "Violation | None":
        """Return the violation that `error` tells; None if it is another error."""
        state, name = str(getattr(error, "sqlstate", None) or ""), str(getattr(error, "constraint_name", None) or "")
        if not state.startswith("23"):
            return None
        constraint = _constraints().get(name)
        key = _KEY.search(str(getattr(error, "detail", None) or ""))
        count = len(_columns(constraint)) if constraint is not None else 0
        # Only the last of our keys' columns holds free text.
        values = tuple(key["values"].split(", ", count - 1)) if key and count else ()
        return cls(state, name, constraint, values if len(values) == count else ())

    async def existing(self, connection: Connection) -> dict[str, str] | None:
        """Return what has the key already: its kind, its id and its address; None if it cannot be told."""
        if self.state != UNIQUE or self.constraint is None or not self.values or "address" not in self._table.info:
            return None
        columns = _columns(self.constraint)
        wanted = {
            f"key_{column.name}": column.type.python_type(value)
            for column, value in zip(columns, self.values, strict=True)
        }
        found = await _by_key(self.constraint).row(connection, **wanted)
        if found is None:
            return None
        return {"kind": self._table.name, "id": found, "address": self._table.info["address"].format(id=found)}

    def refusal(self, existing: Mapping[str, str] | None = None) -> ServiceError:
        """Return the refusal; `existing` is what was found to have the key."""
        if self.constraint is None or not self.values or self.state not in {UNIQUE, REFERENCE}:
            return Conflict("The facts in the request contradict each other, or what is recorded. Ask the operator.")
        return self._taken(existing) if self.state == UNIQUE else self._absent()

    def _taken(self, existing: Mapping[str, str] | None) -> ServiceError:
        assert self.constraint is not None
        where = f" Read it at {existing['address']}." if existing else ""
        cure = self.constraint.info.get("cure", "Send another.")
        return AlreadyExists(
            f"There is {_noun(self._table)} with {self._named(_columns(self.constraint))} already.{where} {cure}",
            existing=existing,
        )

    def _absent(self) -> ServiceError:
        assert isinstance(self.constraint, sa.ForeignKeyConstraint)
        referred, columns = self.constraint.referred_table, [one.column for one in self.constraint.elements]
        pointer = self.constraint.info.get("pointer", f"/{_columns(self.constraint)[0].name}")
        where = referred.info.get("address", "").partition("/{")[0]
        listed = f"; GET {where} lists those that there are" if where else ""
        return InvalidContent.listing(
            [fault(pointer, f"refers to {_noun(referred)} with {self._named(columns)}, and there is none{listed}")]
        )

    @property
    def _table(self) -> sa.Table:
        assert self.constraint is not None
        table: sa.Table = self.constraint.table
        return table

    def _named(self, columns: list[sa.Column[Any]]) -> str:
        assert self.constraint is not None
        names = [column.name for column in columns]
        key = self.constraint.info.get("key", " and ".join(f"the {name} {{{name}}}" for name in names))
        return str(key.format(**dict(zip(names, self.values, strict=True))))


def _columns(constraint: sa.Constraint) -> list[sa.Column[Any]]:
    return list(constraint.columns) if isinstance(constraint, sa.schema.ColumnCollectionConstraint) else []


def _noun(table: sa.Table) -> str:
    name = table.name.replace("_", " ")
    return f"{'an' if name[0] in 'aeio' else 'a'} {name}"


@cache
def _constraints() -> Mapping[str, sa.Constraint]:
    """Return every constraint of our tables by the name that the database knows."""
    return {str(one.name): one for table in Table.metadata.tables.values() for one in table.constraints}


@cache
def _by_key(constraint: sa.Constraint) -> Query[str]:
    columns = _columns(constraint)
    key = next(iter(columns[0].table.primary_key.columns))
    wanted = [column == sa.bindparam(f"key_{column.name}", type_=column.type) for column in columns]
    return Query(sa.select(sa.cast(key, sa.Text)).where(*wanted), str)
