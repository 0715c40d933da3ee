"""Reading an entry strictly: the ten members in their one spelling (the RFC 8785 profile of `audit/entry.py`). Pure.

This is the verifier's hottest path: `orjson` reads and writes, and the exact walk is taken only where those two cannot
tell (floats, letters beyond ASCII, which are wrong in keys alone).
"""

import re
from datetime import date
from functools import lru_cache
from typing import Any, Final

import orjson

from service.audit.entry import LIMIT, VERSION, NotCanonical, canonical

MEMBERS: Final = frozenset(
    {"v", "commission", "subject", "seq", "prev", "kind", "recorded_at", "actor", "party", "data"}
)
UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
TIME: Final = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
"""What follows the date in a time."""
# `v` sorts last, so it ends every entry.
_END: Final = f',"v":{VERSION}}}'.encode()
_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_of_day = re.compile(TIME).fullmatch
_uuid = re.compile(UUID).fullmatch


def read(stored: bytes) -> dict[str, Any]:
    """Return the members of an entry; `NotCanonical` says what is wrong with its bytes."""
    try:
        entry: dict[str, Any] = orjson.loads(stored)
        if orjson.dumps(entry, option=_OPTIONS) != stored:
            _refuse("it is JSON, but not in its one canonical spelling")
        if type(entry) is not dict or entry.keys() != MEMBERS or not stored.endswith(_END) or len(stored) > LIMIT:
            _refuse(f"an entry of version {VERSION} has just these members: {', '.join(sorted(MEMBERS))}")
        if not stored.isascii() or has_float(entry["data"]):
            canonical(entry)
        if not _is_shaped(entry):
            _refuse("a member of the entry is not of its kind")
    except (TypeError, ValueError, RecursionError) as wrong:
        raise NotCanonical(str(wrong)) from wrong
    return entry


def has_float(value: Any) -> bool:  # noqa: ANN401 -- any JSON value
    """Tell whether a number that is no integer stands anywhere in a JSON value."""
    inner = value.values() if type(value) is dict else value if type(value) is list else (value,)
    for one in inner:
        kind = type(one)
        if kind is float or ((kind is dict or kind is list) and has_float(one)):
            return True
    return False


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


@lru_cache(maxsize=4096)
def is_uuid(text: str) -> bool:
    """Tell whether `text` is a UUID in its canonical spelling."""
    return _uuid(text) is not None


def _is_shaped(entry: dict[str, Any]) -> bool:
    """Tell what comparing with the chain and the founding (commission, prev) does not tell."""
    return (
        type(entry["seq"]) is int
        and type(entry["data"]) is dict
        and is_time(entry["recorded_at"])
        and is_uuid(entry["actor"])
        and type(entry["subject"]) is str
        and type(entry["kind"]) is str
        and (entry["party"] is None or type(entry["party"]) is str)
    )


def _refuse(message: str) -> None:
    raise NotCanonical(message)
