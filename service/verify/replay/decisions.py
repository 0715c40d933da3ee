"""Replaying what parties decide, whatever the matter: proposals, answers, ends, and what takes effect. Pure.

What takes effect is computed anew from the evidence, never believed; `evidence.py` judges what a proposal brings.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from service.register.commissions.rules.charter.lifecycle import CharterAction
from service.register.decisions.rules.ended import FOUNDED, UNSETTLED, has_left, has_room_in
from service.register.decisions.rules.lifecycle import Step, Who
from service.register.decisions.rules.matter import Made, Rules
from service.register.decisions.rules.own import has_room, is_open_to
from service.register.decisions.rules.paths import forgotten
from service.verify.canonical import Entry
from service.verify.replay import documents
from service.verify.replay.evidence import as_today, case_of, hold_to_names, hold_to_readers, judge, lasts
from service.verify.replay.matters import FOLLOWED, RULES
from service.verify.replay.register import Opened, Register, Subject, Taken, Waiting
from service.verify.replay.shape import Broken, require, spelled

Members = Mapping[str, Any]
EXTENDED: Final = "instrument.extended"
Replay = Callable[[Register, Subject, Entry, str], None]


def replay(register: Register, subject: Subject, entry: Entry, party: str) -> None:
    """Replay a proposal of the subject, an answer to one, or what it tells of a document; raises `Broken` with the rule that it breaks."""
    REPLAYS[entry.kind](register, subject, entry, party)


def replay_its_own(register: Register, subject: Subject, entry: Entry, noun: str, record: Replay) -> None:
    """Replay an entry of a matter, "a session" say, that is recorded once, before all else, and then moves; raises `Broken`."""
    kind, data = noun.partition(" ")[2].replace(" ", "_"), entry.data
    recorded = entry.kind == f"{kind}.recorded"
    party = register.party_of(entry)
    require((kind, entry.v) in RULES, f"no entry of {noun} has the version {entry.v}")
    require(recorded == (not subject.facts), f"{noun} is recorded once, before all else")
    subject.rules = RULES[kind, entry.v]
    waits = register.taken_along.get(entry.subject)
    require(not waits or entry.kind == EXTENDED, "it does not say first that it went along with another's move")
    if subject.waiting or "expired" in data or "party_left" in data:
        end(register, subject, entry)
    if recorded:
        _hold_to_room(register, kind, "record")
        record(register, subject, entry, party)
    else:
        replay(register, subject, entry, party)
    if recorded or "proposal" in data or "effective" in data:
        subject.tells()


def end(register: Register, subject: Subject, entry: Entry) -> None:
    """Close a proposal that ended by itself: the entry that comes after it names it."""
    waiting, told = subject.waiting, entry.data
    expired = left = None
    if waiting and not lasts(waiting.proposal, entry.recorded_at):
        expired = waiting.proposal["transition"]
        require("expired" in told, "it does not say that the proposal before it had expired")
    elif waiting and (departed := register.charter["departed"]) and _lacks(departed, waiting):
        left = waiting.proposal["transition"]
        require("party_left" in told, "it does not say that a party had left which the proposal before it needs")
    require(told.get("expired") == expired, "it says that a proposal expired which did not")
    over = told.get("party_left")
    require(over == left or _leaves(told), "it says that a proposal is over since a party left, which it is not")
    if expired or left:
        subject.waiting = None


def _lacks(departed: Members, waiting: Waiting) -> bool:
    """Return whether a party has left that the proposal needs, since it was made."""
    return has_left(departed, {waiting.by, *waiting.awaiting}, datetime.fromisoformat(waiting.at))


def _leaves(told: Members) -> bool:
    """Return whether the entry itself tells of a party that leaves, which ends what needs it."""
    return bool(told.get("proposal")) and told["proposal"]["action"] == CharterAction.LEAVE


def open_proposal(register: Register, rules: Rules[Any], subject: Subject, entry: Entry, party: str) -> None:
    """Open the proposal that the entry tells of; where it awaits nobody it takes effect at once."""
    proposal = entry.data["proposal"]
    if subject.waiting:
        rows = [row for row in rules.lifecycle.steps if row.action == proposal["action"]]
        room = any(has_room(row, subject.waiting.by, party) for row in rows)
        require(room, "a proposal is open already; one at a time")
    known = register.known(subject)
    row, case = judge(register, rules, subject, known, proposal, entry.recorded_at, party)
    if not is_open_to(row, known, party):
        raise Broken(f"it was done for {party}, which another party alone may do")
    _hold_to_room(register, rules.kind, row.action)
    awaits = [] if row.who is Who.OWN else rules.awaits(row, proposal["evidence"], known, party)
    if proposal["awaits"] != awaits:
        raise Broken(f"it must await {', '.join(awaits) or 'nobody'}")
    if case.found:
        hold_to_readers(register, case, awaits)
    require(proposal["expires_at"] or not awaits or not rules.frees, "it awaits others, and says no end")
    opened = Waiting(proposal, row, party, list(awaits), entry.recorded_at)
    _take_back(subject, row, entry)
    if row.action in rules.leaving:
        _leave(subject, entry, party)
    if row.who is Who.OWN:
        _conclude(register, subject, opened, entry)
        return
    subject.waiting = opened
    _settle(register, subject, opened, entry)


def _hold_to_room(register: Register, kind: str, action: str) -> None:
    """Raise `Broken` if nothing of the kind is done in the commission as it is."""
    state = register.charter["state"]
    # Of one that is unsettled nobody can tell what was written before it was known to be.
    if state == UNSETTLED or has_room_in(state, kind, action):
        return
    pending = "is one in which its parties have yet to name their secretariats" if state == FOUNDED else "is dissolved"
    raise Broken(f"the commission {pending}, and takes no such move")


def _take_back(subject: Subject, row: Step, entry: Entry) -> None:
    """Close the party's own open proposal where the move ends the matter: the entry names it."""
    own = subject.waiting.proposal["transition"] if subject.waiting and row.takes_back else None
    require(entry.data.get("withdrawn") == own, "it does not name just the proposal that it takes back")
    if own:
        subject.waiting = None


