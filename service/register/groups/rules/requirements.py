"""What a move of a working group still lacks, and what no group can be. Pure: the day is given."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from typing_extensions import override

from service.errors import Fault, fault
from service.register.commissions.rules.group_role import GroupRole
from service.register.decisions.rules import matter
from service.register.decisions.rules.evidence import absent, always_needed
from service.register.groups.rules.evidence import MODELS
from service.register.groups.rules.lifecycle import LEADS, GroupAction, GroupState
from service.values import start

NEEDED: Final = always_needed(MODELS)
GIVEN: Final = ("value", "role", "contacts", "receiver_id")
"""What may be null, and must be said all the same."""
Organisations = Mapping[str, Mapping[str, Any]]
"""By party: its co-lead (an id, or null) and its members (ids, ascending)."""


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class Facts(matter.Facts):
    """What the rules of evidence look at: the group's state, and who leads it."""

    co_leads: tuple[str, ...] = ()

    @override
    def conditions(self, body: Mapping[str, Any]) -> dict[str, object]:
        """Return whether it is joint, and of an organisation that is named whether it is, or was, a co-lead."""
        known: dict[str, object] = {"is_joint": self.is_joint}
        if body.get("action") == GroupAction.NAME_ORGANISATION:
            known[LEADS] = body.get("role") == GroupRole.CO_LEAD or body.get("organisation_id") in self.co_leads
        return known


def facts(members: Mapping[str, Any], parties: Sequence[str], languages: Sequence[str]) -> Facts:
    """Return what the rules look at, from a group's members and the commission's parties and languages."""
    return Facts(
        state=GroupState(members["state"]),
        parties=tuple(parties),
        languages=tuple(languages),
        is_joint=members.get("is_joint", False),
        co_leads=tuple(co_leads(members["organisations"] or {}).values()),
    )


def co_leads(organisations: Organisations) -> dict[str, str]:
    """Return the co-lead of each party that has one."""
    return {party: one["co_lead"] for party, one in sorted(organisations.items()) if one["co_lead"]}


def roles(organisations: Organisations) -> Iterator[tuple[str, str, GroupRole]]:
    """Yield each organisation in the group, with its party and role."""
    for party, one in sorted(organisations.items()):
        if one["co_lead"]:
            yield one["co_lead"], party, GroupRole.CO_LEAD
        yield from ((member, party, GroupRole.MEMBER) for member in one["members"])


def unknown(members: Mapping[str, Any]) -> list[str]:
    """Return what is not known of a group that was founded: since when it is what it is, and what founded it."""
    if members["state"] in {GroupState.PROPOSED, GroupState.RETRACTED}:
        return []
    founded = members["founded_at_session_id"] or members["founding_act"]
    said = {"effective_on": members["effective_on"], "founding_act": founded}
    return [name for name, one in said.items() if one is None]


def missing(action: StrEnum, given: Mapping[str, Any], facts: Facts) -> list[Fault]:  # noqa: ARG001 -- of a group it depends on no fact
    """Return every piece of evidence that `action` needs here and that `given` (the body) does not hold."""
    return absent(NEEDED[action], given, GIVEN)


def impossible(given: Mapping[str, Any], facts: Facts, today: date) -> list[Fault]:  # noqa: ARG001 -- of a group it depends on no fact
    """Return what cannot be so, whatever the group: a day that lies ahead, a commitment named twice."""
    wrong = []
    if given.get("effective_on") and start(given["effective_on"]) > today:
        wrong.append(fault("/effective_on", f"lies in the future; today is {today} (UTC)"))
    listed = given.get("commitments") or []
    for place, one in enumerate(listed):
        if one in listed[:place]:
            wrong.append(fault(f"/commitments/{place}", "stands there twice; once is enough"))
    return wrong


def wrong_members(members: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what no group can be that is recorded: founded by nothing."""
    if not members["founded_at_session_id"] and not members["founding_act"]:
        yield "founding_act", "is needed, or founded_at_session_id: the act, or the session, that founded it"
