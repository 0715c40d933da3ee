"""The items of a package as cells: one a line, `1: Two hospitals` in the column of a language, `1: 2025-06` where they are done. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final

from service.exchange.rules.cells import CLEAR

TITLE, DONE = "item", "item_done"
_line = re.compile(r"\s*([1-9][0-9]{0,2})\s*:\s*(\S(?:.*\S)?)\s*").fullmatch
ADVICE: Final = "write one item a line, its number and a colon before it: `1: Two hospitals`"
Lines = dict[str, str]


def spelled(items: Mapping[str, Mapping[str, Any]] | None) -> dict[str, str]:
    """Return the cells of a package's items by their columns."""
    found: dict[str, list[str]] = {}
    for number, one in sorted((items or {}).items(), key=lambda item: int(item[0])):
        for language, title in one["titles"].items():
            found.setdefault(f"{TITLE}.{language}", []).append(f"{number}: {title}")
        if one.get("done_on"):
            found.setdefault(DONE, []).append(f"{number}: {one['done_on']}")
    return {name: "\n".join(lines) for name, lines in found.items()}


def changes(known: Mapping[str, str], said: Mapping[str, str]) -> dict[str, Any]:
    """Return what these cells change of the items that stand in the cells `known`, by their numbers, as a merge patch.

    A cell says all of its column: what has no line there any more is taken out, and an item without a title in any language is no more.
    `ValueError` for a line that is none.
    """
    titled = {name: read(cell) for name, cell in {**known, **said}.items() if name.partition(".")[0] == TITLE}
    numbers = {number for lines in titled.values() for number in lines}
    found: dict[str, Any] = {}
    for name, cell in said.items():
        before, after = read(known.get(name, "")), read(cell)
        for number in [one for one in {**before, **after} if before.get(one) != after.get(one)]:
            if number not in numbers and number not in after:
                found[number] = None
            elif name == DONE:
                found.setdefault(number, {})["done_on"] = after.get(number)
            else:
                titles = found.setdefault(number, {}).setdefault("titles", {})
                titles[name.partition(".")[2]] = after.get(number)
    return found


def read(cell: str) -> Lines:
    """Return the lines of a cell by the numbers of their items; none of one that is cleared."""
    found: Lines = {}
    for line in [] if cell.strip() == CLEAR else filter(str.strip, re.split(r"\r\n|\r|\n", cell)):
        named = _line(line)
        if named is None:
            raise ValueError(f"{line.strip()[:80]!r} is no item of a package; {ADVICE}")
        if named[1] in found:
            raise ValueError(f"item {named[1]} of a package stands twice in one cell")
        found[named[1]] = named[2]
    return found
