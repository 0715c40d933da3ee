"""What leaves the service about a commitment: rows as the schemas publish them, without being checked once more."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import orjson

from service.permissions import Caller
from service.register.commitments.naming import NamesOfCommitment, names
from service.register.commitments.party_schemas import PartyFactsRead
from service.register.commitments.rules import at_home
from service.register.commitments.rules.alone import tells_alone
from service.register.commitments.rules.kinds import done, hint
from service.register.commitments.rules.leads import FURTHER
from service.register.commitments.rules.lifecycle import OPEN
from service.register.commitments.rules.matter import COMMITMENT
from service.register.commitments.rules.sided import disputes, one_sided, unacknowledged
from service.register.commitments.schemas import (
    CommitmentRead,
    InstrumentRead,
)
from service.register.decisions.answers import allowed, open_transition
from service.register.decisions.called import known as known_names
from service.register.decisions.rules.ended import DISSOLVED, kept_by
from service.register.instruments.record_schemas import AuthenticTextRead, SignatoryRead

_SHAPED: Final = {
    *("carried_over", "carried_over_count", "successors", "subject_to", "unknown"),
    *("package_items", "package_items_done", "founded_group_ids", "hint"),
    *(
        "kept_by",
        "instrument",
        "party_facts",
        "open_transition",
        "one_sided",
        "not_acknowledged_by",
        "disputed_by",
        "past",
    ),
    *("steps", "steps_missing_of", "missing_steps"),
    *NamesOfCommitment.model_fields,
}
_PLAIN: Final[dict[str, Any]] = {name: None for name in CommitmentRead.model_fields if name not in _SHAPED}
_BRIEF: Final = (
    *("reference", "sector", "titles", "state", "effective_on", "target_date"),
    *("progress", "overdue", "due_soon", "disputed"),
)
_INSTRUMENT: Final = dict.fromkeys(InstrumentRead.model_fields)
_ITEMISED: Final = {
    "signatories": dict.fromkeys(SignatoryRead.model_fields),
    "authentic_texts": dict.fromkeys(AuthenticTextRead.model_fields),
}
_PARTY_FACTS: Final[Mapping[str, Any]] = dict.fromkeys(PartyFactsRead.model_fields) | {FURTHER: []}
_TOLD: Final = (
    *("kind", "state", "agreed_on", "successors", "subject_to", "package_items", "founded_group_ids"),
    *("event_session_id", "linked_states", "unknown", "instrument", "party_facts", "steps"),
)
"""From what is told the same whoever asks, and whenever: of most commitments little, and of many the same."""


def commitment(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row as `CommitmentRead`; members that are not known are null, not absent."""
    answer = _PLAIN.copy()  # it need not grow, which for a page of a list takes longer than to fill it
    for name in _PLAIN:
        answer[name] = row[name]
    answer["carried_over"] = _carried_over(row)
    answer["carried_over_count"] = len(answer["carried_over"])
    answer |= _told(orjson.dumps([row[name] for name in _TOLD], default=str), row.get("alone"))
    answer["open_transition"] = open_transition(row)
    known = _by_charter(row)
    answer["kept_by"] = kept_by(row["charter"]) if row["charter"] else None
    answer["one_sided"], answer["disputed_by"] = one_sided(known), disputes(known)
    answer["not_acknowledged_by"] = sorted(unacknowledged(known))
    answer["past"] = row.get("past")
    answer |= names(row)
    return answer


@lru_cache(maxsize=512)  # as of instruments
def _told(said: bytes, alone: UUID | None) -> dict[str, Any]:
    row = {**dict(zip(_TOLD, orjson.loads(said), strict=True)), "alone": alone}
    return {
        "successors": row["successors"] or [],
        "subject_to": sorted(party for party, awaited in (row["subject_to"] or {}).items() if awaited),
        **_of_kind(row),
        "unknown": sorted(row["unknown"] or ()),
        "instrument": row["instrument"] and _instrument(row),
        "party_facts": {party: _party_facts(facts) for party, facts in row["party_facts"].items()},
        **at_home.told(row),
    }


def in_brief(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return of the same what a list for people shows, who are told otherwise what the things are called that it names."""
    return {
        **{name: row[name] for name in _BRIEF},
        "instrument": row["instrument"] and _instrument(row),
        "party_facts": {party: _party_facts(facts) for party, facts in row["party_facts"].items()},
        "steps_missing_of": at_home.missing_of(row),
        "open_transition": open_transition(row),
        "one_sided": one_sided(_by_charter(row)),
    }


def _by_charter(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the row with what of its charter says without whom it may have been recorded, where anything does."""
    return {**row, **row["charter"]} if row["charter"] else row


def _party_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a party but for what it had said of its steps at home in words: that is told among these."""
    return {**_PARTY_FACTS, **{name: it for name, it in facts.items() if name not in at_home.OF_BEFORE}}


def _of_kind(row: Mapping[str, Any]) -> dict[str, Any]:
    items = row["package_items"] or {}
    told = [
        {"number": int(number), "titles": items[number]["titles"], "done_on": items[number].get("done_on")}
        for number in sorted(items, key=int)
    ]
    return {
        "package_items": told,
        "package_items_done": done(items) if items else None,
        "founded_group_ids": row["founded_group_ids"] or [],
        "hint": hint(row, row["state"], row["linked_states"] or {}),
    }


def _carried_over(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    carried, called = row["carried_over"], known_names(row)
    if not carried:
        return []
    return [
        {"session_id": session, "session": called.get(session), **one}
        for session, one in sorted(carried.items(), key=_turn)
    ]


def _turn(carried: tuple[str, Mapping[str, Any]]) -> int:
    return carried[1]["entry"] or 0


def _instrument(row: Mapping[str, Any]) -> dict[str, Any]:
    known = row["instrument"]
    whole = {
        name: [{**blank, **one} for one in known[name]]
        for name, blank in _ITEMISED.items()
        if known.get(name) is not None
    }
    its = {"id": row.get("alone")} if tells_alone(row) else {}
    return {**_INSTRUMENT, **its, **known, **whole}


def detail(caller: Caller, row: Mapping[str, Any], through: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Return the row as `CommitmentDetail`: with the moves that the caller may propose, and what each still needs.

    `through`: those that it may propose of the instrument that carries the commitment.
    """
    same = sorted(row["same_item"], key=itemgetter("id"))
    leading = row["group_co_led_by"]
    lacking = [] if leading is None else [party for party in row["parties"] if party not in leading]
    actions = [] if row.get("past") else [*allowed(COMMITMENT, caller, row), *through]
    is_over = row["commission_state"] == DISSOLVED and not row.get("past")
    told = {
        "open_at_dissolution": is_over and row["state"] in OPEN,
        "without_co_lead": lacking,
        "same_item": same,
        "allowed_actions": actions,
    }
    return commitment(row) | told
