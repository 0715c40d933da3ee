"""What a move of a charter still lacks, what it names, and what cannot be so. Pure: the day is given."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from typing_extensions import override

from service.errors import Fault, fault
from service.register.commissions.rules.charter.evidence import MODELS
from service.register.commissions.rules.charter.lifecycle import ENTERING, CharterAction, CharterState
from service.register.decisions.rules import ended, matter
from service.register.decisions.rules.evidence import absent, always_needed
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import UNDOES, Asked, Found, Name
from service.register.decisions.rules.mending import CORRECTS
from service.register.decisions.rules.origins import ENTRY, entry_named, wrong_entry
from service.values import start

NEEDED: Final = always_needed(MODELS)
GIVEN: Final = ("value", "steps")
"""What may be null or false, and must be said all the same."""
ORGANISATION: Final = "organisation"
"""The kind of a name that is the id of an organisation."""
AUDITOR: Final = "auditor"
"""The kind of a name that is the id of an auditor."""
COMMISSION: Final = "commission"
"""The kind of a name that is the code of a commission, or its id."""
PARTY: Final = "party"
"""The kind of a name that is the code of a party."""
SUCCESSOR: Final = "successor"
"""Of a commission that is dissolved: the one that follows it."""
SECRETARIAT: Final = Asked("secretariat_id", ORGANISATION, "the organisation that is your secretariat here")


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class Facts(matter.Facts):
    """What the rules of evidence look at: the charter's state, and who its parties are."""

    inside: tuple[str, ...] = ()
    """Those that take part in the register."""
    log_awaits: tuple[str, ...] = ()
    """Those that have yet to acknowledge a log that was reopened."""
    without_secretariat: tuple[str, ...] = ()
    """Those that take part and have yet to name their secretariat."""

    @override
    def conditions(self, body: Mapping[str, Any]) -> dict[str, object]:
        """Return whether one party keeps it alone, or remains alone if one leaves, and whether a log that was reopened awaits a party."""
        return {
            "one_remains": len(self.inside) == 2,
            "one_keeps_it": len(self.inside) == 1,
            "log_awaits_acknowledgement": bool(self.log_awaits),
        }

    @override
    def made_by(self, party: str | None) -> dict[str, object]:
        """Return whether another party has yet to name its secretariat, where it is known who names one."""
        return {"another_is_awaited": any(one != party for one in self.without_secretariat)} if party else {}

    @property
    @override
    def pending(self) -> str:
        """Return whose secretariat has to be named before anything is proposed, while the commission is not in force."""
        is_founded = self.state is CharterState.FOUNDED
        return ended.awaits_secretariats(self.without_secretariat) if is_founded and self.without_secretariat else ""


def every_other(facts: Mapping[str, Any], party: str | None) -> list[str]:
    """Return the other parties that take part."""
    return [one for one in facts["parties"] if one not in facts["outside"] and one != party]


def awaits(step: Step, evidence: Mapping[str, Any], facts: Mapping[str, Any], party: str | None) -> list[str]:
    """Return whom a proposal awaits: every other party that takes part, and the one that is to begin to."""
    others = every_other(facts, party)
    entering = evidence.get("party") if step.action in ENTERING else None
    return others if entering in {None, party, *others} else [*others, str(entering)]


def asked(action: str, evidence: Mapping[str, Any], members: Mapping[str, Any], party: str | None) -> tuple[Asked, ...]:
    """Return what this party's confirmation has to bring: who begins to take part names its secretariat."""
    names = action in ENTERING and evidence["party"] == party and party not in members["secretariats"]
    return (SECRETARIAT,) if names else ()


def facts(members: Mapping[str, Any], parties: Sequence[str], languages: Sequence[str]) -> Facts:
    """Return what the rules look at, from a charter's members."""
    outside = members["outside"]
    return Facts(
        state=CharterState(members["state"]),
        parties=tuple(parties),
        languages=tuple(languages),
        inside=tuple(one for one in parties if one not in outside),
        log_awaits=tuple((members["reopened"] or {}).get("awaits", ())),
        without_secretariat=tuple(ended.without_secretariat({**members, "outside": outside, "parties": parties})),
    )


def unknown(members: Mapping[str, Any]) -> list[str]:
    """Return what is not known of a charter: when, and by what, it was founded, when parties came in or left, when it was dissolved."""
    days = {
        "entered": [one["on"] for one in members["entered"].values()],
        "departed": [one[name] for one in members["departed"].values() for name in ("on", "notified_on")],
        "effective_on": [members["effective_on"]] if members["state"] == CharterState.DISSOLVED else [],
    }
    founding = [name for name in ("founded_on", "founding_act") if members[name] is None]
    return [*founding, *(name for name, told in days.items() if None in told)]


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
    days = {"effective_on": given, "notified_on": given, "changes/founded_on": changes}
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
            return [
                *entry_named(body, CORRECTS),
                *(_text(body, "value", COMMISSION) if body.get("fact") == SUCCESSOR else ()),
            ]
        case CharterAction.DISSOLVE:
            return _text(body, SUCCESSOR, COMMISSION)
        case CharterAction.APPOINT_AUDITOR:
            return _identified(body, "principal_id", AUDITOR)
        case CharterAction.NAME_SECRETARIAT | CharterAction.JOIN | CharterAction.ACCEDE:
            return [*_text(body, "party", PARTY), *_identified(body, "secretariat_id", ORGANISATION)]
    return []


def wrong_name(name: Name, found: Found | None) -> Fault | None:
    """Return what is wrong with what was found under a name."""
    if name.kind == ENTRY:
        said = wrong_entry(found, "commission")
        return fault(name.pointer, said) if said else None
    return None if found else fault(name.pointer, _UNKNOWN[name.kind])


_UNKNOWN: Final = {
    ORGANISATION: "names no organisation of your own party; GET /v1/organisations lists them",
    AUDITOR: "names no principal of the kind 'auditor' that is active",
    COMMISSION: "names no other commission that you see; GET /v1/commissions lists them",
    PARTY: "names no party of this register; GET /v1/parties lists them",
}


def _text(body: Mapping[str, Any], member: str, kind: str) -> list[Name]:
    said = body.get(member)
    return [Name(f"/{member}", kind, said)] if isinstance(said, str) and said else []


def _identified(body: Mapping[str, Any], member: str, kind: str) -> list[Name]:
    try:
        return [Name(f"/{member}", kind, str(UUID(str(body.get(member)))))]
    except ValueError:
        return []
