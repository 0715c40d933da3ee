"""What a move opens: a matter of another kind, recorded and entered by the same confirmation, with an entry in its own trail."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from service.database.statement import Connection
from service.permissions import Caller
from service.register.decisions.engine.locking import Locked
from service.register.decisions.engine.matter import Matter, Matters
from service.register.decisions.engine.moves import Move
from service.register.decisions.engine.writing import Effect, insert, proposed
from service.register.decisions.rules.beside import Opening
from service.register.decisions.rules.judging import Judged
from service.register.decisions.rules.matter import Case
from service.trail.entry import Entry


@dataclass(frozen=True, slots=True)
class Beside:
    """What is to be opened: its row, and as what it stands when it is entered."""

    matter: Matter
    opening: Opening
    row: dict[str, Any]
    case: Case


async def to_open(
    connection: Connection, matters: Matters, caller: Caller, locked: Locked, effect: Effect
) -> Beside | None:
    """Lock the series in which what the effect opens has its number; None: it opens nothing.

    It is locked before the entry of the move is written: until what was opened tells so, nothing else is numbered in it.
    """
    if not (opening := effect.opening):
        return None
    matter, row = next(one for one in matters if one.kind == opening.kind), locked.row
    numbering = matter.numbering
    assert numbering is not None
    assert numbering.draft is not None
    draft = await numbering.draft(connection, row["reference"].partition("/")[0], opening.id)
    members = {**opening.members, "reference": draft}
    begun = {
        **members,
        "id": UUID(opening.id),
        "commission_id": row["commission_id"],
        "draft_reference": draft,
        "recorded_by": caller.party,
        "is_joint": False,
    }
    numbers = await numbering.lock(connection, begun)
    facts = matter.rules.facts(begun, row["parties"], row["languages"])
    case = Case(members, facts, locked.stamp.at, {}, seq=0, party=caller.party, numbers=numbers)
    return Beside(matter, opening, begun, case)


async def open_beside(connection: Connection, caller: Caller, locked: Locked, beside: Beside, by: Entry) -> None:
    """Record and enter what a move opened; its entry names the one that told of the move, by its leaf hash."""
    opening = beside.opening
    judged = Judged(opening.step, opening.step.target, dict(opening.evidence), None)
    move = Move(UUID(opening.transition), opening.kind, judged, str(opening.step.target), caller.party, [])
    effect = proposed(beside.matter, move, beside.case)
    effect.told["opened_by"] = {"kind": locked.matter.kind, "id": str(locked.row["id"]), "leaf": by.leaf.hex()}
    await insert(connection, beside.matter, caller, beside.row, move, beside.case, effect)
