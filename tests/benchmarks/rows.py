"""One commitment of the fill: its identifiers and moments, and its rows in every table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from service.register.commissions.models import Rule
from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.rules.numbering import drafts, is_apart, is_draft, stem_of
from service.register.decisions.rules.numbers import BEYOND, FIRST_RESTRICTED
from service.values import end
from tests.benchmarks.histories import NUMBER, History

FIRST, SPAN = datetime(2023, 1, 24, tzinfo=UTC), timedelta(days=1000)
"""The commitments are recorded evenly over this time; what follows happens within eight weeks."""


def number_of(item: int, *, apart: bool) -> int:
    """Return the number of an item of a session: restricted ones are numbered apart (here with gaps), where the others leave a gap."""
    if apart:
        return item + FIRST_RESTRICTED - 1
    return item if item < FIRST_RESTRICTED else item - FIRST_RESTRICTED + BEYOND


@dataclass
class Draft:
    """A commitment to be printed from its history."""

    history: History
    number: int
    size: int
    session: int
    item: int
    chance: int

    @cached_property
    def recorded_at(self) -> datetime:
        """Return when it was recorded; later ones are recorded later."""
        return FIRST + SPAN * self.number / self.size

    @cached_property
    def id(self) -> UUID:
        """Return its id, in the order of recording, as UUIDv7 has it."""
        return self._uuid(0)

    @property
    def stem(self) -> str:
        """Return what references of its session begin with."""
        return stem_of(self.history.place.code, self.session + 1)

    @cached_property
    def reference(self) -> str:
        """Return the reference that it has once it is agreed."""
        return f"{self.stem}/{number_of(self.item, apart=is_apart(self.history.row)):03d}"

    @cached_property
    def draft(self) -> str:
        """Return the reference that it is recorded with: long enough to be its own among a million."""
        return drafts(self.stem, str(self.id))[6]

    def transition(self, number: int) -> UUID:
        """Return the id of its transition of this number."""
        return self._uuid(number + 1)

    def confirmation(self, number: int) -> UUID:
        """Return the id of the confirmation of this transition."""
        return self._uuid(number + 30)

    def at(self, number: int) -> datetime:
        """Return when its entry of this number was entered."""
        return self.recorded_at + timedelta(days=5 * number, microseconds=self.chance % 1_000_000)

    def _uuid(self, which: int) -> UUID:
        # RFC 9562, 5.7: 48 bits of milliseconds, version, a counter, variant, 62 bits of chance.
        milliseconds = int(self.recorded_at.timestamp() * 1000)
        low = (self.chance ^ which * 0x9E3779B97F4A7C15) & (2**62 - 1)
        return UUID(int=milliseconds << 80 | 7 << 76 | (which & 0xFFF) << 64 | 2 << 62 | low)


Rows = dict[str, list[tuple[Any, ...]]]


def print_rows(drafts: Sequence[Draft], indexes: Counter[UUID], columns: Mapping[str, Sequence[str]]) -> Rows:
    """Return the rows of these commitments by table; `indexes` holds each log's next index, and goes on."""
    rows: Rows = {name: [] for name in columns}
    for draft in drafts:
        leaf = _entries(draft, rows, indexes)
        _transitions(draft, rows, columns)
        rows["commitment"].append(_commitment(draft, leaf, columns["commitment"]))
    return rows


def _entries(draft: Draft, rows: Rows, indexes: Counter[UUID]) -> bytes:
    history, place = draft.history, draft.history.place
    given: dict[bytes, bytes] = {
        b"subject": str(draft.id).encode(),
        b"session": str(place.sessions[draft.session]).encode(),
        b"reference": draft.reference.encode(),
        b"draft": draft.draft.encode(),
        b"number": b"%d" % draft.number,
        b"item": b"%d" % draft.item,
    }
    for number in range(len(history.proposals)):
        given[b"t%d" % number] = str(draft.transition(number)).encode()
    leaf = b""
    for seq, (kind, pattern) in enumerate(history.entries):
        at = draft.at(seq)
        given[b"prev"] = leaf.hex().encode()
        given[b"at"] = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()
        canonical = pattern % given
        leaf = sha256(b"\x00" + canonical).digest()
        rows["audit_entry"].append((draft.id, seq, place.id, leaf, canonical, kind, at))
        rows["log_entry"].append((place.id, indexes[place.id], draft.id, seq, leaf))
        indexes[place.id] += 1
    return leaf


def _transitions(draft: Draft, rows: Rows, columns: Mapping[str, Sequence[str]]) -> None:
    history = draft.history
    first, second = history.place.parties
    for number, one in enumerate(history.proposals):
        closed = None if one.closed is None else draft.at(one.closed)
        described = one.move.described()
        row = {
            "id": draft.transition(number),
            "matter_kind": COMMITMENTS.kind,
            "matter_id": draft.id,
            "commission_id": history.place.id,
            "action": described["action"],
            "status": "open" if closed is None else "effective",
            "source": described["source"],
            "target": described["target"],
            "evidence": orjson.dumps(described["evidence"]).decode(),
            "proposed_by": first,
            "proposer_id": history.principals[first],
            "awaited": one.move.awaits,
            "proposed_at": draft.at(one.opened),
            "expires_at": None,
            "closed_at": closed,
        }
        rows["transition"].append(tuple(row[name] for name in columns["transition"]))
        if closed is not None and history.place.rule is Rule.MUTUAL:
            answer = {
                "transition_id": row["id"],
                "party": second,
                "id": draft.confirmation(number),
                "decision": "confirm",
                "reason": None,
                "principal_id": history.principals[second],
                "decided_at": closed,
            }
            rows["confirmation"].append(tuple(answer[name] for name in columns["confirmation"]))


def _commitment(draft: Draft, leaf: bytes, names: Sequence[str]) -> tuple[Any, ...]:
    history, last = draft.history, len(draft.history.entries) - 1
    known = dict(history.row)
    for name in ("titles", "texts", "party_facts", "instrument", "corrected"):
        value = known[name]
        known[name] = None if value is None else orjson.dumps(value).decode().replace(NUMBER, str(draft.number))
    known |= {
        "id": draft.id,
        "reference": draft.draft if is_draft(known["reference"]) else draft.reference,
        "draft_reference": draft.draft,
        "commission_id": history.place.id,
        "session_id": history.place.sessions[draft.session],
        "item_number": draft.item,
        "due_on": end(known["target_date"]) if known["target_date"] else None,
        "seq": last,
        "leaf": leaf,
        "changed_at": draft.at(last),
        "recorded_at": draft.at(0),
        "progress": "{}",
        "levels": [],
        "moved_alone_at": None,
        "reported_on": None,
        "moved_on": draft.at(last).date(),
    }
    if known["open_transition_id"]:
        known["open_transition_id"] = draft.transition(len(history.proposals) - 1)
    return tuple(known[name] for name in names)
