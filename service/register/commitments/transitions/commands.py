"""Proposing a move, answering a proposal, taking one's own back: each locks the commitment's row first."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import (
    Conflict,
    Fault,
    InvalidContent,
    NotPermitted,
    OwnProposal,
    ProposalAlreadyOpen,
    ProposalClosed,
    fault,
)
from service.permissions import Caller, Permission
from service.register.commitments import queries
from service.register.commitments.models import Decision, TransitionStatus
from service.register.commitments.moves import CLOSED, Move, answered, closed, opened
from service.register.commitments.queries import Locked, Row
from service.register.commitments.rules.evidence import REFERENCE, REFERENCES
from service.register.commitments.rules.lifecycle import Action, step
from service.register.commitments.transitions import queries as proposals
from service.register.commitments.transitions.judging import action_of, found_in, judge
from service.register.commitments.transitions.schemas import ConfirmationCreate, WithdrawalCreate
from service.register.commitments.writing import save, take_effect
from service.trail.version import check_version


async def propose(
    connection: AsyncConnection, caller: Caller, commitment_id: UUID, body: Mapping[str, Any], version: int | None
) -> Mapping[str, Any]:
    """Propose a move and return the transition; where nobody else need confirm, it takes effect at once.

    409 if the lifecycle has no such step or a proposal is open, 403, 422 with everything that is missing or wrong.
    """
    locked, also = await _lock(connection, caller, commitment_id, body.get("action"), body, caller)
    check_version(version, locked.row["seq"])
    action = action_of(body, locked)
    row = step(action, locked.facts.state, locked.facts.for_step(found_in(action, body)))
    if locked.proposal:
        raise ProposalAlreadyOpen(
            f"A proposal by {locked.row['proposed_by']} is open; it awaits {', '.join(locked.row['awaiting'])}.",
            open_transition_id=str(locked.proposal),
        )
    locked.standing.require(Permission.PROPOSE)
    evidence, end = await judge(connection, row, body, locked, also)
    awaits, left = locked.others(caller.party), locked.facts.suspended_from
    move = Move(locked.stamp.id, row, evidence, caller.party, awaits, left, end)
    data: dict[str, Any] = {"proposal": move.described()}
    changes = move.opened()
    if not awaits:
        data["effective"], changes = take_effect(row, evidence, locked.row)
    made = move.row(commitment_id, caller, locked.stamp.at)
    await save(connection, caller, locked, "transition.proposed", data, changes, [opened(made)])
    confirmed_at = None if awaits else locked.stamp.at
    return {**made, "reference": locked.row["reference"], "confirmations": [], "confirmed_at": confirmed_at}


async def answer(
    connection: AsyncConnection, caller: Caller, transition_id: UUID, new: ConfirmationCreate
) -> Mapping[str, Any]:
    """Add a party's confirmation or refusal and return the transition; the last confirmation makes it take effect.

    409 if the proposal is closed, the caller's own, or already confirmed by its party; 403; 422 without a reason.
    """
    known, locked, gone = await _lock_proposed(connection, caller, transition_id)
    evidence, action = known["evidence"], Action(known["action"])
    await _may_answer(connection, caller, locked, transition_id, new)
    data: dict[str, Any] = {"transition": str(transition_id), "reason": new.reason}
    said = _said(transition_id, caller, locked, new)
    kind, status = "transition.confirmed", TransitionStatus.OPEN
    awaiting = [party for party in locked.row["awaiting"] if party != caller.party]
    if new.decision is Decision.REFUSE:
        kind, status = "transition.refused", TransitionStatus.REFUSED
        changes = CLOSED | {"refused_transition_id": transition_id}
    elif awaiting:
        changes = {"awaiting": awaiting}
    else:
        _still_possible(gone)
        row = step(action, locked.facts.state, locked.facts.for_step(found_in(action, evidence)))
        status = TransitionStatus.EFFECTIVE
        data["effective"], changes = take_effect(row, evidence, locked.row)
    along = [answered(said)]
    if status is not TransitionStatus.OPEN:
        along.append(closed(transition_id, status, locked.stamp.at))
    await save(connection, caller, locked, kind, data, changes, along)
    if len(known["awaited"]) > 1:
        # Others may have answered before; the locked read does not carry their answers.
        return await proposals.now(connection, transition_id)
    at = locked.stamp.at
    done = {"status": status, "closed_at": at, "confirmed_at": at if status is TransitionStatus.EFFECTIVE else None}
    return {**known, **done, "confirmations": [said]}


async def withdraw(
    connection: AsyncConnection, caller: Caller, transition_id: UUID, new: WithdrawalCreate
) -> Mapping[str, Any]:
    """Take back a proposal of the caller's own party and return it; 409 if it is closed, 403 for anybody else."""
    known, locked, _ = await _lock_proposed(connection, caller, transition_id)
    locked.standing.require(Permission.PROPOSE)
    if known["proposed_by"] != caller.party:
        raise NotPermitted(
            f"Only {known['proposed_by']}, which proposed it, takes it back. You may confirm or refuse it."
        )
    await _still_open(connection, locked, transition_id)
    data = {"transition": str(transition_id), "reason": new.reason}
    along = [closed(transition_id, TransitionStatus.WITHDRAWN, locked.stamp.at)]
    await save(connection, caller, locked, "transition.withdrawn", data, CLOSED, along)
    return await proposals.now(connection, transition_id)


