"""The locked read with which every move begins: whatever is decided is decided on what it returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final, NoReturn
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query, is_among
from service.errors import NotFound
from service.identity.queries import require_active
from service.permissions import Caller, Kind, Role, Standing, standing
from service.register.decisions.engine.matter import Matter, Matters, Row
from service.register.decisions.engine.trail import brought
from service.register.decisions.models import Transition
from service.register.decisions.rules.lifecycle import Step, Who
from service.register.decisions.rules.matter import Case, Facts, Found, Name
from service.register.decisions.rules.numbers import Numbers
from service.register.decisions.rules.origins import ENTRY
from service.register.decisions.rules.own import has_room
from service.trail.entry import Head
from service.trail.stamp import Stamp

_transition = table(Transition)
_FLAGS: Final = {
    f"is_{role}": str(role) for role in (Role.SECRETARIAT, Role.CO_LEAD, Role.MEMBER, Role.PARTY, Role.AUDITOR)
}
_MOVE: Final = "move_"
# What is asked for by itself, whatever the table of the matter has.
_ASKED: Final = {"commission_id", "parties", "outside", "languages", "rule"}
# What never changes of a proposal: after a wait only the locked row is read anew.
_PROPOSED: Final = [
    column.label(f"{_MOVE}{column.name}") for column in _transition.c if column.name not in {"status", "closed_at"}
]


@dataclass(frozen=True, slots=True)
class Locked:
    """A matter, locked: its row with the commission's fixed facts, the caller's standing, the next stamp, what was named."""

    matter: Matter
    row: Row
    standing: Standing
    stamp: Stamp
    found: Mapping[Name, Found | None] = field(default_factory=dict)
    """What stands under each name in the proposal; locked too, where a move of it would matter."""

    @property
    def proposal(self) -> UUID | None:
        """Return the open proposal, judged now: one past its `expires_at` is open no more."""
        end = self.row["expires_at"]
        return None if end is not None and end <= self.stamp.at else self.row["open_transition_id"]

    @property
    def expired(self) -> UUID | None:
        """Return the proposal that has expired and of which no entry says so yet."""
        return None if self.proposal else self.row["open_transition_id"]

    @property
    def facts(self) -> Facts:
        """Return what the rules look at."""
        facts: Facts = self.matter.rules.facts(self.row, self.row["parties"], self.row["languages"])
        return facts

    @property
    def case(self) -> Case:
        """Return what a proposal is judged by."""
        return Case(self.matter.members(self.row), self.facts, self.stamp.at, self.found, self.stamp.head.seq + 1)

    async def deciding(self, connection: Connection, step: Step) -> Case:
        """Return what the step takes effect by: also the series in which it gives the matter its number, locked."""
        return replace(self.case, numbers=await numbers_for(connection, self.matter, step, self.row))

    def awaits(self, step: Step, party: str | None) -> list[str]:
        """Return the parties that have to confirm what `party` proposes."""
        return [] if step.who is Who.OWN else others(self.row, party)

    def has_room(self, step: Step, party: str | None) -> bool:
        """Return whether the step may be proposed beside what is open."""
        return has_room(step, self.row["proposed_by"] if self.proposal else None, party)


async def numbers_for(connection: Connection, matter: Matter, step: Step, row: Row) -> Numbers | None:
    """Lock the series in which the step gives the matter its number, and return it; None if it gives none."""
    gives = matter.numbering and step.action in matter.rules.joining
    return await matter.numbering.lock(connection, row) if matter.numbering and gives else None


def others(row: Row, party: str | None) -> list[str]:
    """Return the parties that have to confirm what `party` proposes: nobody where it keeps the register alone."""
    if row["rule"] == "unilateral":
        return []
    return [code for code in row["parties"] if code != party and code not in row["outside"]]


def standing_in(caller: Caller, row: Row) -> Standing:
    """Return the caller's standing from the role columns of a row."""
    # A reference begins with the code of its commission.
    reference = row.get("code") or row.get("reference") or row["matter_reference"]
    commission = str(reference).partition("/")[0]
    return standing(caller, **{role: row[flag] for flag, role in _FLAGS.items()}, commission=commission)


