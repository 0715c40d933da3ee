"""What the entries of a commission add up to: its charter, sessions, groups and commitments, each with its moves. Pure.

What an entry says took effect is taken as it stands: the verifier has held it to the rules. The replay arrives at the same
members, which a test holds.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

from service.register.commissions.rules import derived as sessions
from service.register.commissions.rules.charter.effect import audited
from service.register.commissions.rules.charter.founding import APPOINTED, FOUNDED, founded
from service.register.commissions.rules.matter import recorded as session_recorded
from service.register.commitments.rules.lifecycle import STEPS, Action, State
from service.register.commitments.rules.matter import recorded, upgraded
from service.register.commitments.rules.party_facts import changed
from service.register.commitments.rules.reporting import REPORTED
from service.register.decisions.rules.lifecycle import Who
from service.register.groups.rules import derived as groups
from service.register.history.rules.lives import INSTRUMENT, Data, Known, Life, Move, Proposal
from service.trail.reopening import REOPENED, reopened

OWN: Final = frozenset(str(step.action) for step in STEPS if step.who is Who.OWN and not step.takes_back)
"""What one party does alone with a commitment, beside whatever is open or was refused."""
FOLLOWED: Final = "commitment.followed"
AS: Final[Mapping[str, str]] = {
    State.AGREED: Action.REDRAFT, State.MOU_DRAFTED: Action.DRAFT_MOU, State.SIGNED: Action.SIGN
}  # fmt: skip
"""The move of a commitment that its instrument made, by the state to which it came."""
CLOSING: Final = ("expired", "party_left", "withdrawn")
"""By these names an entry tells of an open proposal that is over."""


def known(entries: Iterable[tuple[str, Data]], until: str | None = None, without: Collection[str] = ()) -> Known:
    """Return what entries (leaf hash, members), each subject's in order, tell; `until`: of those that were recorded by then.

    `without`: moves (leaf hashes) that had not happened yet on the day that is asked about, so that they changed nothing.
    """
    return completed(gathered(entries, None, until, without))


def gathered(
    entries: Iterable[tuple[str, Data]],
    before: Known | None = None,
    until: str | None = None,
    without: Collection[str] = (),
) -> Known:
    """Return what entries tell that come after those of `before`, which stays as it is; `completed` makes of it what is known.

    What no entry speaks of is shared with `before`, so that going on costs what is new.
    """
    found = Known(dict(before.lives), before.commission, before.last_at, before.entries) if before else Known()
    shared = set(found.lives)
    for leaf, entry in entries:
        if until is None or entry["recorded_at"] <= until:
            for key in shared & {entry["subject"], str(entry["data"].get("id"))}:
                found.lives[key] = _copy(found.lives[key])
                shared.remove(key)
            _tell(found, leaf, entry, without)
            found.entries += 1
            found.last_at = max(found.last_at, entry["recorded_at"])
    return found


def completed(found: Known) -> Known:
    """Return what was gathered with commitments of version 1 in the words of today."""
    lives = {
        key: replace(life, members=upgraded(life.members)) if life.kind == "commitment" and life.version == 1 else life
        for key, life in found.lives.items()
    }
    return replace(found, lives=lives)


def _copy(life: Life) -> Life:
    proposal = life.open and replace(life.open, confirmed=dict(life.open.confirmed))
    return replace(
        life,
        members=dict(life.members),
        open=proposal,
        moves=list(life.moves),
        over=list(life.over),
        refusals=list(life.refusals),
        reports=list(life.reports),
        told=list(life.told),
        handed_on=list(life.handed_on),
    )


def _tell(found: Known, leaf: str, entry: Data, without: Collection[str]) -> None:
    subject, kind, data = entry["subject"], entry["kind"], entry["data"]
    matter, _, event = kind.partition(".")
    if kind == FOUNDED:
        found.commission = subject
        _begin(found, subject, matter, entry, founded(data))
    elif subject == entry["commission"] and matter in {"session", "working_group"}:
        _tell_of_before(found, entry)
    elif event == "recorded":
        members = data[matter]
        _begin(found, subject, matter, entry, _recorded(matter, entry["v"], members))
    elif kind == APPOINTED and subject in found.lives:
        auditors = audited(found.charter, data["principal_id"])
        found.lives[subject].members = {**found.charter, "auditors": auditors}
    elif kind == REOPENED and subject in found.lives:
        charter = found.charter
        inside = [party for party in charter["parties"] if party not in charter["outside"]]
        found.lives[subject].members = {**charter, "reopened": reopened(data, inside, entry["recorded_at"])}
    if (life := found.lives.get(subject)) and matter not in {"auditor", "log"}:
        if life.kind == "commitment" and life.version == 1 < entry["v"]:
            life.members, life.version = upgraded(life.members), entry["v"]
        before = life.members
        _move(life, leaf, entry)
        if leaf in without:
            life.members = before
        life.seq, life.changed_at = entry["seq"], entry["recorded_at"]
        if life.kind == INSTRUMENT:
            life.told.append((leaf, entry))
            life.carried |= frozenset(life.members["commitment_ids"])


def _recorded(matter: str, version: int, members: Data) -> Data:
    """Return the members as the entry that recorded them tells them; of what it is silent, what was meant before."""
    if matter == "session":
        return session_recorded(members)
    return recorded(members) if matter == "commitment" and version > 1 else dict(members)


def _begin(found: Known, key: str, kind: str, entry: Data, members: Data) -> None:
    by, at, named = entry["party"], entry["recorded_at"], members.get("reference")
    found.lives[key] = Life(key, kind, entry["v"], members, by, at, recorded_as=named)


def _tell_of_before(found: Known, entry: Data) -> None:
    """Take in what the commission's own entries told of a session or group, before these had trails of their own."""
    kind, data = entry["kind"], entry["data"]
    if kind == sessions.RECORDED:
        _begin(found, data["id"], "session", entry, sessions.recorded(data))
    elif kind == sessions.CHANGED:
        found.lives[data["id"]].members |= sessions.renamed(data["after"])
    elif kind == groups.FOUNDED:
        _begin(found, data["id"], "working_group", entry, groups.founded(data, entry["party"], None))


