"""The locked read with which every move begins: whatever is decided is decided on what it returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, Final, NoReturn
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query, is_among
from service.errors import Conflict, NotFound
from service.identity.queries import require_active
from service.permissions import Caller, Kind, Role, Standing, standing
from service.register.decisions.engine import attached, templates
from service.register.decisions.engine.matter import Matter, Row
from service.register.decisions.engine.trail import brought
from service.register.decisions.models import Transition, TransitionStatus
from service.register.decisions.rules.ended import CHARTER, UNSETTLED, has_left
from service.register.decisions.rules.lifecycle import Step, Who
from service.register.decisions.rules.matter import Case, Facts, Found, Made, Name
from service.register.decisions.rules.numbers import Numbers
from service.register.decisions.rules.origins import ENTRY
from service.register.decisions.rules.own import has_room
from service.trail.entry import Head
from service.trail.stamp import Stamp

_transition = table(Transition)
_FLAGS: Final = {f"is_{role}": str(role) for role in Role if role not in {Role.ADMINISTRATOR, Role.OBSERVER}}
# What is asked for by itself, whatever the table of the matter has.
_ASKED: Final = {"commission_id", "parties", "outside", "languages", "rule", "entered", "departed"}
# What a caller is in a commission as long as its party takes part there.
_INSIDE: Final = ("is_registrar", "is_secretariat", "is_co_lead", "is_member", "is_lead", "is_party")


@dataclass(frozen=True, slots=True)
class Locked:
    """A matter, locked: its row with the commission's fixed facts, the caller's standing, the next stamp, what was named."""

    matter: Matter
    row: Row
    standing: Standing
    stamp: Stamp
    found: Mapping[Name, Found | None] = field(default_factory=dict)
    """What stands under each name in the proposal; locked too, where a move of it would matter."""
    left: bool = False
    """Whether a party has left that the open proposal needs."""

    @property
    def proposal(self) -> UUID | None:
        """Return the open proposal, judged now: one past its `expires_at`, or that needs who has left, is open no more."""
        return None if self.over else self.row["open_transition_id"]

    @property
    def over(self) -> TransitionStatus | None:
        """Return what became of a proposal that ended by itself and of which no entry says so yet."""
        if self.row["open_transition_id"] is None:
            return None
        end = self.row["expires_at"]
        if end is not None and end <= self.stamp.at:
            return TransitionStatus.EXPIRED
        return TransitionStatus.PARTY_LEFT if self.left else None

    @property
    def facts(self) -> Facts:
        """Return what the rules look at."""
        facts: Facts = self.matter.rules.facts(self.row, self.row["parties"], self.row["languages"])
        return facts

    @property
    def case(self) -> Case:
        """Return what a proposal is judged by."""
        return Case(self.matter.members(self.row), self.facts, self.stamp.at, self.found, self.stamp.head.seq + 1)

    async def deciding(self, connection: Connection, step: Step, transition_id: UUID) -> Case:
        """Return what the step takes effect by: also the series in which it gives the matter its number, locked."""
        made = Made(str(self.row["id"]), str(transition_id))
        return replace(self.case, numbers=await numbers_for(connection, self.matter, step, self.row), made=made)

    def awaits(self, step: Step, evidence: Mapping[str, Any], party: str | None) -> list[str]:
        """Return the parties that have to confirm what `party` proposes."""
        return [] if step.who is Who.OWN else self.matter.rules.awaits(step, evidence, self.row, party)

    def has_room(self, step: Step, party: str | None) -> bool:
        """Return whether the step may be proposed beside what is open."""
        return has_room(step, self.row["proposed_by"] if self.proposal else None, party)


async def numbers_for(connection: Connection, matter: Matter, step: Step, row: Row) -> Numbers | None:
    """Lock the series in which the step gives the matter its number, and return it; None if it gives none."""
    gives = matter.numbering and step.action in matter.rules.joining
    return await matter.numbering.lock(connection, row) if matter.numbering and gives else None


def others(row: Row, party: str | None) -> list[str]:
    """Return the parties that have to confirm what `party` proposes: nobody where it keeps the register alone."""
    if row["commission_state"] == UNSETTLED:
        return []
    return [code for code in row["parties"] if code != party and code not in row["outside"]]


def standing_in(caller: Caller, row: Row, matter: Matter | None = None) -> Standing:
    """Return the caller's standing from the role columns of a row, in a matter of this kind."""
    # A reference begins with the code of its commission.
    reference = row.get("code") or row.get("reference") or row["matter_reference"]
    commission, nobody = str(reference).partition("/")[0], matter.nobody(row) if matter else frozenset()
    return standing(caller, **{role: row[flag] for flag, role in _FLAGS.items()}, commission=commission, nobody=nobody)


