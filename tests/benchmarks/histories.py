"""Trails that commitments have, made once per kind by the service's own rules, then printed for each commitment.

A history is played through `Move`, `take_effect` and `compose` with stand-ins for what differs between commitments
(ids, moments, references, the hash before). The stand-ins in the canonical bytes become fields of a format, so that
each of five million entries costs one formatting and one SHA-256, and is spelled as the service spells it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from service.permissions import Confidentiality
from service.register.commissions.models import Rule
from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.rules.amendment import Verb
from service.register.commitments.rules.kinds import UNTOLD
from service.register.commitments.rules.lifecycle import LIFECYCLE, Action, State
from service.register.commitments.rules.matter import MEMBERS
from service.register.commitments.rules.numbering import is_apart, is_draft
from service.register.decisions.engine.moves import CLOSED, Move
from service.register.decisions.engine.writing import proposed, take_effect
from service.register.decisions.rules.judging import Judged
from service.register.decisions.rules.matter import Case
from service.register.decisions.rules.numbers import FIRST_RESTRICTED, Numbers
from service.trail.entry import Author, Head, compose, timestamp
from tests.benchmarks.scene import SECTORS, Place, Scene

SUBJECT, SESSION = UUID(int=2**128 - 1), UUID(int=2**128 - 2)
STEM, NUMBER, ITEM = "<STEM>", "<NUMBER>", 987_654_321
REFERENCE, DRAFT = f"{STEM}/{ITEM}", f"{STEM}/d-raft"
TRANSITIONS = tuple(UUID(int=2**128 - 100 - n) for n in range(10))
MOMENTS = tuple(datetime(1999, 1, 1, tzinfo=UTC) + timedelta(seconds=n) for n in range(12))
LEAVES = tuple(b"\xee" * 31 + bytes([n]) for n in range(12))
_fields = {str(SUBJECT): "subject", str(SESSION): "session", REFERENCE: "reference", DRAFT: "draft", NUMBER: "number"}
_fields |= {str(ITEM): "item"}
_fields |= {str(one): f"t{n}" for n, one in enumerate(TRANSITIONS)}
_fields |= {timestamp(one): "at" for one in MOMENTS}
_fields |= {one.hex(): "prev" for one in LEAVES}
FIELDS: Final = [(sentinel.encode(), f"%({name})s".encode()) for sentinel, name in _fields.items()]
"""Each stand-in, as it stands in the bytes, and the field that takes its place."""
TEXT = (
    "The sides agreed to exchange the data named in the annex by electronic means, to name a focal point each within "
    "three months, and to report to the next session of the Commission on what was done, what was not, and why."
)
EVIDENCE: Final[dict[Action, dict[str, Any]]] = {
    Action.AGREE: {"agreed_on": "2023-01-24"},
    Action.DRAFT_MOU: {
        "instrument_kind": "mou",
        "instrument_title": "Memorandum of Understanding on the exchange of data",
        "effective_on": "2023-03-01",
        "text_reference": "Note verbale 12/2023",
    },
    Action.SIGN: {"effective_on": "2023-06-15", "place": "Baku"},
    Action.IMPLEMENT: {"effective_on": "2024-02-01", "report": TEXT},
    Action.SUSPEND: {"reason": "Waiting for the budget of the next year.", "review_on": "2026-01"},
    Action.RESUME: {"reason": "The budget has been passed."},
    Action.WITHDRAW: {"reason": "Both sides have decided to drop it."},
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to a commitment after it was agreed; `waits` leaves the last proposal (the first, if none) open."""

    moves: tuple[Action, ...] = ()
    waits: bool = False
    confidentiality: Confidentiality = Confidentiality.PARTIES
    target_date: str | None = "2025-06"


@dataclass(slots=True)
class Proposed:
    """A transition: what it is, and the numbers of the entries that opened and closed it."""

    move: Move
    opened: int
    closed: int | None = None


@dataclass(slots=True)
class History:
    """The trail as formats, with what stands in the rows beside it at its end."""

    place: Place
    row: dict[str, Any]
    principals: Mapping[str, UUID]
    entries: list[tuple[str, bytes]] = field(default_factory=list)
    proposals: list[Proposed] = field(default_factory=list)


def play(scene: Scene, place: Place, group: int, plan: Plan) -> History:
    """Return the history of a commitment of this commission and group that follows `plan`."""
    principals = {code: scene.callers[code].principal_id for code in place.parties}
    history = History(place, _row(place, group, plan), principals)
    actions = (Action.AGREE, *plan.moves)
    for number, action in enumerate(actions):
        _propose(history, action, number)
        open_still = plan.waits and number == len(actions) - 1
        if place.rule is Rule.MUTUAL and not open_still:
            _confirm(history)
    return history


