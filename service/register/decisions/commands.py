"""Proposing a move, answering a proposal, taking one's own back: for any matter, and each locks its row first."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from service.database.statement import Connection
from service.errors import Conflict, NotPermitted, OwnProposal, Stale
from service.errors.sent import NoObject, Sent
from service.permissions import Caller, Permission
from service.register.decisions import queries
from service.register.decisions.bringing import brought_before, unreasoned, wrongly_brought
from service.register.decisions.engine.attached import require_readable
from service.register.decisions.engine.beginning import with_trail
from service.register.decisions.engine.carrying import lock_beside, lock_carrier_first
from service.register.decisions.engine.following import lock_following
from service.register.decisions.engine.locking import Locked, lock
from service.register.decisions.engine.matter import Matter, Matters, Row
from service.register.decisions.engine.moves import CLOSED, Move, answer_row, answered, closed, opened
from service.register.decisions.engine.opening import to_open
from service.register.decisions.engine.proposals import ONE_BY_ONE, Proposals, lock_proposed
from service.register.decisions.engine.taking import write_beside
from service.register.decisions.engine.writing import Effect, proposed, save, take_effect
from service.register.decisions.models import Decision, TransitionStatus
from service.register.decisions.moved import named
from service.register.decisions.open_proposal import already_open, require_open
from service.register.decisions.rules import attached
from service.register.decisions.rules.ended import require_room_in
from service.register.decisions.rules.judging import Judged, judge, step_of, still_possible, unknown_action, with_end
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.own import require_open_to
from service.register.decisions.rules.reviewed import reviewed
from service.register.decisions.schemas import ConfirmationCreate, WithdrawalCreate
from service.register.decisions.unseen import require_seen, require_seen_by
from service.trail.append import EntryChange
from service.trail.version import Versions, check_version


async def propose(
    connection: Connection,
    matters: Matters,
    matter: Matter,
    caller: Caller,
    matter_id: UUID,
    body: Mapping[str, Any],
    version: Versions,
) -> Row:
    """Propose a move and return the transition; where nobody else need confirm, it takes effect at once.

    409 if the lifecycle has no such step or a proposal is open, 403, 422 with everything that is missing or wrong.
    """
    action = body.get("action")
    wanted = action if isinstance(action, str) else ""
    await lock_carrier_first(connection, matters, matter, caller, body)
    locked = await lock(connection, matter, caller, matter_id, attached.names(matter.rules, body), caller, wanted)
    check_version(version, max(locked.row["seq"], 0))
    step = _step(locked, body, caller.party)
    require_open_to(step, locked.row, caller.party)
    if not locked.has_room(step, caller.party):
        raise await already_open(connection, caller, locked)
    locked.standing.require(step.permission)
    require_room_in(locked.row, matter.kind, step.action)
    judged = judge(matter.rules, step, replace(locked.case, party=caller.party), body)
    return await _open(connection, matters, caller, locked, judged)


def _step(locked: Locked, body: Mapping[str, Any], party: str | None) -> Step:
    rules, facts = locked.matter.rules, locked.facts
    wrong = body.refusal() if isinstance(body, NoObject) else unknown_action(rules, facts, body)
    if wrong:
        # What is wrong in itself is told to who might propose something.
        locked.standing.require(*rules.lifecycle.permissions)
        raise wrong
    return step_of(rules, facts, body, party)


async def _open(connection: Connection, matters: Matters, caller: Caller, locked: Locked, judged: Judged) -> Row:
    """Open the proposal, or let it take effect where it awaits nobody; return the transition."""
    awaits = locked.awaits(judged.step, judged.evidence, caller.party)
    require_readable(locked.found, awaits, locked.row)
    require_seen_by(locked.found, awaits)
    locked = await with_trail(connection, matters, caller, locked)
    matter, row, at = locked.matter, locked.row, locked.stamp.at
    move = Move(locked.stamp.id, matter.kind, with_end(judged, awaits, at), judged.target, caller.party, awaits)
    case, companions = locked.case, None
    if not awaits:
        body = {**judged.evidence, "action": judged.step.action}
        locked, companions = await lock_beside(connection, matters, caller, locked, body)
        case = await locked.deciding(connection, judged.step, move.id)
    effect, made = proposed(matter, move, case), move.row(row["id"], row["commission_id"], caller, at)
    beside = await to_open(connection, matters, caller, locked, effect)
    if not awaits:
        companions = companions or await lock_following(connection, matters, locked, effect.told["effective"])
    others = [opened(made), *effect.beside, *_ended(locked, caller, judged.step, effect)]
    entry = await save(connection, caller, locked, "transition.proposed", effect.told, effect.columns, others)
    await write_beside(connection, caller, locked, entry, beside, companions)
    now = queries.named({**row, **effect.columns})
    told = {**made, **now, "confirmations": [], "confirmed_at": None if awaits else at}
    return named(locked, caller, queries.warned(matter, told))


def _ended(locked: Locked, caller: Caller, step: Step, effect: Effect) -> list[EntryChange]:
    """Return what closes the open proposal that the move ends, which its entry names: the party's own, or one that needs who leaves."""
    if not locked.proposal:
        return []
    if step.takes_back:
        status, said = TransitionStatus.WITHDRAWN, "withdrawn"
    elif step.action in locked.matter.rules.leaving and caller.party in _needed(locked.row):
        status = said = TransitionStatus.PARTY_LEFT
        effect.columns.update(CLOSED)
    else:
        return []
    effect.told[str(said)] = str(locked.proposal)
    return [closed(locked.proposal, status, locked.stamp.at)]


