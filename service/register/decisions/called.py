"""What stands by its id in answers, and what it is called: one statement for an answer, however many rows it has.

What the caller may not see is called nothing: it is asked for as the house says who may read it. Of people who act for a party, its own
alone are told. Entries tell no names.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import cycle, islice
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from service.database.columns import table
from service.database.statement import Connection, Query
from service.identity.models import Principal
from service.permissions import Caller, Kind
from service.register.decisions.engine.matter import Matter, Matters, Row
from service.register.parties.models import Organisation
from service.register.parties.naming import name_of

COMMISSION, SESSION, WORKING_GROUP = "commission", "session", "working_group"
COMMITMENT, INSTRUMENT = "commitment", "instrument"
ORGANISATION, PRINCIPAL = "organisation", "principal"
CALLED: Final = "called"
"""The member of a row that holds what the things are called that it names."""
Names: TypeAlias = Mapping[object, Mapping[str, Any]]
"""By id, as a UUID and as a text: `{id, code, name}`."""
Asked: TypeAlias = Iterable[tuple[str, Any]]
"""What is to be called by its name: its kind, and its id, if there is one."""
_NONE: Final[Names] = {}
RECKONED: Final = 10
_organisation, _principal = table(Organisation), table(Principal)


class Beside:
    """Names that stand beside ids: by the name's member, that of the id (`_ids`: of several), and the kind of what it is."""

    def __init__(self, members: Mapping[str, tuple[str, str]]) -> None:
        self.members = tuple(members)
        self._one = [(name, member, kind) for name, (member, kind) in members.items() if not member.endswith("_ids")]
        self._several = [(name, member, kind) for name, (member, kind) in members.items() if member.endswith("_ids")]

    def asked(self, rows: Sequence[Row]) -> Iterator[tuple[str, Any]]:
        """Yield the kind and id of each thing that the rows name, and None where one names nothing."""
        for _, member, kind in self._one:
            # Rows of a list name the same things again and again.
            yield from ((kind, one) for one in {row[member] for row in rows})
        for _, member, kind in self._several:
            yield from ((kind, one) for row in rows for one in row[member] or ())

    def of(self, row: Row, names: Names | None = None) -> dict[str, Any]:
        """Return the names that stand in the answer of a row; null where the caller may not see it, and where nobody asked.

        `names`: those of the row to which this one belongs, if it is part of another.
        """
        names = known(row) if names is None else names
        told: dict[str, Any] = {name: names.get(row[member]) for name, member, _ in self._one}
        for name, member, _ in self._several:
            told[name] = several(names, row[member])
        return told


def known(row: Row) -> Names:
    """Return what is called by its name of all that a row names: nothing where nobody looked it up."""
    return row.get(CALLED) or _NONE


def by_ids(things: Iterable[Mapping[str, Any]]) -> dict[object, Mapping[str, Any]]:
    """Return what these are called, `{id, code, name}` of each, by their ids as UUIDs and as texts."""
    return {key: one for one in things for key in (UUID(str(one["id"])), str(one["id"]))}


def several(names: Names, ids: Iterable[object] | None) -> list[Mapping[str, Any]]:
    """Return what these are called, of those that the caller may see."""
    return [names[one] for one in ids or () if one in names]


async def called(
    connection: Connection,
    matters: Matters,
    caller: Caller,
    rows: Sequence[Row],
    asked: Callable[[Sequence[Row]], Asked],
) -> list[Row]:
    """Return the rows with what each thing is called that `asked` says they name: all by one statement, none where there is nothing."""
    names = await look_up(connection, matters, caller, asked(rows))
    return [{**row, CALLED: names} for row in rows]


async def look_up(connection: Connection, matters: Matters, caller: Caller, asked: Asked) -> Names:
    """Return what these are called, as far as the caller may see them."""
    wanted = defaultdict[str, set[UUID]](set)
    for kind, key in {(kind, key) for kind, key in asked if key is not None}:
        wanted[kind].add(key if isinstance(key, UUID) else UUID(key))
    if not wanted:
        return _NONE
    kinds = tuple(sorted(wanted))
    values = {name: value for one in matters if one.kind in wanted for name, value in one.bound(caller).items()}
    if PRINCIPAL in wanted:
        values["own_party"] = caller.party
    ids = {f"called_{kind}": _as_many_as_reckoned(wanted[kind]) for kind in kinds}
    rows = await _called(tuple(matters), kinds, caller.kind).rows(connection, **ids, **values)
    return by_ids(row._asdict() for row in rows)


def _as_many_as_reckoned(ids: AbstractSet[UUID]) -> list[UUID]:
    """Return these ids, some of them again where they are few.

    PostgreSQL reckons with ten where it does not know how many there will be. A plan for just these few looks cheaper to it than one
    for any, so it would plan the statement anew each time, which takes several times as long as running it.
    """
    return [*islice(cycle(ids), max(len(ids), RECKONED))]


class _Called(NamedTuple):
    id: UUID
    code: str | None
    name: str


@cache
def _called(matters: tuple[Matter, ...], kinds: tuple[str, ...], caller: Kind) -> Query[_Called]:
    each = [_of(matters, kind, caller).subquery() for kind in kinds]
    return Query(sa.union_all(*(sa.select(*(one.c[name] for name in _Called._fields)) for one in each)), _Called)


def _of(matters: tuple[Matter, ...], kind: str, caller: Kind) -> sa.Select[Any]:
    if kind == ORGANISATION:
        return _told(_organisation, kind, _organisation.c.code, _organisation.c.name)
    if kind == PRINCIPAL:
        own = sa.select(_organisation.c.id).where(_organisation.c.party == sa.bindparam("own_party", type_=sa.Text()))
        return _told(_principal, kind, _principal.c.subject, _principal.c.name).where(
            _principal.c.organisation_id.in_(own)
        )
    matter = next(one for one in matters if one.kind == kind)
    code = matter.reference if matter.code is None else matter.code
    return matter.seen_by(caller, _told(matter.table, kind, code, name_of(matter.titles)))


def _told(of: sa.Table, kind: str, code: Any, name: Any) -> sa.Select[Any]:  # noqa: ANN401 -- columns of any table
    asked = sa.select(of.c.id, sa.cast(code, sa.Text).label("code"), sa.cast(name, sa.Text).label("name"))
    return asked.where(of.c.id == sa.any_(sa.bindparam(f"called_{kind}", type_=ARRAY(sa.Uuid()))))