async def lock(
    connection: Connection,
    matter: Matter,
    caller: Caller,
    matter_id: UUID,
    named: Sequence[Name] = (),
    seeing: Caller | None = None,
    action: str = "",
) -> Locked:
    """Lock the matter that the caller may see, and others of its kind that a proposal names, by ascending id.

    `Conflict` where it is not here that this `action` is proposed. Names are looked up as `seeing` may see them; None: as the service does. `NotFound` where the caller sees none. Two moves at
    once: the second waits here, and then reads the row as the first left it; what it decides on must therefore lie on this row.
    """
    found = await look_up(connection, matter, matter_id, named, seeing)
    if matter.kind == CHARTER:
        # It waits for those who share it, and they leave its row as it was: the moment is read after the wait.
        await lock_all(connection, matter, [matter_id])
    beside = rows_beside(found)
    locked = None
    for key in sorted({matter_id, *beside}):
        if key == matter_id:
            here = action if action in matter.elsewhere else ""
            row = await _by_id(matter, caller.kind, here).row(connection, matter_id=key, **matter.bound(caller))
            if row is None and here:
                await _require_here(connection, matter, caller, key, here)
                # While this waited, that has moved: now it is proposed here.
                row = await _by_id(matter, caller.kind, here).row(connection, matter_id=key, **matter.bound(caller))
            locked = await locked_row(connection, matter, caller, row or await _absent(connection, caller, matter))
        elif one := found[beside[key]]:
            state = await _state(matter).one(connection, matter_id=key)
            found[beside[key]] = replace(one, is_open=state in matter.rules.lifecycle.takes_up)
    assert locked is not None
    # Its own trail under the lock: nothing is added to it any more.
    found |= {name: await brought(connection, matter, matter_id, name.key) for name in named if name.kind == ENTRY}
    found |= await attached.look_up(connection, matter_id, named, locked.standing if seeing else None)
    found |= await templates.look_up(connection, locked.row["commission_id"], named)
    return replace(locked, found=found)


async def look_up(
    connection: Connection, matter: Matter, matter_id: UUID, named: Sequence[Name], seeing: Caller | None
) -> dict[Name, Found | None]:
    """Return what stands under each name but those of entries and documents, which are read under the lock."""
    before = [name for name in named if name.kind not in attached.LATER]
    return {name: await matter.find(connection, name, seeing, matter_id) for name in before}


def rows_beside(found: Mapping[Name, Found | None]) -> dict[UUID, Name]:
    """Return the ids of what has to be locked together with the matter, each with the name under which it was found."""
    return {one.id: name for name, one in found.items() if one and one.id and one.is_beside and not one.is_itself}


async def lock_all(connection: Connection, matter: Matter, keys: Sequence[UUID]) -> None:
    """Lock rows of one kind, by ascending id; what each holds is read, and judged, when it is its turn."""
    if keys:
        await _every(matter).rows(connection, keys=keys)


async def share(connection: Connection, commission_id: UUID) -> None:
    """Lock the commission's charter FOR SHARE: who takes part in it stays the same until the transaction ends."""
    await _sharing.row(connection, commission_id=commission_id)


