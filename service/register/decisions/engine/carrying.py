"""What carries a matter from a move on: a matter of another kind, which lists it by the same confirmation, with an entry in its own trail.

Who proposes or confirms such a move locks it before the matter itself, as whoever moves it locks it before what it carries: whether the
move takes effect at once, only the lock of the matter tells.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.statement import Connection, Query
from service.errors import Conflict
from service.permissions import Caller, Kind
from service.register.decisions.engine.beginning import NO_TRAIL, with_trail
from service.register.decisions.engine.following import Companions, is_held, lock_followers, lock_rows, require_as_close
from service.register.decisions.engine.locking import Locked, lock_all, share
from service.register.decisions.engine.matter import Matter, Matters
from service.register.decisions.engine.taking import lock_companions
from service.register.decisions.rules.matter import Found
from service.trail.entry import Head
from service.trail.stamp import Stamp

EXTENDED: Final = "extended"


class Carrying(NamedTuple):
    """What is to carry a matter, and of which commission it is."""

    matter: Matter
    id: UUID
    commission_id: UUID


async def carrier_of(
    connection: Connection, matters: Matters, matter: Matter, caller: Caller, body: Mapping[str, Any]
) -> Carrying | None:
    """Return what is to carry the matter once the body's move takes effect, as the caller may see it; None: nothing is."""
    if not (carrier := matter.rules.carrier(body)):
        return None
    of, key = next(one for one in matters if one.kind == carrier.kind), UUID(carrier.name.key)
    commission_id = await _commission(of, caller.kind).row(connection, carrier_id=key, **of.bound(caller))
    return Carrying(of, key, commission_id) if commission_id else None


async def lock_carrier_first(
    connection: Connection, matters: Matters, matter: Matter, caller: Caller, body: Mapping[str, Any]
) -> None:
    """Lock what is to carry the matter, before the matter is locked; before that, its charter."""
    if found := await carrier_of(connection, matters, matter, caller, body):
        await share(connection, found.commission_id)
        await lock_all(connection, found.matter, [found.id])


async def lock_beside(
    connection: Connection, matters: Matters, caller: Caller, locked: Locked, body: Mapping[str, Any]
) -> tuple[Locked, Companions | None]:
    """Lock what goes along with the body's move, what may follow it, and what is to carry it: with that the matter is returned."""
    companions = await lock_companions(connection, matters, locked, body)
    await lock_followers(connection, matters, locked, body)
    known, carrier = await lock_carrier(connection, matters, caller, locked, body)
    return known, companions or carrier


async def lock_carrier(
    connection: Connection, matters: Matters, caller: Caller, locked: Locked, body: Mapping[str, Any]
) -> tuple[Locked, Companions | None]:
    """Return the matter with what is to carry it, which is locked, as it stands; None: nothing is to.

    `Conflict` by name where a proposal is open for it, which was made without the matter, or where it is not kept as close.
    """
    if not (carrier := locked.matter.rules.carrier(body)):
        return locked, None
    of = next(one for one in matters if one.kind == carrier.kind)
    (row,) = await lock_rows(connection, of, [UUID(carrier.name.key)])
    if row["seq"] == NO_TRAIL:
        charter = {name: locked.row[name] for name in ("parties", "languages", "entered")}
        stamp = Stamp(row["id"], row["at"], Head(row["seq"], row["leaf"]))
        one = Locked(of, {**charter, **row}, locked.standing, stamp)
        row = (await with_trail(connection, matters, caller, one)).row
    if is_held(row):
        raise Conflict(
            f"It cannot take effect: a proposal is open for {row['reference']}, which is to carry it. Answer that first, or have it "
            "taken back."
        )
    members = of.members(row)
    after = {carrier.member: [*members[carrier.member], str(locked.row["id"])]}
    require_as_close(of, members, after, [locked.row])
    known = replace(locked, found={**locked.found, carrier.name: Found(members=members)})
    return known, Companions(of, [(row, after)], EXTENDED)


@cache
def _commission(matter: Matter, kind: Kind) -> Query[UUID]:
    seen = matter.seen_by(kind, sa.select(matter.table.c.commission_id.label("its_commission")))
    found = seen.where(matter.table.c.id == sa.bindparam("carrier_id")).subquery("found")
    return Query(sa.select(found.c.its_commission), UUID)
