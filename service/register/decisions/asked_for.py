"""Who asks a list for what is not there is told so: an empty list would be believed, and quoted.

What the caller may not see is refused in the same words as what does not exist. What it sees and has nothing is an empty list.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from service.database.statement import Connection, Query, is_among
from service.errors import InvalidContent
from service.permissions import Caller, Kind
from service.register.decisions.engine.matter import Matter, Matters
from service.values.codes import UNIQUE

LISTED: Final[Mapping[str, str]] = {
    "commission_id": "/v1/commissions",
    "session_id": "/v1/commissions/{commission_id}/sessions",
    "working_group_id": "/v1/working-groups",
    "commitment_id": "/v1/commitments",
}
"""Filters whose values name a matter, and where those are listed that there are for the caller."""
COMPARED: Final = 300
"""So many codes are compared with one that names nothing."""
SUGGESTED: Final = 5
"""For so many of them the nearest is looked for."""
Alone = Callable[[str, UUID], Awaitable[Sequence[Any]]]
"""Returns whether the list has anything for the caller that one filter with this value finds, and no other."""
_is_id = re.compile(UNIQUE).fullmatch


async def require_there(
    connection: Connection,
    matters: Matters,
    caller: Caller,
    asked: Mapping[str, Any],
    rows: Iterable[Mapping[str, Any]],
    as_sent: Callable[[str], Sequence[str]],
    alone: Alone | None = None,
) -> None:
    """Raise `InvalidContent` for each value that names nothing for the caller, as it was sent.

    `asked`: the filters of a list; `rows`: its answer, by which most values are seen to name something without being
    looked up. `alone` is for lists that may hold, for the caller, what belongs to something that it does not see.
    """
    wrong = []
    for name in [one for one in LISTED if asked.get(one)]:
        told = {str(row[name]) for row in rows if name in row}
        left = [one for one in zip(as_sent(name), asked[name], strict=True) if str(one[1]) not in told]
        if left:
            matter = next(one for one in matters if one.kind == name.removesuffix("_id"))
            ids = [one for _, one in left]
            seen = await _seen(matter, caller.kind).rows(connection, ids=ids, **matter.bound(caller))
            unseen = [sent for sent, one in left if one not in seen and not (alone and await alone(name, one))]
            wrong += await _refusals(connection, matter, caller, name, [*dict.fromkeys(unseen)])
    if wrong:
        raise InvalidContent.listing(wrong)


async def _refusals(
    connection: Connection, matter: Matter, caller: Caller, name: str, unseen: Sequence[str]
) -> list[dict[str, str]]:
    kind, codes = matter.kind.replace("_", " "), [one for one in unseen if not _is_id(one)][:SUGGESTED]
    near = {code: await _nearest(connection, matter, caller, code) for code in codes}
    meant = {code: f"; did you mean {found}?" for code, found in near.items() if found}
    return [
        {
            "parameter": name,
            "detail": f"{one} is no {kind} for this caller{meant.get(one, ';')} GET {LISTED[name]} lists those that are",
        }
        for one in unseen
    ]


async def _nearest(connection: Connection, matter: Matter, caller: Caller, code: str) -> str | None:
    """Return the code that is most like this one, of those that the caller sees and that begin as it does."""
    whose, slash, _ = code.rpartition("/")
    known = await _codes(matter, caller.kind).rows(connection, beginning=f"{whose}{slash}%", **matter.bound(caller))
    return next(iter(get_close_matches(code, known, n=1)), None)


@cache
def _seen(matter: Matter, kind: Kind) -> Query[UUID]:
    asked = matter.seen_by(kind, sa.select(matter.table.c.id)).where(is_among(matter.table.c.id, "ids")).subquery()
    return Query(sa.select(asked.c.id), UUID)


@cache
def _codes(matter: Matter, kind: Kind) -> Query[str]:
    code = sa.cast(matter.reference, sa.Text).label("code")
    asked = matter.seen_by(kind, sa.select(code)).where(code.like(sa.bindparam("beginning", type_=sa.Text())))
    told = asked.subquery()
    return Query(sa.select(told.c.code).order_by(told.c.code).limit(COMPARED), str)
