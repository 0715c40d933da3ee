"""What a move changes of a charter once it takes effect. Pure.

The service writes these changes; the replay of the audit trail computes them again from the entries alone.
"""

from collections.abc import Mapping
from typing import Any, Final

from service.register.commissions.rules.charter.evidence import MODELS, SHARED
from service.register.commissions.rules.charter.lifecycle import CharterAction, CharterState
from service.register.decisions.rules import mending
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case, day_of
from service.register.decisions.rules.patching import merge_patch
from service.trail.entry import timestamp
from service.trail.reopening import acknowledged

_BLANK: Final[Mapping[str, Any]] = {
    **{name: [] for name in ("parties", "outside", "auditors")},
    **{name: {} for name in ("entered", "departed", "secretariats", "step_templates")},
}


def moved(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return what a move changes of the charter that puts nothing right and undoes nothing."""
    before, state = case.members, str(step.leads_to(case.left))
    after = {"state": state, **_facts(step, evidence, case)}
    if state != before["state"]:
        after["effective_on"] = day_of(step, evidence, case.at)
    return {name: value for name, value in after.items() if before[name] != value}


def _facts(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    match step.action:
        case CharterAction.JOIN | CharterAction.ACCEDE:
            return _entered(step, evidence, case)
        case CharterAction.LEAVE:
            return _departed(evidence, case)
        case CharterAction.AMEND:
            return {name: merge_patch(case.members[name], value) for name, value in evidence["changes"].items()}
        case CharterAction.DISSOLVE:
            return {"successor": evidence.get("successor")}
    return _named(step, evidence, case)


def audited(members: Mapping[str, Any], auditor: str, action: str = CharterAction.APPOINT_AUDITOR) -> list[str]:
    """Return the auditors of the charter with these members, once one of them is appointed or dismissed."""
    others = {*members["auditors"]} - {auditor}
    return sorted(others | {auditor} if action == CharterAction.APPOINT_AUDITOR else others)


def _known(case: Case) -> dict[str, Any]:
    """Return the members, where a correction asks what a move brings to a charter of which nothing is known."""
    return {**_BLANK, **{name: value for name, value in case.members.items() if value is not None}}


def _named(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return what changes of who stands in the charter: a party's secretariat, who audits, who has yet to acknowledge a log."""
    before, party = _known(case), str(case.party)
    match step.action:
        case CharterAction.ACKNOWLEDGE_LOG:
            return {"reopened": acknowledged(case.members["reopened"], party)}
        case CharterAction.SET_STEP_TEMPLATE:
            return {"step_templates": _templates(evidence, case, before["step_templates"])}
        case CharterAction.NAME_SECRETARIAT:
            return {"secretariats": {**before["secretariats"], party: evidence["secretariat_id"]}}
        case CharterAction.APPOINT_AUDITOR | CharterAction.DISMISS_AUDITOR:
            return {"auditors": audited(before, evidence["principal_id"], step.action)}
    return {}


def _templates(evidence: Mapping[str, Any], case: Case, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return the templates by party and kind, each with the number of the entry that set it; the same again changes nothing."""
    mine, kind, party = dict(kept.get(str(case.party), {})), evidence["kind"], str(case.party)
    said = {"steps": evidence["steps"], "source": evidence.get("source")}
    known = mine.pop(kind, None)
    if known and {name: known[name] for name in said} == said:
        return dict(kept)
    mine |= {kind: {**said, "entry": case.seq}} if evidence["steps"] else {}
    return {**{one: it for one, it in kept.items() if one != party}, **({party: mine} if mine else {})}


def _entered(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return what changes when a party begins to take part: from that moment on it is awaited."""
    before, party = _known(case), evidence["party"]
    since = {"by": str(step.action), "on": evidence["effective_on"], "at": timestamp(case.at)}
    # Of one that was unsettled each party begins anew, since nobody had confirmed anything.
    unsettled = case.members["state"] == CharterState.UNSETTLED
    parties = before["parties"] if party in before["parties"] else [*before["parties"], party]
    named = evidence.get("secretariat_id")
    return {
        "parties": parties,
        "outside": [one for one in before["outside"] if one != party],
        "entered": {**before["entered"], **dict.fromkeys(parties if unsettled else [party], since)},
        "secretariats": {**before["secretariats"], **({party: named} if named else {})},
    }


def _departed(evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return what changes when a party leaves; where one remains it keeps the register alone, and the other may join again."""
    before, party = _known(case), str(case.party)
    alone = case.facts.conditions({})["one_remains"]
    told = {"on": evidence["effective_on"], "notified_on": evidence["notified_on"], "at": timestamp(case.at)}
    return {
        "parties": before["parties"] if alone else [one for one in before["parties"] if one != party],
        "outside": [*before["outside"], party] if alone else before["outside"],
        "entered": {one: since for one, since in before["entered"].items() if one != party},
        "departed": {**before["departed"], party: told},
        "reopened": acknowledged(case.members["reopened"], party),
        "secretariats": {one: office for one, office in before["secretariats"].items() if one != party},
    }


MENDING: Final = mending.Mending(
    moved,
    MODELS,
    SHARED,
    unsure={
        CharterAction.JOIN: {"effective_on": None},
        CharterAction.ACCEDE: {"effective_on": None},
        CharterAction.LEAVE: dict.fromkeys(("effective_on", "notified_on")),
    },
    own={
        CharterAction.NAME_SECRETARIAT: "its secretariat",
        CharterAction.ACKNOWLEDGE_LOG: "the log that it acknowledges",
        CharterAction.SET_STEP_TEMPLATE: "the template",
    },
)
effect: Final = MENDING.effect_of
