"""How reports and metrics spell what entries tell: what stands by its id by its name, and moments as every answer has them. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from service.register.commitments.rules.leads import leads
from service.register.decisions.rules.titles import title_of
from service.register.groups.rules.lifecycle import GroupState
from service.register.history.rules.lives import Known, Life

Data = dict[str, Any]
_ORGANISATION: Final = ("id", "code", "name")


def moment(at: str) -> str:
    """Return a moment that an entry tells, spelled as all answers do: entries tell microseconds where there are none, too."""
    return at.replace(".000000Z", "Z")


def commission(known: Known) -> Data:
    """Return what the commission is called."""
    return {"id": known.commission, "code": known.charter["code"], "name": title_of(known.charter["titles"])}


def session(known: Known, key: str | None) -> Data | None:
    """Return what a session is called; None where no entry tells of it. That of a working group begins with the group's code."""
    if (life := known.lives.get(key or "")) is None:
        return None
    ordinal, of_group = life.members["ordinal"], life.members["working_group_id"]
    whose = known.charter["code"] if of_group is None else _code_of(known.lives.get(of_group))
    code = f"{whose}/{ordinal:02d}" if ordinal and whose else None
    return {"id": life.id, "code": code, "name": f"Session {ordinal}" if ordinal else "Extraordinary session"}


def _code_of(group: Life | None) -> str | None:
    """Return the code of a working group; None of one that only its parties may know, and of which no entry tells it."""
    if group is None or group.members["state"] in {GroupState.PROPOSED, GroupState.RETRACTED}:
        return None
    code: str | None = group.members["code"]
    return code


def group(known: Known, key: str | None) -> Data | None:
    """Return what a working group is called; None where no entry tells of it. Of one that began before groups had trails no entry tells a code."""
    if (life := known.lives.get(key or "")) is None:
        return None
    return {"id": life.id, "code": life.members["code"], "name": title_of(life.members["titles"])}


def lead_organisations(party_facts: Mapping[str, Data], names: Mapping[str, Data]) -> dict[str, list[Data]]:
    """Return by party who leads, the first of each one first, as far as the registry tells what it is called."""
    return {
        party: [{name: names[one][name] for name in _ORGANISATION} for one in led]
        for party, facts in party_facts.items()
        if (led := [one for one in leads(facts) if one in names])
    }