def _needed(row: Row) -> set[str]:
    """Return the parties that the open proposal needs: who made it, and whom it awaits."""
    return {row["proposed_by"], *row["awaiting"]}


async def answer(
    connection: Connection,
    matters: Matters,
    caller: Caller,
    transition_id: UUID,
    sent: Sent[ConfirmationCreate],
    proposals: Proposals = ONE_BY_ONE,
) -> Row:
    """Add a party's confirmation or refusal and return the transition; the last confirmation makes it take effect.

    Who has confirmed may refuse until then. `proposals`: who reads it, where many are answered. 409 if the proposal is closed, the
    caller's own, or confirmed by its party twice; 403; 422 without a reason.
    """
    known, locked = await _lock_proposed(connection, matters, caller, transition_id, proposals)
    new = await _read(connection, matters, caller, known, locked, sent)
    brings = new.brings()
    data = {"transition": str(transition_id), "reason": new.reason, **({"brings": brings} if brings else {})}
    said = answer_row(transition_id, caller, locked.stamp, new.decision, new.reason)
    kind, status, companions, beside = "transition.confirmed", TransitionStatus.OPEN, None, None
    awaiting, others = [party for party in locked.row["awaiting"] if party != caller.party], [answered(said)]
    if new.decision is Decision.REFUSE:
        kind, status = "transition.refused", TransitionStatus.REFUSED
        changes: Mapping[str, Any] = {**CLOSED, "refused_transition_id": transition_id}
    elif awaiting:
        brought = {"brought": {"transition": str(transition_id), **brings}} if brings else {}
        changes = {"awaiting": awaiting, **brought}
    else:
        locked, companions = await lock_beside(connection, matters, caller, locked, body_of(known))
        effect = await _last_confirmed(connection, locked, known, brings)
        beside = await to_open(connection, matters, caller, locked, effect)
        companions = companions or await lock_following(connection, matters, locked, effect.told)
        status, data["effective"], changes = TransitionStatus.EFFECTIVE, effect.told, effect.columns
        others += effect.beside
    if status is not TransitionStatus.OPEN:
        others.append(closed(transition_id, status, locked.stamp.at))
    entry = await save(connection, caller, locked, kind, data, changes, others)
    await write_beside(connection, caller, locked, entry, beside, companions)
    if beside or companions:
        proposals.others_changed()
    return await _answered(connection, caller, locked, known, said, status, changes)


async def _read(
    connection: Connection,
    matters: Matters,
    caller: Caller,
    known: Row,
    locked: Locked,
    sent: Sent[ConfirmationCreate],
) -> ConfirmationCreate:
    """Return the answer that was sent: its party may give it, it is of what was reviewed, and what it confirms may be seen."""
    await _may_answer(connection, caller, locked, known, sent.sound.get("decision"))
    new = sent.read([*unreasoned(sent.sound), *await wrongly_brought(connection, caller, known, locked, sent.sound)])
    _as_reviewed(known, locked, new)
    if new.decision is Decision.CONFIRM:
        agreed = known["action"] in locked.matter.rules.joining
        await require_seen(connection, matters, caller, known["evidence"], locked.row if agreed else {})
    return new