def _move(life: Life, leaf: str, entry: Data) -> None:
    kind, data = entry["kind"], entry["data"]
    if life.open and life.open.transition in {data.get(name) for name in CLOSING}:
        _end(life, entry)
    if "proposal" in data:
        _propose(life, leaf, entry)
    elif kind == "transition.confirmed" and life.open:
        life.open.confirmed[entry["party"]] = entry["recorded_at"]
        if "effective" in data:
            _conclude(life, _end(life, entry), leaf, entry)
    elif kind == "transition.refused" and life.open:
        refused = _end(life, entry)
        told = {"action": refused.action, "proposed_by": refused.by, "proposed_at": refused.at,
                "refused_by": entry["party"], "refused_at": entry["recorded_at"], "reason": data["reason"]}  # fmt: skip
        life.refusals.append((entry["recorded_at"], told))
    elif kind == "transition.withdrawn" and life.open:
        _end(life, entry)
    elif kind == "commitment.changed":
        _say(life, leaf, data)
    elif "by" in data:
        _go_along(life, leaf, entry)
    elif kind == REPORTED:
        life.reports.append({**data["report"], "party": entry["party"], "recorded_at": entry["recorded_at"]})


def _end(life: Life, entry: Data) -> Proposal:
    """Note that the open proposal is over, and return it."""
    ended, life.open = life.open, None
    assert ended
    ended.ended = entry["recorded_at"]
    life.over.append(ended)
    return ended


def _settle(life: Life, entry: Data) -> None:
    """Note that something took effect: what was refused before is no dispute any more."""
    if life.refusal:
        life.refusals.append((entry["recorded_at"], None))


def _say(life: Life, leaf: str, data: Data) -> None:
    life.members = {**life.members, "party_facts": changed(life.members["party_facts"], data)}
    life.handed_on += [(leaf, data)] if "since" in data else []


def _go_along(life: Life, leaf: str, entry: Data) -> None:
    """Note what another matter's move made of it; of an instrument's as a move of its own, in the world since the day that is told."""
    after = entry["data"]["after"]
    life.members = {**life.members, **after}
    if entry["kind"] != FOLLOWED:
        return
    by = Proposal(entry["data"]["by"]["id"], FOLLOWED, entry["party"], entry["recorded_at"], [], {})
    if "state" not in after:
        life.moves.append(Move(leaf, entry["seq"], FOLLOWED, by, entry["recorded_at"], None, after))
        return
    action = AS.get(after["state"], FOLLOWED)
    life.moves.append(Move(leaf, entry["seq"], action, by, entry["recorded_at"], after.get("effective_on"), after))
    _settle(life, entry)


def _propose(life: Life, leaf: str, entry: Data) -> None:
    told = entry["data"]["proposal"]
    made = Proposal(
        told["transition"],
        told["action"],
        entry["party"],
        entry["recorded_at"],
        told["awaits"],
        told["evidence"],
        told.get("expires_at"),
    )
    if "effective" in entry["data"]:
        _conclude(life, made, leaf, entry)
    else:
        life.open = made


def _conclude(life: Life, proposal: Proposal, leaf: str, entry: Data) -> None:
    told = entry["data"]["effective"]
    # Entries of version 1 do not say the day by itself.
    on = told["on"] if "on" in told else proposal.evidence.get("effective_on") or entry["recorded_at"][:10]
    life.members = {**life.members, **told["after"]}
    life.moves.append(Move(leaf, entry["seq"], proposal.action, proposal, entry["recorded_at"], on, told["after"]))
    if proposal.action not in OWN:
        _settle(life, entry)
        if not proposal.awaits:
            life.moved_alone_at = entry["recorded_at"]
