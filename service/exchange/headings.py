"""Which column stands under each heading of a sheet that somebody sent; what stands under none is told, never lost."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from service.exchange.reading.archive import cell as cell_name
from service.exchange.reading.reading import Cell, NotRead
from service.exchange.rules.columns import Column, Per, column_of, named

Headed = Sequence[tuple[str, Column] | None]
"""For each place of a row the name of its column, and that; None where the heading is empty."""
UNHEADED: Final = "stands under no heading: give it one that the export has, or empty the cell"
_MOST: Final = 10


def headed(headings: Sequence[Cell], charter: Mapping[str, Any]) -> Headed:
    """Return the column of each heading; `NotRead` tells all that are wrong with them."""
    found: list[tuple[str, Column] | None] = []
    wrong = []
    for place, heading in enumerate(headings, 1):
        name = named(heading) if isinstance(heading, str) else ""
        column = column_of(name)
        if not name and isinstance(heading, str):
            found.append(None)
        elif column is None or (column[0].per is Per.PARTY and column[1] not in charter["parties"]):
            wrong.append(f"{cell_name(1, place)} is no heading that is known, {str(heading)[:60]!r}.")
        elif any(one and one[0] == name for one in found):
            wrong.append(f"{cell_name(1, place)} repeats the heading {name!r}. Take one of the two columns out.")
        else:
            found.append((name, column[0]))
    if wrong:
        more = [f"So are {len(wrong) - _MOST} more."] if len(wrong) > _MOST else []
        raise NotRead(" ".join([*wrong[:_MOST], *more, "Export the commission: its file has all of them."]))
    if not any(found):
        raise NotRead("It has no headings in its first row. Export the commission: its file has all of them.")
    return found


def unheaded(number: int, row: Sequence[Cell], under: Headed) -> Iterator[dict[str, str]]:
    """Yield what is wrong with the cells of a row that stand under no heading, as a reader of files tells it."""
    for place, one in enumerate(row, 1):
        if not is_blank(one) and (place > len(under) or under[place - 1] is None):
            yield {"cell": cell_name(number, place), "problem": UNHEADED}


def is_blank(cell: Cell) -> bool:
    """Return whether nothing is written in a cell."""
    return isinstance(cell, str) and not cell.strip()
