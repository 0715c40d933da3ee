"""Reading many entries at once by what their bytes must be if nothing is wrong; `canonical.py` says what is. Pure.

`msgspec` reads each entry as the ten members in the order of their names, and writes them again: what comes out must be
what went in. Whatever is not so, or is unusual, is no finding yet: it is read again, strictly.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Generic, Literal

from msgspec import UNSET, Meta, MsgspecError, Struct, UnsetType, defstruct
from msgspec.json import Decoder, Encoder
from typing_extensions import TypeVar

from service.trail.entry import LIMIT
from service.verify.canonical import is_uuid
from service.verify.replay import commitment_shapes as shapes

FEW: Final = 64
"""Entries that are read at once: what they become fits into a processor's cache."""
DEPTH: Final = 5
"""How many objects and lists lie in one another, at most, in data that is read at once; the service writes no deeper."""
Whole = Annotated[int, Meta(ge=-(2**53) + 1, le=2**53 - 1)]


def _values(depth: int) -> Any:  # noqa: ANN401 -- a type
    """Return the type of JSON values without floats that lie so deep in one another."""
    plain = str | bool | None | Whole
    return plain | list[_values(depth - 1)] | dict[str, _values(depth - 1)] if depth else plain  # type: ignore[misc]


Data = TypeVar("Data", default=dict[str, Any])


class Entry(Struct, Generic[Data], forbid_unknown_fields=True, gc=False):
    """An entry's members, in the order in which they are spelled."""

    actor: str
    commission: str
    data: Data
    kind: str
    party: str | None
    prev: str
    recorded_at: str
    seq: Whole
    subject: str
    v: Literal[1]


def _placed(*each: type, optional: bool = False, **inner: type[Struct]) -> type[Struct]:
    """Return a type with a place for each member of these shapes, in the order of their names."""
    names = sorted({name for shape in each for name in shape.__annotations__})
    types = [(name, inner.get(name, _values(DEPTH - 2))) for name in names]
    fields = [(name, kind | UnsetType, UNSET) for name, kind in types] if optional else types
    return defstruct("_".join(one.__name__ for one in each), fields, forbid_unknown_fields=True, gc=False)


Placed = _placed(
    *(shapes.Recorded, shapes.Proposed, shapes.Confirmed, shapes.Refused, shapes.Withdrawn, shapes.Changed),
    commitment=_placed(shapes.Commitment),
    proposal=_placed(shapes.Proposal),
    effective=_placed(shapes.Effective),
    optional=True,
)
"""What the entries of commitments hold, each member in a place of its own, which is read sooner than a dictionary."""
HEAD: Final = len('{"actor":"","commission":"","data":') + 2 * 36
"""Where `data` begins, since actor and commission are UUIDs."""
_ZEROS: Final = bytes.maketrans(b"123456789", b"000000000")
_ORDINARY: Final = bytes(set(range(128)) - set(b'":'))
_letter_of_a_key = re.compile(rb'[\x80-\xff]:*":').search
_read = Decoder(Entry[dict[str, _values(DEPTH - 1)]]).decode_lines  # type: ignore[misc]
_read_placed = Decoder(Entry[Placed]).decode_lines  # type: ignore[valid-type]
_spell = Encoder(order="deterministic").encode_lines


def read_at_once(stored: Sequence[bytes], *, placed: bool = False) -> list[Entry[Any]] | None:
    """Return the entries, if each is spelled canonically and its members are what they must be; None if one may not be.

    If `placed`, their data are `Placed`, unless one is no entry of a commitment; else dictionaries.
    """
    return (_sound(stored, _read_placed) if placed else None) or _sound(stored, _read)


def _sound(stored: Sequence[bytes], read: Callable[[bytes], list[Entry[Any]]]) -> list[Entry[Any]] | None:
    """Read entries as lines, and write them again, and see whether they are sound.

    No entry that is spelled as it must be holds a line break: where the lines are the same and as many as the entries, so
    is each.
    """
    text = b"\n".join([*stored, b""])
    try:
        entries = read(text)
        sound = (
            len(entries) == len(stored)
            and _spell(entries) == text
            and (len(text) <= LIMIT or max(map(len, stored)) <= LIMIT)
            and _are_times([one.recorded_at for one in entries])
            and all(map(is_uuid, {one.actor for one in entries}))
            and _has_plain_keys(b"".join([its for its in stored if not its.isascii()]))
        )
    except (MsgspecError, ValueError, RecursionError):
        return None
    return entries if sound else None


def member(data: object, name: str) -> object:
    """Return the value of a member of an entry's data, or of an object in it, however it was read; None if there is none."""
    return data.get(name) if isinstance(data, dict) else getattr(data, name, None)


def _are_times(texts: list[str]) -> bool:
    """Tell whether each is a real time; `ValueError` if there is no such day, hour, minute or second."""
    joined = "".join(texts)
    shape = joined.encode().translate(_ZEROS) == b"0000-00-00T00:00:00.000000Z" * len(texts)
    return shape and "T24" not in joined and all(map(datetime.fromisoformat, texts))


def _has_plain_keys(text: bytes) -> bool:
    """Tell whether every key is ASCII: no letter beyond it stands before a quote and a colon, if only these are left."""
    return b"\\" not in text and not _letter_of_a_key(text.translate(None, _ORDINARY))
