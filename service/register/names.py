"""What is named by a code: one statement for each kind of thing, of those whose codes are asked for."""

import re
from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query, is_among
from service.register.commissions.models import Commission, Session
from service.register.commissions.rules.lifecycle import MET
from service.register.commitments.models import Commitment
from service.register.groups.models import WorkingGroup
from service.register.instruments.models import Instrument
from service.register.parties.models import Organisation
from service.values import codes as shapes


class Coded(NamedTuple):
    """A code, and what it names."""

    code: str
    id: UUID


class Met(NamedTuple):
    """A session: whose it is, by the code of its commission or group, the number that it has there, and whether it was held under it."""

    whose: str
    ordinal: int
    id: UUID
    was_held: bool


_commission, _session, _group, _commitment, _organisation = (
    table(Commission),
    table(Session),
    table(WorkingGroup),
    table(Commitment),
    table(Organisation),
)
_held = _session.c.state.in_([sa.literal_column(f"'{state}'") for state in MET])
_commissions = Query(
    sa.select(_commission.c.code, _commission.c.id).where(is_among(_commission.c.code, "codes")), Coded
)
_commitments = Query(
    sa.select(_commitment.c.reference.label("code"), _commitment.c.id).where(
        is_among(_commitment.c.reference, "codes")
    ),
    Coded,
)
_instrument = table(Instrument)
_instruments = Query(
    sa.select(_instrument.c.reference.label("code"), _instrument.c.id).where(
        is_among(_instrument.c.reference, "codes")
    ),
    Coded,
)
_organisations = Query(
    sa.select(_organisation.c.code, _organisation.c.id).where(is_among(_organisation.c.code, "codes")), Coded
)
_groups = Query(sa.select(_group.c.code, _group.c.id).where(is_among(_group.c.code, "codes")), Coded)


def _met(of: sa.Table, *which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    asked = sa.select(of.c.code.label("whose"), _session.c.ordinal, _session.c.id, _held.label("was_held"))
    named = (is_among(of.c.code, "codes"), is_among(_session.c.ordinal, "ordinals"))
    return asked.select_from(of.join(_session, sa.and_(*which))).where(*named)


_own = (_session.c.commission_id == _commission.c.id, _session.c.working_group_id.is_(None))
# Of a group that only its parties may know a session has no code: who finds it by one would learn of the group.
_of_group = (_session.c.working_group_id == _group.c.id, _group.c.is_joint)
_sessions = Query(sa.union_all(_met(_commission, *_own), _met(_group, *_of_group)), Met)


async def find(connection: Connection, codes: Collection[str]) -> dict[str, UUID]:
    """Return the id of each of the codes that names something, whoever may see it.

    Of sessions with one number it is the one that was held under it; a number that only plans share names none of them.
    """
    found: dict[str, UUID] = {}
    for shape, query in _KINDS:
        if asked := [one for one in codes if re.fullmatch(shape, one)]:
            found |= await query.rows(connection, codes=asked)
    if asked := [one for one in codes if re.fullmatch(shapes.SESSION, one)]:
        found |= await _of_sessions(connection, asked)
    return found


_KINDS: Final = (
    (shapes.COMMISSION, _commissions),
    (shapes.WORKING_GROUP, _groups),
    (shapes.COMMITMENT, _commitments),
    (shapes.INSTRUMENT, _instruments),
    (shapes.ORGANISATION, _organisations),
)


async def _of_sessions(connection: Connection, codes: Collection[str]) -> dict[str, UUID]:
    asked = {one: (whose, int(number)) for one in codes for whose, _, number in [one.rpartition("/")]}
    whose, numbers = {one for one, _ in asked.values()}, {number for _, number in asked.values()}
    found = defaultdict[tuple[str, int], list[Met]](list)
    for row in await _sessions.rows(connection, codes=list(whose), ordinals=list(numbers)):
        found[row.whose, row.ordinal].append(row)
    named = {key: [one for one in several if one.was_held] or several for key, several in found.items()}
    return {code: named[key][0].id for code, key in asked.items() if len(named.get(key, ())) == 1}
