"""An entry of the audit trail: its members, its canonical bytes, its hash. Pure.

Canonical means the profile of RFC 8785 in which sorted compact JSON is the whole rule: ASCII keys, no floats,
integers below 2^53, UTC times ending in Z. `leaf` is the RFC 6962 leaf hash, and the `prev` of the next entry.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from service.tlog.merkle import leaf_hash

VERSIONS: Final = (1, 2, 3, 4, 5, 6, 7)
"""What an entry's data means, its version says; an old entry keeps its own for good."""
LIMIT: Final = 65_535
FIRST_PREV: Final = bytes(32)
_TOO_LARGE: Final = 2**53
_PLAIN: Final = frozenset({str, bool, type(None)})
_SEVERAL: Final = (list, tuple)


class NotCanonical(ValueError):
    """A value that has no single spelling, or an entry that is too long for an entry bundle (65,535 bytes)."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a subject's chain: the number and leaf hash of its last entry."""

    seq: int = -1
    leaf: bytes = FIRST_PREV


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that can be stored: its bytes and what is derived from them."""

    log_id: UUID
    subject: UUID
    seq: int
    kind: str
    recorded_at: datetime
    canonical: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Author:
    """Who did it: a principal's id (never a name), and the party it acted for, if any."""

    principal_id: UUID
    party: str | None


def compose(
    head: Head,
    *,
    log_id: UUID,
    subject: UUID,
    kind: str,
    recorded_at: datetime,
    author: Author,
    data: Mapping[str, Any],
    version: int = 1,
) -> Entry:
    """Return the entry that follows `head`; `NotCanonical` if `data` cannot be spelled in one way only."""
    members = {
        "v": version,
        "commission": str(log_id),
        "subject": str(subject),
        "seq": head.seq + 1,
        "prev": head.leaf.hex(),
        "kind": kind,
        "recorded_at": timestamp(recorded_at),
        "actor": str(author.principal_id),
        "party": author.party,
        "data": data,
    }
    stored = canonical(members)
    if len(stored) > LIMIT:
        raise NotCanonical(f"the entry would have {len(stored)} bytes; at most {LIMIT} fit")
    return Entry(log_id, subject, head.seq + 1, kind, recorded_at, stored, leaf_hash(stored))


def canonical(value: object) -> bytes:
    """Return `value` as canonical JSON bytes (RFC 8785 profile); `NotCanonical` for what has no single spelling."""
    _check(value)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError) as wrong:
        raise NotCanonical(str(wrong)) from wrong


def timestamp(moment: datetime) -> str:
    """Return `moment` in UTC with microseconds and Z."""
    # Not by strftime: it writes the year 195 with three digits.
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _check(value: object) -> None:
    """Raise `NotCanonical` for what has no single spelling: most members are plain, and keys the same again and again."""
    keys, waiting = set[object](), [value]
    for one in waiting:
        if isinstance(one, dict):
            keys.update(one)
            inside: Iterable[object] = one.values()
        elif isinstance(one, _SEVERAL):
            inside = one
        elif one is None or isinstance(one, str) or (isinstance(one, int) and abs(one) < _TOO_LARGE):
            continue
        else:
            raise NotCanonical(f"{one!r} has no canonical spelling here")
        for inner in inside:
            if type(inner) not in _PLAIN:
                waiting.append(inner)  # noqa: PERF401 -- of few members, the loop costs less
    for key in keys:
        if not (isinstance(key, str) and key.isascii()):
            raise NotCanonical(f"the key {key!r} is not ASCII")
