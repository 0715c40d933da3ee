"""Proposing what is said of the instrument that carries a commitment: it becomes a proposal of the instrument."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query
from service.errors import Conflict, InvalidContent, fault
from service.permissions import Caller, Kind
from service.register.commitments import queries as commitments
from service.register.commitments.matter import COMMITMENTS, seen_by
from service.register.commitments.models import Commitment
from service.register.commitments.rules.lifecycle import Action
from service.register.commitments.rules.signing import put_on, signed, taken_off
from service.register.commitments.visibility import bound
from service.register.decisions import commands as decisions
from service.register.decisions.engine.matter import Matters, Row
from service.register.instruments import queries as instruments
from service.register.instruments.matter import INSTRUMENTS
from service.trail.version import Versions, check_version

_commitment = table(Commitment)
ELSEWHERE: Final = frozenset(COMMITMENTS.elsewhere)


async def propose(
    connection: Connection,
    matters: Matters,
    caller: Caller,
    commitment_id: UUID,
    body: Mapping[str, Any],
    version: Versions,
) -> Row:
    """Propose a move and return the transition: of the commitment, or of the instrument that carries it, or is to.

    Who signs it so is held to what the instrument's own proposal is held to; what is wrong is told by where it stands there.
    """
    action = body.get("action")
    if action == Action.DRAFT_MOU and body.get("instrument_id") is not None:
        return await _put_on(connection, matters, caller, commitment_id, body, version)
    try:
        return await decisions.propose(connection, matters, COMMITMENTS, caller, commitment_id, body, version)
    except Conflict:
        if action not in ELSEWHERE:
            raise
        known = await _one(caller.kind, str(action)).row(connection, commitment_id=commitment_id, **bound(caller))
        if known is None:
            raise
    check_version(version, known.version)
    key = UUID(known.instrument_id)
    if action == Action.SIGN:
        return await _of(connection, matters, caller, key, signed(body, known.parties))
    one = await instruments.get(connection, caller, key)
    return await _of(connection, matters, caller, key, taken_off(body, one["commitment_ids"], str(commitment_id)))


async def _put_on(
    connection: Connection,
    matters: Matters,
    caller: Caller,
    commitment_id: UUID,
    body: Mapping[str, Any],
    version: Versions,
) -> Row:
    row = await commitments.get(connection, caller, commitment_id)
    check_version(version, row["version"])
    if (row["instrument"] or {}).get("id"):
        raise Conflict(
            f"{row['reference']} is carried by an instrument already (`instrument`); 'redraft' takes it off there."
        )
    try:
        key = UUID(str(body["instrument_id"]))
    except ValueError:
        raise InvalidContent.listing([fault("/instrument_id", "must be the id or code of an instrument")]) from None
    one = await instruments.get(connection, caller, key)
    if one["commission_id"] != row["commission_id"]:
        raise InvalidContent.listing([fault("/instrument_id", "names no instrument of this commission")])
    return await _of(connection, matters, caller, key, put_on(body, one["commitment_ids"], str(commitment_id)))


async def _of(
    connection: Connection, matters: Matters, caller: Caller, instrument_id: UUID, body: Mapping[str, Any]
) -> Row:
    return await decisions.propose(connection, matters, INSTRUMENTS, caller, instrument_id, body, None)


class _Known(NamedTuple):
    instrument_id: str
    version: int
    parties: list[str]


@cache
def _one(kind: Kind, action: str) -> Query[Any]:
    """Return what finds the instrument of which the commitment's move is proposed instead."""
    asked = sa.select(_commitment.c.instrument["id"].astext.label("instrument_id"), _commitment.c.seq.label("version"))
    here = (_commitment.c.id == sa.bindparam("commitment_id"), COMMITMENTS.elsewhere[action])
    found = seen_by(kind, asked).where(*here).subquery("found")
    return Query(sa.select(*(found.c[name] for name in _Known._fields)), _Known)
