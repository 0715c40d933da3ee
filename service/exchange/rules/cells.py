"""How a value is spelled in a cell, and read back from it: each pair undoes the other exactly. Pure.

An empty cell is a value that is not known, or to be left; `-` clears. So a text that is a hyphen, or backslashes and a hyphen, has
one backslash more in a cell than in the record.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from service.register.instruments.rules.texts import InstrumentKind
from service.values import codes as shapes

CLEAR: Final = "-"
_hyphen = re.compile(r"\\*-").fullmatch
_escaped = re.compile(r"\\+-").fullmatch
_code = re.compile(r"[^\s,;]*/[^\s,;]*")
_parts = re.compile(r"(?:[^|\\]|\\.)*", re.DOTALL)
MEMBERS: Final = ("name", "title", "organisation")
"""What is told of a signatory, in the order of its cell."""
BETWEEN: Final = " | "


def spelled(value: str | None) -> str:
    """Return a text as its cell holds it; nothing for what is not known."""
    if value is None:
        return ""
    return f"\\{value}" if _hyphen(value) else value


def read(cell: str) -> str:
    """Return the text of a cell that is neither empty nor `-`."""
    return cell[1:] if _escaped(cell) else cell


def listed(codes: Iterable[str]) -> str:
    """Return codes as a cell lists them."""
    return ", ".join(codes)


def codes(cell: str) -> list[str]:
    """Return the codes that a cell lists."""
    return [code for part in re.split(r"[,;\n]", cell) if (code := part.strip())]


def in_codes(cell: str) -> str:
    """Return a cell with its codes as the register spells them: `pk-az/08` is `PK-AZ/08`. An id, which has no slash, stays as it is."""
    return _code.sub(lambda said: shapes.spelled(said[0]), cell)


def coded(said: str) -> str:
    """Return what people write of a code as the code: `Action plan` is `action_plan`, `MoU` is `mou`."""
    return re.sub(r"[\s_-]+", "_", said.strip()).lower()


def signatories(several: Sequence[Mapping[str, str | None]]) -> str:
    """Return signatories as a cell tells them: one a line, `name | title | organisation`; a bar within one has a backslash before it."""
    return "\n".join(_signatory(one) for one in several)


def _signatory(one: Mapping[str, str | None]) -> str:
    told = [re.sub(r"([|\\])", r"\\\1", one.get(name) or "") for name in MEMBERS]
    while told and not told[-1]:
        told.pop()
    return BETWEEN.join(told)


def signatories_of(cell: str, party: str) -> list[dict[str, str]]:
    """Return the signatories that a cell tells, each of `party`; `ValueError` where a line has more than three parts."""
    found = []
    for line in filter(str.strip, cell.splitlines()):
        told = [re.sub(r"\\(.)", r"\1", part).strip() for part in _split(line)]
        if len(told) > len(MEMBERS):
            raise ValueError(f"{line!r} has more than {len(MEMBERS)} parts; write `name | title | organisation`")
        found.append({"party": party} | {name: said for name, said in zip(MEMBERS, told, strict=False) if said})
    return found


def _split(line: str) -> list[str]:
    parts, at = [], 0
    while at <= len(line):
        part = _parts.match(line, at)
        assert part
        # A lone backslash at the end stands for itself.
        end = len(line) if part.end() < len(line) and line[part.end()] == "\\" else part.end()
        parts.append(line[at:end])
        at = end + 1
    return parts


def instrument(kind: str | None, title: str | None) -> str:
    """Return an instrument that has no reference as its cell tells it: `kind: title`."""
    return f"{kind or ''}: {title or ''}".strip() if kind or title else ""


def instrument_of(cell: str) -> tuple[str | None, str | None]:
    """Return kind and title of an instrument's cell; what is not said is None. A kind alone needs no colon."""
    written, colon, title = cell.partition(":")
    kind = _WRITTEN_OUT.get(coded(written), coded(written))
    if not colon and kind in set(InstrumentKind):
        return kind, None
    return (kind or None, title.strip() or None) if colon else (None, cell.strip())


_WRITTEN_OUT: Final = {
    "memorandum_of_understanding": str(InstrumentKind.MOU),
    "exchange_of_letters": str(InstrumentKind.EXCHANGE_OF_NOTES),
}
"""Kinds that people also write out, or call by another name."""


def respelled(column: str, cell: str) -> str:
    """Return what a person wrote in a cell of this column as the register would spell it: `MoU:Transit` is `mou: Transit`."""
    if column in {"lead", "carried_over", "successor"}:
        return listed(codes(cell))
    if column == "signatory":
        return spelled(signatories(signatories_of(read(cell), "")))
    if column == "instrument":
        named = in_codes(cell)
        return named if is_instrument(named) else spelled(instrument(*instrument_of(read(cell))))
    return cell


def is_instrument(cell: str) -> bool:
    """Return whether a cell names instruments by their references."""
    return any(re.fullmatch(shapes.INSTRUMENT, code) for code in codes(cell))


def same(one: str, other: str) -> bool:
    """Return whether two cells say the same: a file's own line ends make no difference, nor that a text of long ago is not composed."""
    return one == other or composed(one) == composed(other)


def composed(text: str) -> str:
    """Return a text as the register writes it: composed, its lines ended by line feeds, and nothing around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
