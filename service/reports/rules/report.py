"""What a report says: the implementation matrix of a session or of a commission, and what stands around it. Pure.

The same entries, day and audience give the same report, byte for byte, in the service and from an export.
"""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from service.permissions import Confidentiality
from service.register.commitments.rules import kinds
from service.register.commitments.rules.lifecycle import OPEN
from service.register.history.rules import world
from service.register.history.rules.lives import Known, Life
from service.reports.rules import counting, instruments, naming
from service.reports.rules.audience import Shown
from service.reports.rules.counting import Item
from service.reports.rules.organisations import organisations
from service.reports.rules.source import Source, named_in
from service.trail.reopening import notice
from service.values import end, start

VERSION: Final = 8
_MATRIX: Final = (
    "reference", "item_number", "paragraph", "annex", "verb", "sector", "working_group_id", "titles", "target_date", "outcome", "modification",
    "confidentiality", "agreed_on", "kind", "target_text", "source", "remark",
)  # fmt: skip
_OF_NO_KIND: Final = {"package_items": 0, "package_items_done": 0, "hint": None}
_INSTRUMENT: Final = ("kind", "title", "signed_on", "place", "enters_into_force_on", "expires_on")
_SESSION: Final = ("ordinal", "state", "host_party", "virtual", "venue", "starts_on", "ends_on", "co_chairs")
_REPORT: Final = (
    "level",
    "period_start",
    "period_end",
    "on",
    "text",
    "delay_reason",
    "next_step",
    "expected_on",
)
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked about."""

    audience: Confidentiality
    as_of: date
    session: str | None = None
    since: date | None = None
    compared_to: date | None = None
    known_at: str | None = None
    """By what was recorded until then (None: by all that it is made from), spelled as entries do."""


def report(source: Source, asked: Asked, seen: Collection[str] | None = None) -> Data:
    """Return the report, but for its digest; `seen`: the ids that the caller may see (None: all)."""
    known, shown = source.known, Shown(source.known, asked.audience, seen)
    sessions = None if asked.session is None else {asked.session}
    every = [one for one in counting.items(known, asked.as_of, sessions, shown) if counting.is_told(one)]
    called = organisations(source.names.entries, asked.as_of, asked.known_at) if source.names else {}
    return {
        "version": VERSION,
        "about": "session" if asked.session else "commission",
        "audience": str(asked.audience),
        "as_of": str(asked.as_of),
        "known_at": naming.moment(asked.known_at) if asked.known_at else None,
        "since": str(asked.since) if asked.since else None,
        "log": {
            "origin": source.origin,
            "size": source.size,
            "root_hash": source.root_hash,
            "key": source.key,
            "notice": notice(known.charter.get("reopened")),
        },
        "registry": named_in(source.names.note) if source.names else None,
        "commission": _commission(known),
        "session": _session(known, asked.session),
        "working_groups": [
            _group(known, key) for key in sorted({one.members["working_group_id"] or "" for one in every} - {""})
        ],
        "metrics": counting.metrics(known, every),
        "comparison": compared(known, every, asked.compared_to, sessions, shown),
        "matrix": [_row(known, one, asked.as_of, shown, called) for one in every],
        "disputes": [{**one.told, **told} for one in every if (told := _dispute(one, asked.as_of))],
        "awaiting": [told for one in every if (told := _awaited(known, one, asked.as_of))],
        "instruments": instruments.listed(known, every, asked.as_of, shown, of_all=asked.session is None),
        "older": _older(known, asked, shown),
        "happened": _happened(every, asked.since, asked.as_of) if asked.since else [],
    }


def alternat(told: Mapping[str, Any], party: str | None) -> Data:
    """Return a report with the reader's side first, as each side's own copy of a text names it; its digest stays the report's."""
    if "commission" not in told:
        return dict(told)
    commission = told["commission"]
    parties = sorted(commission["parties"], key=lambda one: one != party)
    return {**told, "commission": {**commission, "parties": parties}}


def compared(
    known: Known,
    every: Iterable[Item],
    earlier: date | None,
    sessions: Collection[str] | None,
    shown: Container[str] | None,
) -> Data | None:
    """Return what changed between an earlier day and that of these commitments: both by what is known at the same moment."""
    if earlier is None:
        return None
    then = counting.items(known, earlier, sessions, shown)
    before = {one.life.id: one.then.state for one in then}
    metric = counting.metrics(known, then)["fully_implemented"]
    return {
        "compared_to": str(earlier),
        "numerator": metric["numerator"],
        "denominator": metric["denominator"],
        "changed": [
            {**one.told, "before": was, "after": one.then.state}
            for one in every
            if counting.is_told(one) and (was := before[one.life.id]) != one.then.state
        ],
    }


def _commission(known: Known) -> Data:
    charter = known.charter
    names = ("code", "titles", "parties", "languages", "state")
    return {"id": known.commission, **{name: charter[name] for name in names}, "kept_by": known.kept_by}


