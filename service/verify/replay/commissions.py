"""Replaying a commission's own entries: its founding, its sessions, its working groups. Pure.

Each function takes the register and one entry whose data has its shape, changes the register, and raises `Broken`.
"""

from typing import Any

from service.register.commissions.rules import derived
from service.register.commissions.rules.charter.effect import audited
from service.register.commissions.rules.charter.founding import APPOINTED, FOUNDED, founded
from service.register.commissions.rules.charter.lifecycle import ENTERING, CharterState
from service.register.groups.rules import derived as groups
from service.register.groups.rules.effect import seated
from service.register.groups.rules.requirements import roles
from service.trail.reopening import REOPENED, reopened
from service.verify.canonical import Entry
from service.verify.replay import decisions
from service.verify.replay.matters import RULES
from service.verify.replay.register import Register, Subject
from service.verify.replay.registry import REGISTRY
from service.verify.replay.shape import OF_CHARTERS, OF_COMMISSIONS, hold_to_shape, require, spelled
from service.verify.replay.tellings import Tellings

Members = dict[str, Any]
_SESSION = ("state", "venue", "starts_on", "ends_on", "minutes_reference", "co_chairs")


def replay(register: Register, subject: Subject, entry: Entry) -> None:
    """Replay one entry of the commission itself."""
    kind, data = entry.kind, entry.data
    require(entry.v == 1 or ("commission", entry.v) in RULES, f"no entry of a commission has the version {entry.v}")
    hold_to_shape(OF_COMMISSIONS if entry.v == 1 else OF_CHARTERS, kind, data)
    if kind in {FOUNDED, APPOINTED}:
        require(entry.party is None, "the administrator does this, who acts for no party")
        require((kind == FOUNDED) == (not register.id), "a commission is founded once, before all else")
        if not register.id:
            _founded(register, subject, entry)
        else:
            # Before its parties appointed them.
            register.charter["auditors"] = audited(register.charter, data["principal_id"])
        return
    if kind == REOPENED:
        require(entry.party is None and entry.actor == REGISTRY, "a log is reopened by the operator")
        inside = [one for one in register.parties if one not in register.charter["outside"]]
        register.charter["reopened"] = reopened(data, inside, entry.recorded_at)
        return
    if entry.v > 1:
        _decide(register, subject, entry, _party(register, subject, entry))
        return
    party = register.party_of(entry)
    require(data.get("commission_id", register.id) == register.id, "it names another commission")
    _REPLAYS[kind](register, party, data)
    if kind in {derived.RECORDED, derived.CHANGED, groups.FOUNDED, groups.CHANGED}:
        register.spoken.setdefault(data["id"], Tellings()).add(subject.index, subject.last.leaf)


def _founded(register: Register, subject: Subject, entry: Entry) -> None:
    members = founded(entry.data)
    parties, languages, outside = (members[name] for name in ("parties", "languages", "outside"))
    require(
        entry.data.get("id", entry.commission) == entry.commission,
        "the commission that is founded is not the log's own",
    )
    require(len({*parties}) == len(parties), "a party stands twice in the founding")
    require(len({*languages}) == len(languages), "a language stands twice in the founding")
    require(members["code"].partition(".")[0] == "-".join(parties), "the commission's code does not name its parties")
    inside = [one for one in parties if one not in outside]
    require(outside == [one for one in parties if one not in inside], "who takes no part in the register is no party")
    require(not outside or len(inside) == 1, "either one party keeps it alone, or all take part in the register")
    if members["state"] == CharterState.FOUNDED:
        require(not members["secretariats"], "a party's secretariat is named by its registrar, and by nobody else")
    else:
        # So it was founded when the administrator named the secretariats.
        kept = members["state"] == CharterState.KEPT
        require(kept == bool(outside), "it is kept where one party keeps it alone, and only there")
        named = sorted(members["secretariats"])
        require(named == sorted(inside), "who takes part in the register has a secretariat there")
    register.id, register.charter = entry.commission, members
    subject.facts, subject.is_joint, subject.rules = members, True, RULES["commission", 2]
    subject.tells()


def _party(register: Register, subject: Subject, entry: Entry) -> str:
    """Return the party for which the entry was written: one that takes part, or that is to begin to and says so."""
    about = entry.data.get("proposal") or (subject.waiting.proposal if subject.waiting else None)
    if about and about["action"] in ENTERING and entry.party and about["evidence"].get("party") == entry.party:
        return entry.party
    return register.party_of(entry)


def _decide(register: Register, subject: Subject, entry: Entry, party: str) -> None:
    """Replay a move of the charter."""
    if subject.waiting or "expired" in entry.data or "party_left" in entry.data:
        decisions.end(register, subject, entry)
    decisions.replay(register, subject, entry, party)
    if "proposal" in entry.data or "effective" in entry.data:
        subject.tells()


def _record_session(register: Register, party: str, data: Members) -> None:
    require(data["host_party"] == party, f"{party} recorded a session of which {data['host_party']} is the host")
    require(data["id"] not in register.sessions, "this session is recorded already")
    _hold_to_one_matter(register, data["id"])
    ordinals = {one["ordinal"] for one in register.sessions.values()}
    require(data["ordinal"] not in ordinals, f"there is a session number {data['ordinal']} already")
    require(data["co_chairs"].keys() <= {party}, "a secretariat names its own party's co-chair alone")
    register.sessions[data["id"]] = members = derived.recorded(data)
    _held_has_a_date(members)


def _hold_to_one_matter(register: Register, key: str) -> None:
    """Raise `Broken` if what the commission's entry tells of has the id of another matter, whose trail goes on by its own rules."""
    others = (register.sessions, register.groups, register.subjects, register.instruments)
    require(not any(key in one for one in others), "its id is that of another matter")


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
    _hold_to_one_matter(register, data["id"])
    require(session is None or session in register.sessions, "it was founded at a session that the commission has not")
    taken = sum(one["sector"] == data["sector"] for one in register.groups.values())
    code = groups.code_of(register.code, data["sector"], taken)
    register.groups[data["id"]] = groups.founded(data, party, code)
    register.founders[data["id"]] = party


def _change_member(register: Register, party: str, data: Members) -> None:
    group = register.groups.get(data["id"])
    require(group is not None, "there is no such working group")
    require(data["id"] in register.spoken, "that group has a trail of its own")
    assert group is not None
    organisation, after = data["organisation_id"], data["after"]
    members = {one: (of, str(role)) for one, of, role in roles(group["organisations"])}
    of, before = members.pop(organisation, (party, None))
    require(of == party, f"{party} changed the part of an organisation of {of}")
    require(data["before"] == before, "what it says was there before is not what the entries before it say")
    require(after != before, "it changes nothing")
    require(after != "co_lead" or (party, "co_lead") not in members.values(), f"{party} would have two co-leads")
    group["organisations"] = seated(group["organisations"], party, organisation, after)


_REPLAYS = {
    "session.recorded": _record_session,
    "session.changed": _change_session,
    "working_group.founded": _found_group,
    "working_group.member_changed": _change_member,
}
