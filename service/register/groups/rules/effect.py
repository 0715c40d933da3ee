"""What a move changes of a working group once it takes effect. Pure.

The service writes these changes; the replay of the audit trail computes them again from the entries alone.
"""

from collections.abc import Mapping
from typing import Any, Final

from service.register.commissions.rules.group_role import GroupRole
from service.register.decisions.rules import mending
from service.register.decisions.rules.beside import Taking
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case, day_of
from service.register.groups.rules.evidence import MODELS, SHARED
from service.register.groups.rules.lifecycle import OWN, GroupAction
from service.register.groups.rules.naming import OWNED, names
from service.register.groups.rules.requirements import Organisations


def moved(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return what a move changes of the group that puts nothing right and undoes nothing."""
    before, state = case.members, str(step.leads_to(case.left))
    after = {"state": state, **_facts(step, evidence, case)}
    if state != before["state"]:
        after["effective_on"] = day_of(step, evidence, case.at)
    return {name: value for name, value in after.items() if before[name] != value}


def taking(body: Mapping[str, Any]) -> Taking | None:
    """Return which commitments go along with the move, and to which group; None: none do."""
    match body.get("action"):
        case GroupAction.MERGE_INTO | GroupAction.DISSOLVE:
            return Taking(OWNED, "working_group_id", body.get("receiver_id"))
        case GroupAction.HAND_OVER:
            only = frozenset(one.key for one in names(body) if one.kind == OWNED)
            return Taking(OWNED, "working_group_id", body.get("receiver_id"), only)
    return None


def seated(organisations: Organisations, party: str, organisation: str, role: str | None) -> dict[str, Any]:
    """Return the organisations of the group once `party` has said what one of its own is there."""
    mine = organisations.get(party, {"co_lead": None, "members": []})
    lead = mine["co_lead"] if mine["co_lead"] != organisation else None
    members = [one for one in mine["members"] if one != organisation]
    if role == GroupRole.CO_LEAD:
        lead = organisation
    elif role == GroupRole.MEMBER:
        members = sorted([*members, organisation])
    others = {code: one for code, one in organisations.items() if code != party}
    return {**others, party: {"co_lead": lead, "members": members}} if lead or members else others


def _facts(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    match step.action:
        case GroupAction.RENAME:
            return {"titles": evidence["titles"]}
        case GroupAction.MERGE_INTO:
            return {"merged_into_id": evidence["receiver_id"]}
        case GroupAction.NAME_ORGANISATION if case.party:
            organisation, role = evidence["organisation_id"], evidence["role"]
            return {"organisations": seated(case.members["organisations"] or {}, case.party, organisation, role)}
        case GroupAction.NAME_CONTACTS:
            return _contacts(evidence, case)
    return {}


def _contacts(evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    known = {party: one for party, one in (case.members["contacts"] or {}).items() if party != case.party}
    said = {role: name for role, name in (evidence["contacts"] or {}).items() if name}
    return {"contacts": {**known, case.party: said} if said and case.party else known}


MENDING: Final = mending.Mending(moved, MODELS, SHARED, own=OWN)
effect: Final = MENDING.effect_of
