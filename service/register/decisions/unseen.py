"""What a caller may not see is named to it nowhere: neither by what it may see of another matter, nor by evidence, nor by an entry."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from service.database.statement import Connection, Query
from service.errors import InvalidContent, NotPermitted, fault
from service.permissions import Caller, Kind
from service.register.decisions.engine.matter import Matter, Matters, Row
from service.register.decisions.rules import naming
from service.register.decisions.rules.ended import CHARTER
from service.register.decisions.rules.matter import Found, Name

ELSEWHERE: Final = ("continues", "pushed_by")
"""Members by which a commitment names one of another commission."""
LINKS: Final = (*ELSEWHERE, "founded_group_ids", "event_session_id")
"""Members that an answer leaves out of what it tells of a matter, where the caller may not see what they name.

An entry is not left out for the session or group that it names, planned or proposed by one party: of these it tells an id alone, as of
the session and group to which a commitment belongs.
"""
NAMING: Final = frozenset(
    {
        *("commitments", "commitment_ids", "taken_along", "target", "successor", "successors", "successor_id", "value"),
        *("instrument_id", "not_before"),
        *ELSEWHERE,
    }
)
"""Members of evidence, of entries and of matters that name other matters, by their id or reference; `value`: what a correction brings;
`instrument_id`: what carries a finding, and what another instrument is related to; `not_before`: which must be in force as well."""
RELATIONS: Final = "relations"
"""The member by which an instrument lists others, each with what it is to it."""
_NAMING_IN_ROWS: Final = (*NAMING, "instrument", RELATIONS)
HOLDING: Final = frozenset({"instrument", "by", "opened_by"})
"""Members that hold the id of another matter among what they tell of it."""
WITHHELD: Final[dict[str, str]] = {"move": "withheld"}
"""What is told of evidence that names what the caller may not see."""


class _Known(NamedTuple):
    kind: str
    key: str
    reference: str
    draft_reference: str | None


def named(told: object) -> Iterator[str]:
    """Yield the ids and references of other matters that something names: evidence, the data of an entry, the row of a matter."""
    if told is None or isinstance(told, str):
        # What is there most often, fifty times for each page of a list.
        return
    if isinstance(told, Mapping):
        for name, value in told.items():
            if name in NAMING:
                yield from naming.names(value)
            if name in HOLDING and isinstance(value, Mapping):
                yield from naming.names(value.get("id"))
            yield from named(value)
    elif isinstance(told, list):
        for inner in told:
            yield from named(inner)


async def unseen(connection: Connection, matters: Matters, caller: Caller, names: Collection[str]) -> frozenset[str]:
    """Return which of the names are those of matters that there are, but not for this caller."""
    if not names:
        return frozenset()
    ids = [UUID(one) for one in names if naming.is_id(one)]
    asked = {"ids": ids, "references": [one for one in names if not naming.is_id(one)]}
    values = {name: value for matter in matters for name, value in matter.bound(caller).items()}
    there = await _known(tuple(matters)).rows(connection, **asked)
    if not there:
        return frozenset()
    # Of what kinds there is nothing, nothing is asked: who may see a matter is what takes the database long.
    kinds = {row.kind for row in there}
    asking = _seen(tuple(one for one in matters if one.kind in kinds), caller.kind)
    seen = await asking.rows(connection, **asked, **values)
    return frozenset(_names(there) & {*names} - _names(seen))


def _names(rows: Iterable[_Known]) -> set[str]:
    return {name for row in rows for name in (row.key, row.reference, row.draft_reference) if name}


async def require_seen(connection: Connection, matters: Matters, caller: Caller, evidence: Row, record: Row) -> None:
    """Raise `NotPermitted` if a proposal names what the caller may not see: nobody says yes to what it cannot read.

    `record`: the row of a matter that is agreed as it was recorded, whose links are confirmed too.
    """
    told = {name: record[name] for name in (*ELSEWHERE, RELATIONS) if name in record}
    if await unseen(connection, matters, caller, {*named(evidence), *named(told)}):
        raise NotPermitted(
            "It names what you may not see, so that you could not know what you confirm. Your party's secretariat may see more and "
            "confirms it; you may refuse it, with a reason."
        )


def require_seen_by(found: Mapping[Name, Found | None], awaits: Collection[str]) -> None:
    """Raise `InvalidContent` if a proposal names what a party cannot see that is to confirm it: it could never take effect."""
    wrong = [
        fault(
            name.pointer,
            f"names what {', '.join(blind)}, which is to confirm, does not see: it could not say yes. Leave it out, or name one "
            "that every party sees; its own parties are named where you read it",
        )
        for name, one in found.items()
        if one and one.readers is not None and (blind := [party for party in awaits if party not in one.readers])
    ]
    if wrong:
        raise InvalidContent.listing(wrong)


async def unnamed(connection: Connection, matters: Matters, caller: Caller, rows: Sequence[Row]) -> list[Row]:
    """Return rows of matters without the names of what the caller may not see."""
    members, links = ([name for name in some if any(name in row for row in rows)] for some in (_NAMING_IN_ROWS, LINKS))
    names = [{*_of(row, members, links)} for row in rows]
    hidden = await unseen(connection, matters, caller, {one for several in names for one in several})
    return [
        row if hidden.isdisjoint(several) else _without(row, hidden) for row, several in zip(rows, names, strict=True)
    ]


async def withheld(connection: Connection, matters: Matters, caller: Caller, rows: Sequence[Row]) -> list[Row]:
    """Return rows of transitions, those that name what the caller may not see with `unseen`: their evidence is not told."""
    names = [{*named(row["evidence"]), *named(row.get("corrected", []))} for row in rows]
    hidden = await unseen(connection, matters, caller, {one for several in names for one in several})
    return [{**row, "unseen": not hidden.isdisjoint(several)} for row, several in zip(rows, names, strict=True)]


def _of(row: Row, members: Iterable[str], links: Iterable[str]) -> Iterator[str]:
    if told := {name: value for name in members if (value := row.get(name))}:
        yield from named(told)
    for name in links:
        if value := row.get(name):
            yield from naming.names(value)
    if clause := row.get(naming.CLAUSE):
        yield from naming.awaited(clause)


def _without(row: Row, hidden: Collection[str]) -> Row:
    found = dict(row)
    for name in (NAMING | {*LINKS}) & row.keys():
        value = row[name]
        if isinstance(value, list):
            found[name] = [one for one in value if str(one) not in hidden]
        elif str(value) in hidden:
            found[name] = None
    if "successor" in row and found.get("successors"):
        found["successor"] = found["successors"][0]
    if related := row.get(RELATIONS):
        found[RELATIONS] = [one for one in related if one.get("instrument_id") not in hidden]
    if clause := row.get(naming.CLAUSE):
        found[naming.CLAUSE] = naming.unnamed(clause, hidden)
    if isinstance(told := row.get("instrument"), Mapping) and told.get("id") in hidden:
        found["instrument"] = {name: value for name, value in told.items() if name != "id"}
    return found


def _columns(matter: Matter) -> list[sa.ColumnElement[Any]]:
    own = matter.table.c
    draft: sa.ColumnElement[Any] = own.draft_reference if "draft_reference" in own else sa.null()
    kind = sa.literal_column(f"'{matter.kind}'", sa.Text())
    told = (kind, sa.cast(own.id, sa.Text), sa.cast(matter.reference, sa.Text), sa.cast(draft, sa.Text))
    return [one.label(name) for one, name in zip(told, _Known._fields, strict=True)]


def _wanted(matter: Matter) -> sa.ColumnElement[bool]:
    own = matter.table.c
    references = sa.bindparam("references", type_=ARRAY(sa.Text))
    spelled = ("code",) if matter.kind == CHARTER else ("reference", "draft_reference")
    called = [own[name] == sa.any_(references) for name in spelled if name in own]
    return sa.or_(own.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))), *called)


@cache
def _known(matters: tuple[Matter, ...]) -> Query[_Known]:
    asked = [sa.select(*_columns(one)).where(_wanted(one)) for one in matters]
    return Query(sa.union_all(*asked), _Known)


@cache
def _seen(matters: tuple[Matter, ...], kind: Kind) -> Query[_Known]:
    asked = [one.seen_by(kind, sa.select(*_columns(one))).where(_wanted(one)).subquery() for one in matters]
    told = [sa.select(*(each.c[name] for name in _Known._fields)) for each in asked]
    return Query(sa.union_all(*told), _Known)
