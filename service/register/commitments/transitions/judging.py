"""What is wrong with a proposal's evidence, all of it at once: shape, gaps, impossible facts, things it names."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database.columns import table
from service.errors import EvidenceMissing, Fault, InvalidContent, fault
from service.register.commissions.models import Session
from service.register.commitments import queries
from service.register.commitments.queries import Locked
from service.register.commitments.rules.effect import effect
from service.register.commitments.rules.evidence import MODELS, given
from service.register.commitments.rules.lifecycle import SPINE, Action, State, Step, refusal
from service.register.commitments.rules.requirements import impossible, missing
from service.register.commitments.writing import check_length, members
from service.register.groups.models import WorkingGroup
from service.trail.entry import timestamp

BELONGS = {"working_group_id": table(WorkingGroup), "carried_to_session_id": table(Session)}


def action_of(body: Mapping[str, Any], locked: Locked) -> Action:
    """Return the action that `body` asks for: 422 if it names none, 409 if there is no such action."""
    asked = body.get("action")
    if not isinstance(asked, str) or not asked:
        message = f"is needed: one of {', '.join(Action)}"
        raise InvalidContent(f"/action: {message}", errors=[fault("/action", message)])
    try:
        return Action(asked)
    except ValueError:
        raise refusal(asked[:40], locked.facts.state, locked.facts.for_step()) from None


def found_in(action: Action, body: Mapping[str, Any]) -> object:
    """Return the state in which an agreed commitment was found, as rows of the lifecycle ask for it."""
    if action is not Action.AGREE:
        return None
    return body["found_in"] if body.get("found_in") in SPINE else State.AGREED


async def judge(
    connection: AsyncConnection, row: Step, body: Mapping[str, Any], locked: Locked, also: list[Fault]
) -> tuple[dict[str, Any], datetime | None]:
    """Return the evidence as the entry will say it, and the proposal's end; 422 with everything that is wrong."""
    read, wrong = _read(row.action, body)
    wrong += also
    gaps = missing(row.action, body, locked.facts)
    if read is None or gaps or wrong:
        raise _refused(gaps, wrong)
    evidence, end = given(read), getattr(read, "expires_at", None)
    wrong = impossible(evidence, locked.facts, locked.stamp.at.date())
    wrong += await _changes(connection, locked, evidence.get("changes", {}))
    if end is not None and end <= locked.stamp.at:
        wrong.append(fault("/expires_at", f"lies in the past; it is now {timestamp(locked.stamp.at)}"))
    if wrong:
        raise _refused([], wrong)
    _fits(row, evidence, locked)
    return evidence, end


def _read(action: Action, body: Mapping[str, Any]) -> tuple[BaseModel | None, list[Fault]]:
    try:
        return MODELS[action].model_validate(body), []
    except ValidationError as found:
        # What is absent at the top is listed by `missing`, with what the case needs.
        return None, [
            fault("".join(f"/{part}" for part in one["loc"]), one["msg"])
            for one in found.errors(include_url=False)
            if one["type"] != "missing" or len(one["loc"]) > 1
        ]


async def _changes(connection: AsyncConnection, locked: Locked, changes: Mapping[str, Any]) -> list[Fault]:
    named = [(name, UUID(changes[name])) for name in BELONGS if changes.get(name)]
    there = await queries.belong(connection, locked.row["commission_id"], [(BELONGS[name], key) for name, key in named])
    return [
        fault(f"/changes/{name}", "there is none with this id in this commission")
        for (name, _), found in zip(named, there, strict=True)
        if not found
    ]


def _fits(row: Step, evidence: Mapping[str, Any], locked: Locked) -> None:
    if row.action is not Action.AMEND:
        return
    before = members(locked.row)
    after = effect(row, evidence, before)
    if not after:
        message = "nothing would change: these are the facts already"
        raise InvalidContent(message, errors=[fault("/changes", message)])
    empty = [name for name in ("titles", "texts") if not {**before, **after}[name]]
    if empty:
        message = "must keep at least one language"
        raise InvalidContent(message, errors=[fault(f"/changes/{name}", message) for name in empty])
    check_length({**before, **after}, "/changes")


def _refused(gaps: list[Fault], wrong: list[Fault]) -> InvalidContent:
    errors = gaps + wrong
    listed = "; ".join(f"{one['pointer']} {one['detail']}" for one in errors[:8])
    kind = EvidenceMissing if gaps else InvalidContent
    return kind(f"{len(errors)} thing(s) to mend: {listed}.", errors=errors)
