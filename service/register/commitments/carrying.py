"""Proposing what is said of the instrument that carries a commitment: it becomes a proposal of the instrument."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from service.database.statement import Connection
from service.errors import Conflict, NotFound
from service.permissions import Caller
from service.register.commitments.instead import OF_THE_INSTRUMENT, instead
from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.rules.carried import instrument_of
from service.register.commitments.rules.lifecycle import Action, State
from service.register.commitments.rules.requirements import facts, missing
from service.register.commitments.rules.signing import signed, spelled_as_sent
from service.register.decisions import commands as decisions
from service.register.decisions.answers import allowed
from service.register.decisions.engine.matter import Matters, Row
from service.register.instruments import queries as instruments
from service.register.instruments.rules.lifecycle import InstrumentAction
from service.register.instruments.rules.matter import INSTRUMENT
from service.register.instruments.rules.requirements import facts as facts_of_instrument
from service.register.instruments.rules.requirements import missing as missing_of_instrument
from service.trail.version import Versions, check_version

_AS: Final[Mapping[Action, InstrumentAction]] = {
    Action.REDRAFT: InstrumentAction.AMEND,
    Action.SIGN: InstrumentAction.SIGN,
}
"""Moves of a commitment, and those of the instrument as which they are proposed."""


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
    if body.get("action") == Action.DRAFT_MOU and body.get("instrument_id") is not None:
        found = await instead(connection, caller, commitment_id, body)
    else:
        try:
            return await decisions.propose(connection, matters, COMMITMENTS, caller, commitment_id, body, version)
        except Conflict:
            # Only where it was refused: whatever is the commitment's own asks for nothing more.
            if not (found := await instead(connection, caller, commitment_id, body)):
                raise
    if found is None:
        raise NotFound("There is no such commitment for this caller.")
    check_version(version, found.version)
    return await decisions.propose(connection, matters, found.matter, caller, found.matter_id, found.body, None)


async def through(connection: Connection, caller: Caller, row: Row) -> list[dict[str, Any]]:
    """Return the moves that the caller may propose of the instrument that carries the commitment, as moves of the commitment.

    Each with what is still missing, as it is sent for the commitment, and whom it awaits.
    """
    key = instrument_of(row)
    if not key or row["live"] or row["state"] != State.MOU_DRAFTED:
        return []
    try:
        one = await instruments.get(connection, caller, UUID(key))
    except NotFound:
        return []
    there = {move["action"]: move for move in allowed(INSTRUMENT, caller, one)}
    known = replace(facts(row, row["parties"], row["languages"]), carried=False)
    gaps = {Action.REDRAFT: missing(Action.REDRAFT, {}, known)}
    its = facts_of_instrument(one, one["parties"], one["languages"])
    lacking = missing_of_instrument(InstrumentAction.SIGN, signed({}, row["parties"]), its)
    gaps[Action.SIGN] = [spelled_as_sent(gap) for gap in lacking]
    return [
        {"action": action, "missing": gaps[action], "awaits": there[its_own]["awaits"]}
        for action, its_own in _AS.items()
        if its_own in there and action in OF_THE_INSTRUMENT
    ]