async def _lock_proposed(
    connection: AsyncConnection, caller: Caller, transition_id: UUID
) -> tuple[Row, Locked, list[Fault]]:
    """Lock what a proposal is about; return the proposal, the commitment, and what is wrong with the one that it names."""
    if found := await proposals.get_for_update(connection, caller, transition_id):
        return *found, []
    known = await proposals.get(connection, caller, transition_id)
    action, evidence = Action(known["action"]), known["evidence"]
    return known, *await _lock(connection, caller, known["commitment_id"], action, evidence, None)


async def _lock(
    connection: AsyncConnection,
    caller: Caller,
    commitment_id: UUID,
    action: object,
    evidence: Mapping[str, Any],
    seeing: Caller | None,
) -> tuple[Locked, list[Fault]]:
    """Lock the commitment, and the one that its evidence names, lower id first; return what is wrong with the other."""
    name = REFERENCES.get(action) if isinstance(action, str) else None
    reference = evidence.get(name) if name else None
    if name is None or not isinstance(reference, str) or not re.fullmatch(REFERENCE, reference):
        return await queries.get_for_update(connection, caller, commitment_id), []
    pointer = f"/{name}"
    other = await queries.find(connection, reference, seeing, commitment_id)
    if wrong := _unfit(other, reference, commitment_id):
        return await queries.get_for_update(connection, caller, commitment_id), [fault(pointer, wrong)]
    assert other is not None
    first = other.id < commitment_id
    is_open = await queries.lock_open(connection, other.id) if first else True
    locked = await queries.get_for_update(connection, caller, commitment_id)
    is_open = is_open if first else await queries.lock_open(connection, other.id)
    return locked, [] if is_open else [fault(pointer, f"{reference} is closed; name one that is open")]


def _unfit(other: Row | None, reference: str, commitment_id: UUID) -> str | None:
    if other is None:
        return "there is no such commitment"
    if other.id == commitment_id:
        return "names the commitment itself"
    return None if other.is_beside else f"{reference} is of another commission; name one of the same commission"


async def _may_answer(
    connection: AsyncConnection, caller: Caller, locked: Locked, transition_id: UUID, new: ConfirmationCreate
) -> None:
    locked.standing.require(Permission.CONFIRM)
    await _still_open(connection, locked, transition_id)
    if caller.party == locked.row["proposed_by"]:
        raise OwnProposal(f"{caller.party} proposed this; {', '.join(locked.row['awaiting'])} must confirm it.")
    if caller.party not in locked.row["awaiting"]:
        raise Conflict(f"{caller.party} has confirmed this already; {', '.join(locked.row['awaiting'])} has not yet.")
    if new.decision is Decision.REFUSE and not new.reason:
        message = "A refusal needs a reason, so that the other side knows what to mend."
        raise InvalidContent(message, errors=[fault("/reason", message)])


async def _still_open(connection: AsyncConnection, locked: Locked, transition_id: UUID) -> None:
    if locked.proposal != transition_id:
        # Expiry is judged under the lock; no entry may have said it yet.
        expired = locked.expired == transition_id
        became = TransitionStatus.EXPIRED if expired else await proposals.status(connection, transition_id)
        raise ProposalClosed(
            f"This proposal is {became}; it can no longer be answered. The commitment is {locked.row['state']}.",
            transition_status=str(became),
            state=str(locked.row["state"]),
        )


def _still_possible(gone: list[Fault]) -> None:
    if gone:
        raise Conflict(f"It cannot take effect: {gone[0]['detail']}. Refuse it, or let its proposer take it back.")


def _said(transition_id: UUID, caller: Caller, locked: Locked, new: ConfirmationCreate) -> dict[str, Any]:
    return {
        "transition_id": transition_id,
        "party": caller.party,
        "id": locked.stamp.id,
        "decision": new.decision,
        "reason": new.reason,
        "principal_id": caller.principal_id,
        "decided_at": locked.stamp.at,
    }
