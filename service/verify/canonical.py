"""Reading an entry strictly: the ten members in their one spelling (the RFC 8785 profile of `audit/entry.py`). Pure.

Whatever is not sound at first sight (`spelling.py`) comes here to be told what is wrong. `orjson` reads and writes (it
refuses integers beyond 2^53, and writes no duplicate keys); a walk finds what it lets pass, floats, and where there are
letters beyond ASCII, keys that hold them.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

import orjson

from service.trail.entry import LIMIT, VERSION, NotCanonical

MEMBERS: Final = ("v", "commission", "subject", "seq", "prev", "kind", "recorded_at", "actor", "party", "data")
UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TIME: Final = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
"""What follows the date in a time."""
_members = itemgetter(*MEMBERS)
_TEN: Final = f"an entry of version {VERSION} has just these members: {', '.join(sorted(MEMBERS))}"
_KINDS: Final = "a member of the entry is not of its kind"
# `v` sorts last, so it ends every entry.
_END: Final = f',"v":{VERSION}}}'.encode()
_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_of_day = re.compile(_TIME).fullmatch
_uuid = re.compile(UUID).fullmatch


def read(stored: bytes) -> dict[str, Any]:
    """Return the members of an entry; `NotCanonical` says what is wrong with its bytes.

    What `prev` and `commission` must be is for the chain to say.
    """
    try:
        entry: dict[str, Any] = orjson.loads(stored)
        if orjson.dumps(entry, option=_OPTIONS) != stored:
            _refuse("it is JSON, but not in its one canonical spelling")
        _, commission, subject, seq, _, kind, at, actor, party, data = _members(entry)
        if len(entry) != len(MEMBERS) or not stored.endswith(_END) or len(stored) > LIMIT:
            _refuse(_TEN)
        if _has_float(data.values()) or not (stored.isascii() or _has_plain_keys([data])):
            _refuse("a number in it is no integer, or a key is not ASCII")
        named = type(commission) is type(subject) is type(kind) is str and is_uuid(actor)
        if not (
            named and (party is None or type(party) is str) and type(seq) is int and _of_day(at, 10) and day(at[:10])
        ):
            _refuse(_KINDS)
    except KeyError as wrong:
        raise NotCanonical(_TEN) from wrong
    except (TypeError, AttributeError) as wrong:
        raise NotCanonical(_KINDS) from wrong
    except (ValueError, RecursionError) as wrong:
        raise NotCanonical(str(wrong)) from wrong
    return entry


def _has_float(values: Iterable[Any]) -> bool:
    """Tell whether a number that is no integer stands anywhere in these JSON values."""
    for one in values:
        kind = type(one)
        if kind is str:
            continue
        if kind is dict:
            if _has_float(one.values()):
                return True
        elif kind is float or (kind is list and _has_float(one)):
            return True
    return False


def _has_plain_keys(values: Iterable[Any]) -> bool:
    """Tell whether every key in these JSON values is ASCII, at whatever depth."""
    for one in values:
        kind = type(one)
        if kind is dict:
            if not ("".join(one).isascii() and _has_plain_keys(one.values())):
                return False
        elif kind is list and not _has_plain_keys(one):
            return False
    return True


def is_time(text: str) -> bool:
    """Tell whether `text` is a real moment, as `YYYY-MM-DDTHH:MM:SS.ffffffZ`: such texts sort as the moments do."""
    return _of_day(text, 10) is not None and day(text[:10]) is not None


@lru_cache(maxsize=4096)
def day(text: str) -> date | None:
    """Return the day that `YYYY-MM-DD` names, None if there is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def is_uuid(text: str) -> bool:
    """Tell whether `text` is a UUID in its canonical spelling."""
    return _uuid(text) is not None


def _refuse(message: str) -> None:
    raise NotCanonical(message)