async def _answered(
    connection: Connection,
    caller: Caller,
    locked: Locked,
    known: Row,
    said: Row,
    status: TransitionStatus,
    changes: Mapping[str, Any],
) -> Row:
    """Return the transition as it is after this answer."""
    if len(known["awaited"]) > 1:
        # Others may have answered before; the locked read does not carry their answers.
        return named(locked, caller, await queries.now(connection, locked.matter, caller, known["id"]))
    at = locked.stamp.at
    done = {"status": status, "closed_at": at, "confirmed_at": at if status is TransitionStatus.EFFECTIVE else None}
    told = {**known, **queries.named({**locked.row, **changes}), **done, "confirmations": [said]}
    return named(locked, caller, queries.warned(locked.matter, told))


async def _last_confirmed(connection: Connection, locked: Locked, known: Row, brings: Mapping[str, Any]) -> Effect:
    """Return what a proposal changes that every party has confirmed; 409 where it cannot take effect any more."""
    rules = locked.matter.rules
    still_possible(rules, locked.found)
    require_room_in(locked.row, rules.kind, known["action"])
    step = step_of(rules, locked.facts, body_of(known))
    evidence = {**known["evidence"], **brought_before(locked, known["id"]), **brings}
    return take_effect(locked.matter, step, evidence, await locked.deciding(connection, step, known["id"]))


async def withdraw(
    connection: Connection, matters: Matters, caller: Caller, transition_id: UUID, sent: Sent[WithdrawalCreate]
) -> Row:
    """Take back a proposal of the caller's own party and return it; 409 if it is closed, 403 for anybody else."""
    known, locked = await _lock_proposed(connection, matters, caller, transition_id, ONE_BY_ONE)
    # Who begins to take part may propose nothing else, and takes that back too.
    locked.standing.require(Permission.PROPOSE, Permission.JOIN)
    if known["proposed_by"] != caller.party:
        raise NotPermitted(
            f"Only {known['proposed_by']}, which proposed it, takes it back. You may confirm or refuse it."
        )
    await require_open(connection, locked, transition_id)
    data = {"transition": str(transition_id), "reason": sent.read().reason}
    others = [closed(transition_id, TransitionStatus.WITHDRAWN, locked.stamp.at)]
    await save(connection, caller, locked, "transition.withdrawn", data, CLOSED, others)
    return named(locked, caller, await queries.now(connection, locked.matter, caller, transition_id))


async def _lock_proposed(
    connection: Connection, matters: Matters, caller: Caller, transition_id: UUID, proposals: Proposals
) -> tuple[Row, Locked]:
    """Lock what a proposal is about; return the proposal as it was made, with the locked matter."""
    if found := await lock_proposed(connection, matters, caller, transition_id, proposals):
        return found
    known = await queries.get(connection, matters, caller, transition_id)
    matter, body = next(one for one in matters if one.kind == known["matter_kind"]), body_of(known)
    await lock_carrier_first(connection, matters, matter, caller, body)
    return known, await lock(connection, matter, caller, known["matter_id"], attached.names(matter.rules, body))


def body_of(known: Row) -> dict[str, Any]:
    """Return the proposal as it was sent."""
    return {**known["evidence"], "action": known["action"]}


async def _may_answer(connection: Connection, caller: Caller, locked: Locked, known: Row, decision: str | None) -> None:
    locked.standing.require(Permission.CONFIRM)
    if known["awaited"] and caller.party not in {known["proposed_by"], *known["awaited"]}:
        raise NotPermitted(
            f"Only whom this awaits may answer it: {', '.join(known['awaited'])}. You act for {caller.party}."
        )
    await require_open(connection, locked, known["id"])
    awaiting = ", ".join(locked.row["awaiting"])
    if caller.party == locked.row["proposed_by"]:
        raise OwnProposal(f"{caller.party} proposed this; {awaiting} must confirm it.")
    if caller.party not in locked.row["awaiting"] and decision != Decision.REFUSE:
        raise Conflict(
            f"{caller.party} has confirmed this already; {awaiting} has not yet. "
            f"Until it takes effect {caller.party} may still refuse it, with a reason."
        )


def _as_reviewed(known: Row, locked: Locked, new: ConfirmationCreate) -> None:
    if new.reviewed is not None and new.reviewed != reviewed(known, locked.row["seq"]):
        raise Stale(
            f"{locked.row['reference']} has changed since '{known['action']}' was reviewed. Read it again, and answer with the "
            "`reviewed` that the list of transitions says now."
        )