def _session(known: Known, session: str | None) -> Data | None:
    life = known.lives.get(session or "")
    return {"id": life.id, **{name: life.members[name] for name in _SESSION}} if life else None


def _group(known: Known, key: str) -> Data:
    members = known.lives[key].members if key in known.lives else {}
    return {"id": key, "code": members.get("code"), "titles": members.get("titles") or {}}


def _row(known: Known, item: Item, day: date, shown: Shown, called: Mapping[str, Data]) -> Data:
    life, members, due = item.life, item.members, item.members["target_date"]
    reached = [span for span in item.turns if span.begins <= day]
    open_on_day = item.then.state in OPEN
    return {
        "id": life.id,
        **{name: members[name] for name in _MATRIX},
        "working_group": naming.group(known, members["working_group_id"]),
        "instrument": {name: members["instrument"].get(name) for name in _INSTRUMENT}
        if members["instrument"]
        else None,
        "successors": [called for one in members["successors"] or () for called in shown.called(one)],
        **_of_kind(known, item, day),
        "state": item.then.state,
        "state_since": reached[-1].day if reached else None,
        "uncertain": list(item.then.uncertain),
        "overdue": bool(due and open_on_day and end(due) < day),
        "one_sided": item.is_one_sided,
        "subject_to": sorted([party for party, awaited in members["subject_to"].items() if awaited])
        if members["subject_to"]
        else [],
        "lead_organisation_id": {
            party: facts["lead_organisation_id"]
            for party, facts in members["party_facts"].items()
            if facts.get("lead_organisation_id")
        },
        "lead_organisations": naming.lead_organisations(members["party_facts"], called),
        "reports": {party: _reported(one) for party, one in item.reported.items()},
        "awaiting": awaited.awaiting_on(day) if (awaited := world.awaited(known, life, day)) else [],
        "carried_over_to": [_ordinal(known, one) for one in world.carried_over(life, day)],
    }


def _reported(one: Mapping[str, Any]) -> Data:
    return {**{name: one[name] for name in _REPORT}, "recorded_at": naming.moment(one["recorded_at"])}


def _of_kind(known: Known, item: Item, day: date) -> Data:
    """Return how many items of a package are done, and what hints that it may be: said by nobody, and no move."""
    members = item.members
    if members["kind"] == kinds.CommitmentKind.COMMITMENT:
        return _OF_NO_KIND
    named = [known.lives[one] for one in kinds.linked(members) if one in known.lives]
    states = {life.id: state for life in named if (state := world.state_on(life, day))}
    hint = kinds.hint(members, item.then.state, states)
    items = members["package_items"]
    return {
        "package_items": len(items or {}),
        "package_items_done": kinds.done(items),
        "hint": str(hint) if hint else None,
    }


def _ordinal(known: Known, session: str) -> int | None:
    life = known.lives.get(session)
    return life.members["ordinal"] if life else None


def _dispute(item: Item, day: date) -> Data | None:
    """Return what one side claimed and another had refused by the end of the day, if nothing had taken effect since."""
    told = item.life.refusal_on(day)
    return told and {**told, **{name: naming.moment(told[name]) for name in ("proposed_at", "refused_at")}}


def _awaited(known: Known, item: Item, day: date) -> Data | None:
    """Return what awaited whom at the end of the day, and since when."""
    if (found := world.awaited(known, item.life, day)) is None:
        return None
    since, awaiting = naming.moment(found.at), found.awaiting_on(day)
    return {**item.told, "action": found.action, "proposed_by": found.by, "since": since, "awaiting": awaiting}


def _older(known: Known, asked: Asked, shown: Shown) -> list[Data]:
    """Return what earlier sessions agreed and is still open on the day."""
    mine = known.lives.get(asked.session or "")
    if mine is None:
        return []
    began = _began(mine)
    before = {one.id for one in known.of("session") if one is not mine and _began(one) < began}
    return [
        {
            **one.told,
            "session": _ordinal(known, one.members["session_id"]),
            "titles": one.members["titles"],
            "state": one.then.state,
            "target_date": one.members["target_date"],
            "carried_over_count": len(world.carried_over(one.life, asked.as_of)),
        }
        for one in counting.items(known, asked.as_of, before, shown)
        if one.then.state in OPEN
    ]


def _began(session: Life) -> tuple[str, int]:
    """Return by what sessions follow each other: their days, and their ordinals where these are not known."""
    members = session.members
    day = members["starts_on"] or members["ends_on"]
    return str(start(day)) if day else "9999", members["ordinal"] or 0


def _happened(every: Sequence[Item], since: date, day: date) -> list[Data]:
    """Return the moves that happened in the world in the period."""
    return [
        {**one.told, "action": move.action, "on": move.on, "confirmed_at": naming.moment(move.at)}
        for one in every
        for move in one.life.moves
        if move.on and since <= end(move.on) <= day
    ]
