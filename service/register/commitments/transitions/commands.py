"""Proposing a move, answering a proposal, taking one's own back: each locks the commitment's row first."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import (
    Conflict,
    InvalidContent,
    NotPermitted,
    OwnProposal,
    ProposalClosed,
    fault,
)
from service.permissions import Caller, Permission
from service.register.commitments import queries
from service.register.commitments.models import Decision, TransitionStatus
from service.register.commitments.moves import CLOSED, Move, answered, closed, opened
from service.register.commitments.queries import Locked, Row
from service.register.commitments.rules.matter import COMMITMENT
from service.register.commitments.rules.naming import names
from service.register.commitments.transitions import queries as proposals
from service.register.commitments.transitions.schemas import ConfirmationCreate, WithdrawalCreate
from service.register.commitments.writing import save, take_effect
from service.register.decisions.rules.judging import Judged, judge, step_of, still_possible
from service.register.decisions.rules.matter import Found, Name
from service.trail.version import Versions, check_version


async def propose(
    connection: AsyncConnection, caller: Caller, commitment_id: UUID, body: Mapping[str, Any], version: Versions
) -> Mapping[str, Any]:
    """Propose a move and return the transition; where nobody else need confirm, it takes effect at once.

    409 if the lifecycle has no such step or a proposal is open, 403, 422 with everything that is missing or wrong.
    """
    locked, found = await _lock(connection, caller, commitment_id, names(body), caller)
    check_version(version, locked.row["seq"])
    step = step_of(COMMITMENT, locked.facts, body)
    locked.require_nothing_open()
    locked.standing.require(step.permission)
    judged = judge(COMMITMENT, step, locked.case(found), body)
    return await _open(connection, caller, locked, judged)


async def _open(connection: AsyncConnection, caller: Caller, locked: Locked, judged: Judged) -> Mapping[str, Any]:
    """Open the proposal, or let it take effect where it awaits nobody; return the transition."""
    at, awaits = locked.stamp.at, locked.others(caller.party)
    move = Move(locked.stamp.id, judged, judged.step.leads_to(locked.facts.left), caller.party, awaits)
    data, changes = {"proposal": move.described()}, move.opened()
    if not awaits:
        data["effective"], changes = take_effect(judged.step, judged.evidence, locked.row)
    made = move.row(locked.row["id"], caller, at)
    await save(connection, caller, locked, "transition.proposed", data, changes, [opened(made)])
    confirmed_at = None if awaits else at
    return {**made, "reference": locked.row["reference"], "confirmations": [], "confirmed_at": confirmed_at}


async def answer(
    connection: AsyncConnection, caller: Caller, transition_id: UUID, new: ConfirmationCreate
) -> Mapping[str, Any]:
    """Add a party's confirmation or refusal and return the transition; the last confirmation makes it take effect.

    409 if the proposal is closed, the caller's own, or already confirmed by its party; 403; 422 without a reason.
    """
    known, locked, found = await _lock_proposed(connection, caller, transition_id)
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
        still_possible(COMMITMENT, found)
        status = TransitionStatus.EFFECTIVE
        step = step_of(COMMITMENT, locked.facts, _body(known))
        data["effective"], changes = take_effect(step, known["evidence"], locked.row)
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
) -> tuple[Row, Locked, Mapping[Name, Found | None]]:
    """Lock what a proposal is about; return the proposal, the commitment, and what was found under what it names."""
    if found := await proposals.get_for_update(connection, caller, transition_id):
        return *found, {}
    known = await proposals.get(connection, caller, transition_id)
    return known, *await _lock(connection, caller, known["commitment_id"], names(_body(known)), None)


def _body(known: Row) -> dict[str, Any]:
    return {**known["evidence"], "action": known["action"]}


async def _lock(
    connection: AsyncConnection, caller: Caller, commitment_id: UUID, named: list[Name], seeing: Caller | None
) -> tuple[Locked, Mapping[Name, Found | None]]:
    """Lock the commitment and the others that the proposal names, by ascending id; return what was found under each name."""
    found = {name: await queries.find(connection, name, seeing, commitment_id) for name in named}
    others = {one.id: name for name, one in found.items() if one and one.id and not one.is_itself and one.is_beside}
    for other, name in sorted(others.items()):
        if other < commitment_id:
            found[name] = Found(is_open=await queries.lock_open(connection, other))
    locked = await queries.get_for_update(connection, caller, commitment_id)
    for other, name in sorted(others.items()):
        if other > commitment_id:
            found[name] = Found(is_open=await queries.lock_open(connection, other))
    return locked, found


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
