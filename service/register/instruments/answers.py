"""What leaves the service about an instrument: rows as the schemas publish them, without being checked once more."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

import orjson
from pydantic import BaseModel

from service.permissions import Caller
from service.register.decisions.answers import allowed, open_transition
from service.register.decisions.called import COMMISSION, COMMITMENT, Beside, Names, known
from service.register.decisions.called import INSTRUMENT as INSTRUMENT_KIND
from service.register.decisions.rules import steps
from service.register.decisions.rules.ended import kept_by
from service.register.instruments.record_schemas import (
    AuthenticTextRead,
    LaterActRead,
    RegisteredInstrumentRead,
    RelationRead,
    SignatoryRead,
    SignatureActRead,
)
from service.register.instruments.rules import computed, standing
from service.register.instruments.rules.clauses import EntryIntoForceRule, Fact
from service.register.instruments.rules.matter import INSTRUMENT
from service.register.instruments.rules.reckoning import in_force, next_notice_day
from service.register.instruments.rules.terms import Duration, Notice
from service.register.instruments.schemas import EntryIntoForceRead, PeriodsRead, Saying

Row = Mapping[str, Any]
_MADE: Final = {
    *(
        "kept_by",
        "not_confirmed_by",
        "legal_character",
        "commitment_ids",
        "entry_into_force",
        "facts",
        "duration",
        "notice",
        "relations",
    ),
    *(
        "later_acts",
        "texts",
        "acts",
        "signatures",
        "steps",
        "notifications",
        "notices",
        "publications",
        "objections",
        "disputed",
    ),
    *("in_force", "notice_by", "steps_missing_of", "missing_steps", "unknown", "open_transition", "past"),
}
_BESIDE: Final = Beside(
    {
        "commission": ("commission_id", COMMISSION),
        "commitments": ("commitment_ids", COMMITMENT),
        "successor": ("successor_id", INSTRUMENT_KIND),
    }
)
_RELATED: Final = Beside({"instrument": ("instrument_id", INSTRUMENT_KIND)})
_PLAIN: Final = tuple(name for name in RegisteredInstrumentRead.model_fields if name not in {*_MADE, *_BESIDE.members})
_TOLD: Final = tuple(
    name
    for name in INSTRUMENT.members
    if name
    not in {"reference", "titles", "confidentiality", "commitment_ids", "relations", "successor_id", "corrected"}
)
"""From what is told the same whoever asks, and whenever."""
_CLAUSES: Final[Mapping[str, type[BaseModel]]] = {
    "entry_into_force": EntryIntoForceRule, "duration": Duration, "notice": Notice
}  # fmt: skip


def _blank(model: type[BaseModel]) -> dict[str, None]:
    return dict.fromkeys(model.model_fields)


_ACT, _LATER, _TEXT = _blank(SignatureActRead), _blank(LaterActRead), _blank(AuthenticTextRead)
_RELATION, _SIGNATORY = _blank(RelationRead), _blank(SignatoryRead)


def instrument(row: Row, today: date, say: Saying = str) -> dict[str, Any]:
    """Return the row as `RegisteredInstrumentRead`; members that are not known are null or empty, not absent."""
    answer = {name: row[name] for name in _PLAIN}
    answer |= _BESIDE.of(row)
    answer["kept_by"] = kept_by(row)
    answer |= _told(orjson.dumps([row[name] for name in _TOLD]))
    answer["not_confirmed_by"] = [
        one for one in row["contracting_parties"] if one not in row["parties"] or one in row["outside"]
    ]
    answer["commitment_ids"] = row["carried"]
    answer["relations"] = [_relation(one, known(row)) for one in row["relations"] or ()]
    answer["in_force"] = in_force(row, is_signed=row["state"] in computed.SIGNED, today=today)
    answer["notice_by"] = next_notice_day(row, today)
    answer["steps_missing_of"] = row["lacking"]
    answer["missing_steps"] = [
        {"party": party, "step": step, "detail": say(detail), "since": since}
        for party, step, detail, since in answer["missing_steps"]
    ]
    answer["open_transition"] = open_transition(row)
    answer["past"] = row.get("past")
    return answer


def detail(caller: Caller, row: Row, today: date, say: Saying = str) -> dict[str, Any]:
    """Return the row as `InstrumentDetail`, as at `today`; `say` says its sentences in the reader's language."""
    members = {name: row[name] for name in INSTRUMENT.members}
    found, begun = computed.entry_of(members), computed.in_force_from(members)
    periods = computed.periods_of(members, begun, today)
    return instrument(row, today, say) | {
        "force": standing.force(members, today),
        "computed_entry_into_force": found and EntryIntoForceRead.of(found, say).model_dump(mode="json", by_alias=True),
        "periods": periods and PeriodsRead.of(periods, say).model_dump(mode="json"),
        "warnings": [say(one) for one in standing.warnings(members, found)],
        "allowed_actions": [] if row.get("past") else allowed(INSTRUMENT, caller, row),
    }


def asked(rows: Sequence[Row]) -> Iterator[tuple[str, Any]]:
    """Yield the kind and id of each thing that instruments name."""
    yield from _BESIDE.asked(rows)
    yield from _RELATED.asked([{**_RELATION, **one} for row in rows for one in row["relations"] or ()])


def _relation(one: Row, names: Names) -> dict[str, Any]:
    told = {**_RELATION, **one}
    return {**told, **_RELATED.of(told, names)}


@lru_cache(maxsize=512)  # ten pages: lists tell of the same ones again and again
def _told(said: bytes) -> dict[str, Any]:
    row = dict(zip(_TOLD, orjson.loads(said), strict=True))
    return {
        **{name: row[name] and _whole(model, row[name]) for name, model in _CLAUSES.items()},
        "legal_character": row["legal_character"] or {},
        "facts": [_whole(Fact, one) for one in row["facts"] or ()],
        "texts": [{**_TEXT, **one} for one in row["texts"] or ()],
        "acts": [_act(_ACT, one) for one in row["acts"] or ()],
        "later_acts": [_act(_LATER, one) for one in row["later_acts"] or ()],
        **_sides(row),
        "missing_steps": standing.missing_steps(row),
        "unknown": standing.unknown(row),
    }


def _whole(model: type[BaseModel], said: object) -> dict[str, Any]:
    return model.model_validate_json(orjson.dumps(said)).model_dump(mode="json", by_alias=True)


def _act(blank: Row, known: Row) -> dict[str, Any]:
    signing = known.get("signatories")
    return {**blank, **known, "signatories": [{**_SIGNATORY, **one} for one in signing] if signing else None}


def _sides(row: Row) -> dict[str, Any]:
    """Return what each party says of its own side."""
    received = row["received"].items()
    return {
        "signatures": {
            party: {**one, "signatory": {**_SIGNATORY, **one["signatory"]}} for party, one in row["signatures"].items()
        },
        "steps": steps.listed(row["steps"]),
        "notifications": [
            {
                **one,
                "received": [{"party": by, **told[one["sender"]]} for by, told in received if one["sender"] in told],
            }
            for one in _by_party(row["sent"], "sender")
        ],
        "notices": [
            {**one, "ends_before": None if one["revoked_on"] else computed.ends_for(row, one["party"])}
            for one in _by_party(row["notices"])
        ],
        "publications": _by_party(row["publications"]),
        "objections": {party: one["reason"] for party, one in row["objections"].items()},
        "disputed": bool(row["objections"]),
    }


def _by_party(told: Row, name: str = "party") -> list[dict[str, Any]]:
    """Return what parties told, one after another, each with its party under this name."""
    return [{name: party, **one} for party, one in sorted(told.items())] if told else []
