"""What a move of a charter still lacks, what it names, and what cannot be so. Pure: the day is given."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from service.errors import Fault, fault
from service.register.commissions.rules.charter.evidence import MODELS
from service.register.commissions.rules.charter.lifecycle import CharterAction, CharterState
from service.register.decisions.rules import matter
from service.register.decisions.rules.evidence import absent, always_needed
from service.register.decisions.rules.matter import UNDOES, Found, Name
from service.register.decisions.rules.mending import CORRECTS
from service.register.decisions.rules.origins import ENTRY, entry_named, wrong_entry
from service.values import start

NEEDED: Final = always_needed(MODELS)
GIVEN: Final = ("value",)
"""What may be null or false, and must be said all the same."""
ORGANISATION: Final = "organisation"
"""The kind of a name that is the id of an organisation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts(matter.Facts):
    """What the rules of evidence look at: the charter's state, and who its parties are."""


def facts(members: Mapping[str, Any], parties: Sequence[str], languages: Sequence[str]) -> Facts:
    """Return what the rules look at, from a charter's members."""
    return Facts(state=CharterState(members["state"]), parties=tuple(parties), languages=tuple(languages))


def missing(action: StrEnum, given: Mapping[str, Any], _: Facts) -> list[Fault]:
    """Return every piece of evidence that `action` needs and that `given` (the body) does not hold."""
    return absent(NEEDED[action], given, GIVEN)


def impossible(given: Mapping[str, Any], _: Facts, today: date) -> list[Fault]:
    """Return what cannot be so, whatever the charter: a day that lies ahead, a language twice."""
    changes = given.get("changes") or {}
    languages = Counter(one for one in changes.get("languages") or () if isinstance(one, str))
    wrong = [
        fault("/changes/languages", f"names {one} more than once") for one, times in languages.items() if times > 1
    ]
    days = {"effective_on": given, "changes/founded_on": changes}
    for name, said in days.items():
        day = said.get(name.rpartition("/")[2])
        if day and start(day) > today:
            wrong.append(fault(f"/{name}", f"lies in the future; today is {today} (UTC)"))
    return wrong


def names(body: Mapping[str, Any]) -> list[Name]:
    """Return what `body` names, as far as it is spelled as a name is; what is not is told as a wrong shape."""
    match body.get("action"):
        case CharterAction.REINSTATE:
            return entry_named(body, UNDOES)
        case CharterAction.CORRECT:
            return entry_named(body, CORRECTS)
        case CharterAction.NAME_SECRETARIAT:
            return _organisation(body.get("secretariat_id"))
    return []


def wrong_name(name: Name, found: Found | None) -> Fault | None:
    """Return what is wrong with what was found under a name."""
    if name.kind == ENTRY:
        detail = wrong_entry(found, "commission")
    else:
        detail = None if found else "names no organisation of your own party"
    return fault(name.pointer, detail) if detail else None


def _organisation(said: object) -> list[Name]:
    try:
        return [Name("/secretariat_id", ORGANISATION, str(UUID(str(said))))]
    except ValueError:
        return []
