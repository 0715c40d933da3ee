"""What a party's confirmation brings beside its yes: what the rules of the matter ask of it, and nothing else."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from service.database.statement import Connection
from service.errors import Fault, fault
from service.permissions import Caller
from service.register.decisions.engine.locking import Locked
from service.register.decisions.engine.matter import Row
from service.register.decisions.models import Decision
from service.register.decisions.rules.matter import Name
from service.register.decisions.schemas import BRINGS


def brought_before(locked: Locked, transition_id: UUID) -> dict[str, Any]:
    """Return what confirmations of this proposal have brought before."""
    known = locked.row.get("brought") or {}
    if known.get("transition") != str(transition_id):
        return {}
    return {name: one for name, one in known.items() if name != "transition"}


async def wrongly_brought(
    connection: Connection, caller: Caller, known: Row, locked: Locked, sound: Mapping[str, Any]
) -> list[Fault]:
    """Return what a confirmation lacks, or brings that is not asked of it."""
    rules, given = locked.matter.rules, {name: sound[name] for name in BRINGS if sound.get(name)}
    confirms = sound.get("decision") == Decision.CONFIRM
    asked = rules.asked(known["action"], known["evidence"], locked.row, caller.party) if confirms else ()
    names = {one.name for one in asked}
    wrong = [fault(f"/{name}", "is not asked of this answer; leave it out") for name in sorted(given.keys() - names)]
    for one in asked:
        if one.name not in given:
            wrong.append(fault(f"/{one.name}", f"is needed: {one.said}"))
            continue
        name = Name(f"/{one.name}", one.kind, given[one.name])
        found = rules.wrong_name(name, await locked.matter.find(connection, name, caller, locked.row["id"]))
        wrong += [found] if found else []
    return wrong


def unreasoned(sound: Mapping[str, Any]) -> Iterator[Fault]:
    """Return what is wrong with a refusal that says no reason."""
    if sound.get("decision") == Decision.REFUSE and not sound.get("reason"):
        yield fault("/reason", "is needed for a refusal, so that the other side knows what to mend")