def _leave(subject: Subject, entry: Entry, party: str) -> None:
    """Close an open proposal that needs the party that leaves: the entry names it."""
    waiting = subject.waiting
    over = waiting.proposal["transition"] if waiting and party in {waiting.by, *waiting.awaiting} else None
    require(
        entry.data.get("party_left") == over, "it does not name just the proposal that is over since the party leaves"
    )
    if over:
        subject.waiting = None


def _propose(register: Register, subject: Subject, entry: Entry, party: str) -> None:
    assert subject.rules is not None
    open_proposal(register, subject.rules, subject, entry, party)


def _confirm(register: Register, subject: Subject, entry: Entry, party: str) -> None:
    waiting = _answered(subject, entry, party)
    waiting.awaiting.remove(party)
    assert subject.rules is not None
    brings, action, evidence = entry.data.get("brings", {}), waiting.proposal["action"], waiting.proposal["evidence"]
    asked = {one.name for one in subject.rules.asked(action, evidence, subject.facts, party)}
    if brings.keys() != asked:
        raise Broken(f"it brings not just what is asked of {party}: {', '.join(sorted(asked)) or 'nothing'}")
    waiting.brought |= brings
    _settle(register, subject, waiting, entry)


def _refuse(_: Register, subject: Subject, entry: Entry, party: str) -> None:
    assert subject.rules is not None
    # Who has confirmed may refuse after all, by the rules of the entry that says so.
    if not subject.rules.frees or party not in _open_one(subject, entry).proposal["awaits"]:
        _answered(subject, entry, party)
    subject.waiting = None


def _answered(subject: Subject, entry: Entry, party: str) -> Waiting:
    """Return the open proposal that the entry answers, once it is sure that this party may answer it."""
    waiting = _open_one(subject, entry)
    if party not in waiting.awaiting:
        require(party != waiting.by, f"{party} answers its own proposal; another party must")
        require(False, f"{party} has confirmed this proposal already")  # noqa: FBT003 -- it does not hold
    return waiting


def _open_one(subject: Subject, entry: Entry) -> Waiting:
    waiting = subject.waiting
    require(waiting and waiting.proposal["transition"] == entry.data["transition"], "no such proposal is open")
    assert waiting is not None
    return waiting


def _withdraw(_: Register, subject: Subject, entry: Entry, party: str) -> None:
    if party != (by := _open_one(subject, entry).by):
        raise Broken(f"{party} takes back a proposal of {by}; only {by} may")
    subject.waiting = None


def _settle(register: Register, subject: Subject, waiting: Waiting, entry: Entry) -> None:
    """Let the open proposal take effect if it awaits nobody more, and only then."""
    if waiting.awaiting:
        require(entry.data.get("effective") is None, "it takes effect before every other party has confirmed it")
        return
    _conclude(register, subject, waiting, entry)
    subject.waiting = None