def _row(place: Place, group: int, plan: Plan) -> dict[str, Any]:
    sector = SECTORS[group]
    return {
        **dict.fromkeys(MEMBERS),
        **UNTOLD,
        "reference": DRAFT,
        "draft_reference": DRAFT,
        "session_id": SESSION,
        "working_group_id": place.groups[group],
        "item_number": ITEM,
        "sector": sector,
        "titles": {"en": f"Item {NUMBER}: cooperation in {sector}"},
        "texts": {"en": f"Item {NUMBER} ({sector}). {TEXT}"},
        "confidentiality": plan.confidentiality,
        "target_date": plan.target_date,
        "instrument_required": Action.DRAFT_MOU in plan.moves,
        "party_facts": {},
        "corrected": {},
        "verb": Verb.AGREED,
        # What follows from the members.
        "carried_to_session_id": None,
        "earlier_sessions": None,
        "successor": None,
        "state": State.PROPOSED,
        "recorded_by": place.parties[0],
        "is_joint": False,
        **CLOSED,
        "refused_transition_id": None,
    }


def _propose(history: History, action: Action, number: int) -> None:
    place, row = history.place, history.row
    first, second = place.parties
    said = {"action": action, "found_in": State.AGREED}
    facts = COMMITMENTS.rules.facts(row, place.parties, ()).conditions(said)
    step = LIFECYCLE.step(action, State(row["state"]), facts)
    awaits = [] if place.rule is Rule.UNILATERAL else [second]
    left = State(row["suspended_from"]) if row["suspended_from"] else None
    judged = Judged(step, step.leads_to(left), _evidence(action, place.parties, number), None)
    move = Move(TRANSITIONS[number], COMMITMENTS.kind, judged, judged.target, first, awaits)
    effect = proposed(COMMITMENTS, move, _case(history))
    data = effect.told if number else {"commitment": COMMITMENTS.members(row), **effect.told}
    history.proposals.append(Proposed(move, len(history.entries), None if awaits else len(history.entries)))
    row |= effect.columns
    _enter(history, first, "transition.proposed" if number else "commitment.recorded", data)


def _case(history: History) -> Case:
    """Return the commitment as it stands before the next entry."""
    facts = COMMITMENTS.rules.facts(history.row, history.place.parties, ())
    # The number that is given is the stand-in, whichever series it belongs to.
    apart = is_apart(history.row)
    given = [FIRST_RESTRICTED, ITEM - 1] if apart else []
    numbers = Numbers(STEM, given, apart=apart) if is_draft(history.row["reference"]) else None
    number = len(history.entries)
    return Case(COMMITMENTS.members(history.row), facts, MOMENTS[number], {}, number, numbers=numbers)


def _confirm(history: History) -> None:
    open_one = history.proposals[-1]
    data: dict[str, Any] = {"transition": str(open_one.move.id), "reason": None}
    judged = open_one.move.judged
    effect = take_effect(COMMITMENTS, judged.step, judged.evidence, _case(history))
    data["effective"] = effect.told
    history.row |= effect.columns
    open_one.closed = len(history.entries)
    _enter(history, history.place.parties[1], "transition.confirmed", data)


def _enter(history: History, party: str, kind: str, data: dict[str, Any]) -> None:
    number = len(history.entries)
    entry = compose(
        Head(number - 1, LEAVES[number]) if number else Head(),
        log_id=history.place.id,
        subject=SUBJECT,
        kind=kind,
        recorded_at=MOMENTS[number],
        author=Author(history.principals[party], party),
        data=data,
        version=COMMITMENTS.rules.version,
    )
    history.entries.append((kind, _format(entry.canonical)))


def _evidence(action: Action, pair: Sequence[str], number: int) -> dict[str, Any]:
    if action is Action.AMEND:
        return {"reason": "The sides agreed on a new date.", "changes": {"target_date": f"2026-{number + 1:02d}"}}
    found = dict(EVIDENCE[action])
    if action is Action.DRAFT_MOU:
        found["drafting_party"] = pair[0]
    if action is Action.SIGN:
        found["signatories"] = [
            {"party": code, "name": f"Signatory of {code}", "title": "Minister", "organisation": "Ministry"}
            for code in pair
        ]
        found["authentic_texts"] = [{"language": "en", "reference": "Treaty series 2023/7"}]
    return found


def _format(canonical: bytes) -> bytes:
    text = canonical.replace(b"%", b"%%")
    for sentinel, name in FIELDS:
        text = text.replace(sentinel, name)
    return text
