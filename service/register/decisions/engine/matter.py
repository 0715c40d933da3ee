"""A kind of matter as the engine takes it: its rules, and where it is stored."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from service.database.statement import Connection
from service.permissions import Caller, Role
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Found, Name, Rules
from service.register.decisions.rules.numbers import Numbers
from service.register.decisions.rules.origins import Told
from service.trail.append import EntryChange

Row: TypeAlias = Mapping[str, Any]
"""A row of some kind of matter: which columns it has, its table says."""


@dataclass(frozen=True, eq=False)
class Numbering:
    """How matters of a kind come to their numbers: each is given once, under the lock on its series."""

    lock: Callable[[Connection, Row], Awaitable[Numbers | None]]
    """Locks the series in which the matter with this row will have its number; None if it has it already."""
    lock_all: Callable[[Connection, Sequence[UUID]], Awaitable[None]]
    """Locks the series of many matters, in one order for all who do."""
    change: Callable[[Numbers, str], EntryChange]
    """The statement by which the number in a reference is given."""
    draft: Callable[[Connection, str, str], Awaitable[str]] | None = None
    """The reference of the draft with this id, of the commission with this code: of matters that another one's move opens."""


@dataclass(frozen=True, eq=False)
class Matter:
    """One kind of matter. Its table has the mixin `Decided`, `id`, `state`, its rules' members, and the commission's id."""

    rules: Rules[Any]
    table: sa.Table
    seen_by: Callable[..., sa.Select[Any]]
    """Adds to a query the matter's table, what the charter fixes (`parties`, `outside`, ...) and the roles of a caller of this kind
    (`is_secretariat`, ...), and leaves what the caller may see. Given the commission's id, it locks the charter FOR SHARE first."""
    bound: Callable[[Caller], Mapping[str, Any]]
    """The values of those conditions for one caller."""
    columns: Callable[[Mapping[str, Any]], dict[str, Any]]
    """Changed members as column values."""
    find: Callable[[Connection, Name, Caller | None, UUID], Awaitable[Found | None]]
    """What stands under a name, as the caller (None: the service) may see it from the matter with this id."""
    reference: sa.ColumnElement[str]
    titles: sa.ColumnElement[Any]
    code: sa.ColumnElement[Any] | None = None
    """By which a request names it, where not every one is named by its reference."""
    numbering: "Numbering | None" = None
    """How its matters come to their numbers, if they have numbers."""
    dates: sa.ColumnElement[Any] = field(default_factory=lambda: sa.cast(sa.null(), JSONB))
    """An object of the days that the matter tells, by which its rules find what is odd."""

    elsewhere: Mapping[str, sa.ColumnElement[bool]] = field(default_factory=dict)
    """Moves that are proposed of another matter instead, where this holds of the row: for them it is not even locked."""
    instead: "Callable[[Connection, Caller, UUID, Mapping[str, Any]], Awaitable[Instead | None]] | None" = None
    """Of which other matter a body is a proposal instead, for the caller and the matter with this id; None: of this one."""
    nobody: Callable[[Row], frozenset[Role]] = lambda _: frozenset({Role.NEWCOMER})
    """Roles that nobody has in the matter with this row."""
    earlier: Callable[[Connection, UUID], Awaitable[list[Told]]] | None = None
    """What entries of another trail told of it before it had its own, if there may be such."""
    session: sa.ColumnElement[Any] | None = None
    """The session to which it belongs."""
    follows: Callable[[Row, Mapping[str, Any]], Sequence[EntryChange]] = lambda *_: ()
    """What changes in other tables with these members of the row's matter: statements that are run with the entry."""
    happened: Callable[[Step, Mapping[str, Any], datetime], dict[str, Any]] = lambda *_: {}
    """Columns that tell when a move happened in the world that took effect at this moment, given what its entry tells."""
    growing: frozenset[str] = frozenset()
    """Columns that are never set back to an earlier value."""
    told: Callable[[str, Mapping[str, Any]], Mapping[str, Any]] = lambda _, data: data
    """What an entry of its trail tells, by its kind and data, in the words of today."""

    @property
    def kind(self) -> str:
        """Return the name of the kind, as entries and answers say it."""
        return self.rules.kind

    @property
    def commission(self) -> sa.ColumnElement[UUID]:
        """Return the id of the commission to which it belongs; a commission's charter is the commission's own."""
        own = self.table.c
        return own.commission_id if "commission_id" in own else own.id

    def members(self, row: Row) -> dict[str, Any]:
        """Return the matter's members as JSON values."""
        return {name: plain(row[name]) for name in self.rules.members}


@dataclass(frozen=True, slots=True)
class Instead:
    """A proposal of another matter, as which one was sent, and the version of the matter that it was sent for."""

    matter: Matter
    matter_id: UUID
    body: Mapping[str, Any]
    version: int


Matters: TypeAlias = Sequence[Matter]
"""Every kind there is; the one that is moved most often first."""


def plain(value: Any) -> Any:  # noqa: ANN401 -- any column's value
    """Return a column's value as a JSON value."""
    return str(value) if isinstance(value, UUID | Enum) else value