async def lock(
    connection: Connection,
    matter: Matter,
    caller: Caller,
    matter_id: UUID,
    named: Sequence[Name] = (),
    seeing: Caller | None = None,
) -> Locked:
    """Lock the matter that the caller may see, and others of its kind that a proposal names, by ascending id.

    Names are looked up as `seeing` may see them; None: as the service does. `NotFound` where the caller sees none. Two moves at
    once: the second waits here, and then reads the row as the first left it; what it decides on must therefore lie on this row.
    """
    found = await look_up(connection, matter, matter_id, named, seeing)
    beside = rows_beside(found)
    locked = None
    for key in sorted({matter_id, *beside}):
        if key == matter_id:
            row = await _by_id(matter, caller.kind).row(connection, matter_id=key, **matter.bound(caller))
            locked = _locked(matter, caller, row or await _absent(connection, caller, matter))
        elif one := found[beside[key]]:
            state = await _state(matter).one(connection, matter_id=key)
            found[beside[key]] = replace(one, is_open=state in matter.rules.lifecycle.takes_up)
    assert locked is not None
    # Its own trail under the lock: nothing is added to it any more.
    found |= {name: await brought(connection, matter, matter_id, name.key) for name in named if name.kind == ENTRY}
    return replace(locked, found=found)


async def look_up(
    connection: Connection, matter: Matter, matter_id: UUID, named: Sequence[Name], seeing: Caller | None
) -> dict[Name, Found | None]:
    """Return what stands under each name but those of entries, which are read under the lock."""
    return {name: await matter.find(connection, name, seeing, matter_id) for name in named if name.kind != ENTRY}


def rows_beside(found: Mapping[Name, Found | None]) -> dict[UUID, Name]:
    """Return the ids of what has to be locked together with the matter, each with the name under which it was found."""
    return {one.id: name for name, one in found.items() if one and one.id and one.is_beside and not one.is_itself}


async def lock_all(connection: Connection, matter: Matter, keys: Sequence[UUID]) -> None:
    """Lock rows of one kind, by ascending id; what each holds is read, and judged, when it is its turn."""
    if keys:
        await _every(matter).rows(connection, keys=keys)


async def lock_proposed(
    connection: Connection, matters: Matters, caller: Caller, transition_id: UUID
) -> tuple[Row, Locked] | None:
    """Lock the matter of a proposal of the first kind, and return the proposal, as it was made, with it: one round trip.

    None if it is of another kind, if it is not there for the caller, or if it names others of its kind, of which one may be
    the first to lock.
    """
    matter = matters[0]
    values = {"transition_id": transition_id, **matter.bound(caller)}
    row = await _by_transition(matter, caller.kind).row(connection, **values)
    if row is None:
        return None
    proposed = {name.removeprefix(_MOVE): value for name, value in row.items() if name.startswith(_MOVE)}
    return proposed, _locked(matter, caller, row)


def _locked(matter: Matter, caller: Caller, row: Row) -> Locked:
    return Locked(matter, row, standing_in(caller, row), Stamp(row["new_id"], row["at"], Head(row["seq"], row["leaf"])))


async def _absent(connection: Connection, caller: Caller, matter: Matter) -> NoReturn:
    await require_active(connection, caller)
    raise NotFound(f"There is no such {matter.kind.replace('_', ' ')} for this caller.")


@cache
def _locking(matter: Matter, kind: Kind, *also: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Return the locked read: FOR NO KEY UPDATE, so that foreign keys of others do not wait."""
    columns = [column for column in matter.table.c if column.computed is None and column.name not in _ASKED]
    stamp = (
        sa.func.uuidv7().label("new_id"),
        sa.func.greatest(sa.func.clock_timestamp(), matter.table.c.changed_at).label("at"),
    )
    titles = () if "titles" in matter.table.c else (matter.titles.label("titles"),)
    told = (
        matter.commission.label("commission_id"),
        matter.reference.label("reference"),
        *titles,
        matter.dates.label("matter_dates"),
    )
    asked = matter.seen_by(kind, sa.select(*columns, *stamp, *told, *also))
    return asked.with_for_update(key_share=True, of=matter.table)


@cache
def _by_id(matter: Matter, kind: Kind) -> Query[dict[str, Any]]:
    return Query(_locking(matter, kind).where(matter.table.c.id == sa.bindparam("matter_id")), dict)


@cache
def _by_transition(matter: Matter, kind: Kind) -> Query[dict[str, Any]]:
    alone = _transition.c.action.not_in([sa.literal_column(f"'{action}'") for action in matter.rules.naming])
    mine = (
        _transition.c.id == sa.bindparam("transition_id"),
        _transition.c.matter_kind == sa.literal_column(f"'{matter.kind}'"),
        _transition.c.matter_id == matter.table.c.id,
    )
    return Query(_locking(matter, kind, *_PROPOSED).where(*mine, alone), dict)


@cache
def _state(matter: Matter) -> Query[str]:
    asked = sa.select(matter.table.c.state).where(matter.table.c.id == sa.bindparam("matter_id"))
    return Query(asked.with_for_update(key_share=True), str)


@cache
def _every(matter: Matter) -> Query[UUID]:
    key = matter.table.c.id
    asked = sa.select(key).where(is_among(key, "keys")).order_by(key)
    return Query(asked.with_for_update(key_share=True), UUID)