def _conclude(register: Register, subject: Subject, waiting: Waiting, entry: Entry) -> None:
    """Let a proposal take effect; what changes is computed from the evidence."""
    stated = entry.data.get("effective")
    require(stated is not None, "every party has confirmed it, yet it does not take effect")
    # By the rules of the entry in which it takes effect, as who wrote that entry did.
    rules = subject.rules
    assert rules is not None
    body = {**waiting.proposal["evidence"], **waiting.brought, "action": waiting.proposal["action"]}
    made = Made(entry.subject, waiting.proposal["transition"])
    case = case_of(register, rules, subject, register.known(subject), body, entry.recorded_at, waiting.by, made)
    hold_to_names(rules, case)
    effective = rules.effective(waiting.row, body, case)
    _take_along(register, rules, entry, body, subject)
    if "reference" in effective["after"]:
        register.hold_to_openings(rules, subject.facts)
    require(spelled(effective) == spelled(stated), "what it changes is not what the evidence brings about")
    carry_along(register, rules, entry, subject, effective)
    _extend(register, rules, entry, subject, body)
    if opening := rules.opening(waiting.row, body, case):
        require(opening.id not in register.instruments, "it opens what there is already")
        by = {"kind": rules.kind, "id": entry.subject, "leaf": subject.last.leaf.hex()}
        register.opened[opening.id] = Opened(by, opening)
    subject.facts |= effective["after"]
    if "reference" in effective["after"]:
        register.number(subject.facts["reference"], subject)
    if waiting.row.who is Who.ALL and not waiting.proposal["awaits"]:
        subject.moved_alone_at = entry.recorded_at
    subject.is_joint = subject.is_joint or waiting.row.action in rules.joining


def _take_along(register: Register, rules: Rules[Any], entry: Entry, body: dict[str, Any], subject: Subject) -> None:
    """Note what goes along with the move, of which each has to tell next in its own trail."""
    if not (taking := rules.taking(body)):
        return
    mine = [one for one, other in register.subjects.items() if other.facts[taking.member] == entry.subject]
    found = sorted(one for one in mine if taking.only is None or one in taking.only)
    by = {"kind": rules.kind, "id": entry.subject, "leaf": subject.last.leaf.hex()}
    for one in found:
        register.taken_along.setdefault(one, []).append(Taken(by, "reassigned", {taking.member: taking.receiver}))


def carry_along(register: Register, rules: Rules[Any], entry: Entry, subject: Subject, effective: Members) -> None:
    """Note which commitments change with the move of what carries them, each of which has to tell it next in its own trail."""
    now = {**subject.facts, **effective["after"]}
    if not (carried := {*rules.carries(subject.facts), *rules.carries(now)}):
        return
    by = {"kind": rules.kind, "id": entry.subject, "leaf": subject.last.leaf.hex()}
    kept = {one: register.subjects[one].facts["confidentiality"] for one in rules.carries(now)}
    closer = [
        register.subjects[one].facts["reference"] for one in rules.too_open(subject.facts, effective["after"], kept)
    ]
    require(not closer, f"{', '.join(closer)} is kept closer than what is to carry it")
    # As the entry that tells of the move understands what is carried.
    followed = RULES["commitment", FOLLOWED[rules.version]].following[rules.kind]
    for one in sorted(carried):
        other = register.subjects[one]
        members = as_today(other)
        if after := followed(entry.subject, one, now, members, effective.get("on")):
            held = other.waiting and lasts(other.waiting.proposal, entry.recorded_at)
            require(not ("state" in after and held), f"a proposal is open for {members['reference']}, which it moves")
            register.taken_along.setdefault(one, []).append(Taken(by, "followed", after))


def _extend(register: Register, rules: Rules[Any], entry: Entry, subject: Subject, body: Members) -> None:
    """Note that what carries the subject from its move on has to list it: its own next entry tells so."""
    if not (carrier := rules.carrier(body)):
        return
    require(carrier.name.key in register.instruments, "what is to carry it has not begun its trail")
    listed = register.instruments[carrier.name.key][carrier.member]
    by = {"kind": rules.kind, "id": entry.subject, "leaf": subject.last.leaf.hex()}
    taken = Taken(by, "extended", {carrier.member: [*listed, entry.subject]})
    register.taken_along.setdefault(carrier.name.key, []).append(taken)


def went_along(register: Register, subject: Subject, entry: Entry, _: str) -> None:
    """Replay what another matter's move made of it: just that, and named by the leaf of the entry that told of the move."""
    waits, data, facts = register.taken_along.get(entry.subject), entry.data, subject.facts
    require(waits, "it went along with no move")
    assert waits is not None
    one = waits.pop(0)
    require(data["by"] == one.by, "it does not name the entry of the move that it went along with")
    require(entry.kind.partition(".")[2] == one.event, f"it went along otherwise: it is to say {one.event}")
    assert subject.rules is not None
    after = {**one.changes, **forgotten(one.changes, facts, subject.rules.shared)}
    before = {name: facts[name] for name in after}
    require((data["before"], data["after"]) == (before, after), "what it changes is not what that move brings about")
    facts |= after
    subject.was_carried = subject.was_carried or one.event == "followed"
    subject.tells()


REPLAYS: Final[Mapping[str, Replay]] = {
    "transition.proposed": _propose,
    "transition.confirmed": _confirm,
    "transition.refused": _refuse,
    "transition.withdrawn": _withdraw,
    EXTENDED: went_along,
    **documents.REPLAYS,
}
"""How each kind of entry is replayed that every matter has."""
