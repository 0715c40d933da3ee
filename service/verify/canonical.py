"""Reading an entry strictly: the ten members in their one spelling (the RFC 8785 profile of `trail/entry.py`). Pure.

`orjson` reads and writes (it refuses integers beyond 2^53, and writes no duplicate keys); a walk finds what it lets pass,
floats, and where there are letters beyond ASCII, keys that hold them.
"""

import re
from datetime import datetime
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson

from service.trail.entry import LIMIT, VERSIONS, NotCanonical

UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_KINDS: Final = "a member of the entry is not of its kind"
_VERSIONS: Final = frozenset(VERSIONS)
_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_time = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z").fullmatch
_uuid = re.compile(UUID).fullmatch


class Newer(NotCanonical):
    """An entry of a version that was not thought of here: what it says is for a newer reader."""

    def __init__(self, version: int) -> None:
        super().__init__(f"has version {version}, which this pacta does not know: take a newer one")


class Entry(NamedTuple):
    """The members of an entry."""

    v: int
    commission: str
    subject: str
    seq: int
    prev: str
    kind: str
    recorded_at: str
    actor: str
    party: str | None
    data: dict[str, Any]


_members = itemgetter(*Entry._fields)
_made = partial(tuple.__new__, Entry)  # `Entry._make` counts what `_members` has counted
_TEN: Final = (
    f"an entry of version {' or '.join(map(str, VERSIONS))} has just these members: {', '.join(sorted(Entry._fields))}"
)


def read(stored: bytes) -> Entry:
    """Return the members of an entry; `NotCanonical` says what is wrong with its bytes, `Newer` that they cannot be judged here.

    What `prev` and `commission` must be is for the chain to say.
    """
    try:
        members: dict[str, Any] = orjson.loads(stored)
        if orjson.dumps(members, option=_OPTIONS) != stored:
            _refuse("it is JSON, but not in its one canonical spelling")
        entry = _made(_members(members))
        v, commission, subject, seq, _, kind, at, actor, party, data = entry
        if len(members) != len(entry) or type(v) is not int or v not in _VERSIONS or len(stored) > LIMIT:
            raise _unfit(members)
        if _has_float(data) or not (stored.isascii() or _has_plain_keys(data)):
            _refuse("a number in it is no integer, or a key is not ASCII")
        texts = type(commission) is type(subject) is type(kind) is str and (party is None or type(party) is str)
        others = type(seq) is int and type(data) is dict and is_uuid(actor) and is_time(at)
        if not (texts and others):
            _refuse(_KINDS)
    except NotCanonical:
        raise
    except KeyError as wrong:
        raise _unfit(members) from wrong
    except (TypeError, AttributeError) as wrong:
        raise NotCanonical(_KINDS) from wrong
    except (ValueError, RecursionError) as wrong:
        raise NotCanonical(str(wrong)) from wrong
    return entry


def _unfit(members: dict[str, Any]) -> NotCanonical:
    """Return why these are not the members of an entry; which ones one of a newer version has, nobody knows here."""
    version = members.get("v")
    if type(version) is not int or version <= VERSIONS[-1]:
        return NotCanonical(_TEN)
    return Newer(version)


def _has_float(data: dict[str, Any]) -> bool:
    """Tell whether a number that is no integer stands anywhere in these JSON values."""
    values: list[Any] = [*data.values()]
    for one in values:  # which grows meanwhile
        kind = type(one)
        if kind is str:
            continue
        if kind is dict:
            values.extend(one.values())
        elif kind is list:
            values.extend(one)
        elif kind is float:
            return True
    return False


def _has_plain_keys(data: dict[str, Any]) -> bool:
    """Tell whether every key in these JSON values is ASCII, at whatever depth."""
    values: list[Any] = [data]
    for one in values:  # which grows meanwhile
        if type(one) is dict:
            if not "".join(one).isascii():
                return False
            values += one.values()
        elif type(one) is list:
            values += one
    return True


def is_time(text: str) -> bool:
    """Tell whether `text` is a real moment, as `YYYY-MM-DDTHH:MM:SS.ffffffZ`: such texts sort as the moments do."""
    try:
        # `fromisoformat` alone passes over what follows a NUL.
        return bool(_time(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


@lru_cache(maxsize=4096)  # the same few act again and again
def is_uuid(text: str) -> bool:
    """Tell whether `text` is a UUID in its canonical spelling."""
    return _uuid(text) is not None


def _refuse(message: str) -> None:
    raise NotCanonical(message)
