"""Replaying a commission's own entries: its founding, its sessions, its working groups. Pure.

Each function takes the register and one entry whose data has its shape, changes the register, and raises `Broken`.
"""

from typing import Any

from service.register.commissions.rules import derived
from service.verify.canonical import Entry
from service.verify.replay.register import Register, Subject
from service.verify.replay.shape import COMMISSION_KINDS, hold_to_shape, require, spelled

Members = dict[str, Any]
_SESSION = ("state", "venue", "starts_on", "ends_on", "minutes_reference", "co_chairs")


def follow(register: Register, subject: Subject, entry: Entry) -> None:
    """Replay one entry of the commission itself."""
    kind, data = entry.kind, entry.data
    hold_to_shape(COMMISSION_KINDS, kind, data)
    if kind in {"commission.founded", "auditor.appointed"}:
        require(entry.party is None, "the administrator does this, who acts for no party")
        require((kind == "commission.founded") == (not register.id), "a commission is founded once, before all else")
        if not register.id:
            _founded(register, entry)
        return
    party = register.party_of(entry)
    require(data.get("commission_id", register.id) == register.id, "it names another commission")
    _REPLAYS[kind](register, party, data)
    if kind in {derived.RECORDED, derived.CHANGED}:
        told = subject.telling(entry, derived.told(kind, data))
        register.spoken.setdefault(data["id"], []).append(told)


def _founded(register: Register, entry: Entry) -> None:
    data = entry.data
    parties = tuple(one["party"] for one in data["parties"])
    require(data["id"] == entry.commission, "the commission that is founded is not the log's own")
    require(len({*parties}) == len(parties), "a party stands twice in the founding")
    require(len({*data["languages"]}) == len(data["languages"]), "a language stands twice in the founding")
    require(data["code"].partition(".")[0] == "-".join(parties), "the commission's code does not name its parties")
    register.id, register.code, register.parties = data["id"], data["code"], parties
    register.languages, register.unilateral = tuple(data["languages"]), data["rule"] == "unilateral"


def _record_session(register: Register, party: str, data: Members) -> None:
    require(data["host_party"] == party, f"{party} recorded a session of which {data['host_party']} is the host")
    require(data["id"] not in register.sessions, "this session is recorded already")
    ordinals = {one["ordinal"] for one in register.sessions.values()}
    require(data["ordinal"] not in ordinals, f"there is a session number {data['ordinal']} already")
    require(data["co_chairs"].keys() <= {party}, "a secretariat names its own party's co-chair alone")
    register.sessions[data["id"]] = members = derived.recorded(data)
    _held_has_a_date(members)


def _change_session(register: Register, party: str, data: Members) -> None:
    session = register.sessions.get(data["id"])
    require(session is not None, "there is no such session")
    require(data["id"] in register.spoken, "that session has a trail of its own")
    assert session is not None
    before, after = derived.renamed(data["before"]), derived.renamed(data["after"])
    known = {name: session[name] for name in _SESSION if name in after}
    require(spelled(before) == spelled(known), "what it says was there before is not what the entries before it say")
    require(session["host_party"] == party or after.keys() <= {"co_chairs"}, "only the host changes its session")
    chairs = [{code: one for code, one in found.items() if code != party}
              for found in (session["co_chairs"], after.get("co_chairs", session["co_chairs"]))]  # fmt: skip
    require(chairs[0] == chairs[1], "a secretariat names its own party's co-chair alone")
    session |= after
    _held_has_a_date(session)


def _held_has_a_date(session: Members) -> None:
    require(session["state"] != "held" or session["starts_on"], "a session that was held has a date")


def _found_group(register: Register, party: str, data: Members) -> None:
    session = data["founded_at_session_id"]
    require(data["id"] not in register.groups, "this working group is founded already")
    require(session is None or session in register.sessions, "it was founded at a session that the commission has not")
    register.groups[data["id"]] = {data["co_lead_organisation_id"]: (party, "co_lead")}


def _change_member(register: Register, party: str, data: Members) -> None:
    members = register.groups.get(data["id"])
    require(members is not None, "there is no such working group")
    assert members is not None
    organisation, after = data["organisation_id"], data["after"]
    of, before = members.pop(organisation, (party, None))
    require(of == party, f"{party} changed the part of an organisation of {of}")
    require(data["before"] == before, "what it says was there before is not what the entries before it say")
    require(after != before, "it changes nothing")
    require(after != "co_lead" or (party, "co_lead") not in members.values(), f"{party} would have two co-leads")
    if after:
        members[organisation] = (party, after)


_REPLAYS = {
    "session.recorded": _record_session,
    "session.changed": _change_session,
    "working_group.founded": _found_group,
    "working_group.member_changed": _change_member,
}
