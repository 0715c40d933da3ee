"""Judging many entries at once by what their bytes must be if nothing is wrong; `canonical.py` says what is. Pure.

The members of an entry stand in the order of their names, so `data` lies between a head that hardly changes and a tail
of which the chain foretells all but the time, the kind and the party. Only `data` has to be read as JSON. Whatever is
not as foretold is no finding yet: it is read again, strictly.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import orjson

from service.audit.entry import LIMIT
from service.verify.canonical import OPTIONS, TIME, UUID, day, has_float, has_plain_keys, is_uuid

HEAD: Final = len('{"actor":"","commission":"","data":') + 2 * 36
"""Bytes before `data`, where actor and commission are UUIDs."""
SUBJECT: Final = slice(-44, -8)
"""Where the subject stands, if it is a UUID."""
FEW: Final = 64
"""Entries that are judged at once: what they become fits into a processor's cache."""
_KIND: Final = b',"kind":"'
_head = re.compile(f'{{"actor":"{UUID}","commission":"({UUID})","data":'.encode()).fullmatch
_middle = re.compile(r',"kind":"([a-z_.]+)","party":(?:null|"([A-Z]{2})")').fullmatch
_moment = re.compile(f"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{TIME}").fullmatch
# How a float ends, in whatever spelling; a text may hold the like. Each begins with one letter, which `re` finds fast.
_fraction = re.compile(rb"\.[0-9]+[,\]}eE]").search
_exponent = re.compile(rb"e[-+]?[0-9]+[,\]}]").search

Parts = tuple[dict[str, Any], str]
"""An entry's data, and what comes after it."""
Known = tuple[str, str | None, str]
"""Kind, party and time."""
UNREAD: Final[Parts] = ({}, "")


def take_apart(stored: Sequence[bytes], log: str | None) -> Sequence[Parts]:
    """Return each entry's data and what comes after it, if those before it are a head of this log and the data canonical.

    Where one of them is not so, all are `UNREAD`, which is never as foretold.
    """
    places = [each.rfind(_KIND) for each in stored]
    spelled = [each[HEAD:place] for each, place in zip(stored, places, strict=True)]
    try:
        data: list[Any] = list(map(orjson.loads, spelled))
        if (
            {*map(type, data)} == {dict}
            and all(_is_head(head, log) for head in {each[:HEAD] for each in stored})
            and _is_canonical(data, spelled)
            and max(map(len, stored)) <= LIMIT
        ):
            return [
                (its, each[place:].decode("latin-1")) for its, each, place in zip(data, stored, places, strict=True)
            ]
    except (ValueError, TypeError, RecursionError):
        pass
    return [UNREAD] * len(stored)


def _is_canonical(data: list[dict[str, Any]], spelled: list[bytes]) -> bool:
    # Objects are told apart by their braces: where the lists are spelled alike, so is each object in them.
    text = b"[%b]" % b",".join(spelled)
    return (
        orjson.dumps(data, option=OPTIONS) == text
        and not ((_fraction(text) or _exponent(text)) and has_float(data))
        and (
            text.isascii() or has_plain_keys([one for one, its in zip(data, spelled, strict=True) if not its.isascii()])
        )
    )


def foretold(tail: str, seq: int, prev: bytes, subject: str) -> Known | None:
    """Return kind, party and time of an entry whose tail is the foretold one, None if it is not or is unusual."""
    after = f'","seq":{seq},"subject":"{subject}","v":1}}'
    end = len(tail) - len(after)
    at = tail[end - 27 : end]
    rest = f',"prev":"{prev.hex()}","recorded_at":"{at}{after}'
    known = _known_middle(tail[: -len(rest)])
    if known is None or not (tail.endswith(rest) and is_uuid(subject) and _moment(at) and day(at[:10])):
        return None
    return (*known, at)


@lru_cache(maxsize=4096)
def _is_head(head: bytes, log: str | None) -> bool:
    found = _head(head)
    return found is not None and found[1].decode() == log


@lru_cache(maxsize=4096)
def _known_middle(middle: str) -> tuple[str, str | None] | None:
    found = _middle(middle)
    return (found[1], found[2]) if found else None
