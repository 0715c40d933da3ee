"""What carries a matter from a move on: a matter of another kind, which lists it by the same confirmation, with an entry in its own trail.

It is locked after the matter itself. Who moves it locks it first, and then what it carries: where the two wait for each other, the
database ends one of them, and that begins anew.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from service.database.statement import Connection
from service.errors import Conflict
from service.register.decisions.engine.following import Along, is_held, lock_followers, lock_rows, require_as_close
from service.register.decisions.engine.locking import Locked
from service.register.decisions.engine.matter import Matters
from service.register.decisions.engine.taking import lock_along
from service.register.decisions.rules.matter import Found

EXTENDED: Final = "extended"


async def lock_beside(
    connection: Connection, matters: Matters, locked: Locked, body: Mapping[str, Any]
) -> tuple[Locked, Along | None]:
    """Lock what goes along with the body's move, what may follow it, and what is to carry it: with that the matter is returned."""
    along = await lock_along(connection, matters, locked, body)
    await lock_followers(connection, matters, locked, body)
    known, carrier = await lock_carrier(connection, matters, locked, body)
    return known, along or carrier


async def lock_carrier(
    connection: Connection, matters: Matters, locked: Locked, body: Mapping[str, Any]
) -> tuple[Locked, Along | None]:
    """Lock what is to carry the matter, and return the matter with it as it stands; None: nothing is.

    `Conflict` by name where a proposal is open for it, which was made without the matter, or where it is not kept as close.
    """
    if not (carrier := locked.matter.rules.carrier(body)):
        return locked, None
    of = next(one for one in matters if one.kind == carrier.kind)
    (row,) = await lock_rows(connection, of, [UUID(carrier.name.key)])
    if is_held(row):
        raise Conflict(
            f"It cannot take effect: a proposal is open for {row['reference']}, which is to carry it. Answer that first, or have it "
            "taken back."
        )
    members = of.members(row)
    after = {carrier.member: [*members[carrier.member], str(locked.row["id"])]}
    require_as_close(of, members, after, [locked.row])
    known = replace(locked, found={**locked.found, carrier.name: Found(members=members)})
    return known, Along(of, [(row, after)], EXTENDED)