async def locked_row(connection: Connection, matter: Matter, caller: Caller, row: Row) -> Locked:
    """Return what was read by a locked read."""
    # Who takes part is read from the locked charter: the roles were read before the wait.
    inside = caller.party in row["parties"] and caller.party not in row["outside"]
    roles = {"is_newcomer": False} if inside else dict.fromkeys(_INSIDE, False)
    left = bool(row["departed"]) and await _has_left(connection, row)
    stamp = Stamp(row["new_id"], row["at"], Head(row["seq"], row["leaf"]))
    return Locked(matter, row, standing_in(caller, {**row, **roles}, matter), stamp, left=left)


async def _has_left(connection: Connection, row: Row) -> bool:
    """Return whether a party has left that the open proposal needs, since it was made."""
    needed = {*row["awaiting"], row["proposed_by"]}
    if row["open_transition_id"] is None or not needed & {*row["departed"]}:
        return False
    since = await _proposed_at.one(connection, transition_id=row["open_transition_id"])
    return has_left(row["departed"], needed, since)


_charter = sa.table("commission", sa.column("id", sa.Uuid()))
_sharing = Query(
    sa.select(_charter.c.id).where(_charter.c.id == sa.bindparam("commission_id")).with_for_update(read=True), UUID
)
_proposed_at = Query(
    sa.select(_transition.c.proposed_at).where(_transition.c.id == sa.bindparam("transition_id")), datetime
)


async def _require_here(connection: Connection, matter: Matter, caller: Caller, key: UUID, action: str) -> None:
    if await _elsewhere(matter, caller.kind, action).row(connection, matter_id=key, **matter.bound(caller)):
        raise Conflict(f"'{action}' is proposed of what carries it (`instrument`), for all that this carries.")


async def _absent(connection: Connection, caller: Caller, matter: Matter) -> NoReturn:
    await require_active(connection, caller)
    raise NotFound(f"There is no such {matter.kind.replace('_', ' ')} for this caller.")


@cache
def locking(
    matter: Matter, kind: Kind, commission_id: sa.ScalarSelect[Any], *also: sa.ColumnElement[Any]
) -> sa.Select[Any]:
    """Return the locked read: FOR NO KEY UPDATE, so that foreign keys of others do not wait; first the charter, FOR SHARE."""
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
    asked = matter.seen_by(kind, sa.select(*columns, *stamp, *told, *also), commission_id)
    return asked.with_for_update(key_share=True, of=matter.table)


@cache
def _by_id(matter: Matter, kind: Kind, here: str = "") -> Query[dict[str, Any]]:
    wanted: sa.BindParameter[UUID] = sa.bindparam("matter_id")
    own = matter.table.alias("own")
    commission_id = own.c.commission_id if "commission_id" in own.c else own.c.id
    charter = sa.select(commission_id).where(own.c.id == wanted).scalar_subquery()
    asked = locking(matter, kind, charter).where(matter.table.c.id == wanted)
    return Query(asked.where(sa.not_(matter.elsewhere[here])) if here else asked, dict)


@cache
def _elsewhere(matter: Matter, kind: Kind, action: str) -> Query[dict[str, Any]]:
    asked = matter.seen_by(kind, sa.select(matter.table.c.seq))
    return Query(asked.where(matter.table.c.id == sa.bindparam("matter_id"), matter.elsewhere[action]), dict)


@cache
def _state(matter: Matter) -> Query[str]:
    asked = sa.select(matter.table.c.state).where(matter.table.c.id == sa.bindparam("matter_id"))
    return Query(asked.with_for_update(key_share=True), str)


@cache
def _every(matter: Matter) -> Query[UUID]:
    key = matter.table.c.id
    asked = sa.select(key).where(is_among(key, "keys")).order_by(key)
    return Query(asked.with_for_update(key_share=True), UUID)
