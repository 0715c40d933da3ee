"""Keyset pages: an opaque cursor that says where the last page ended, and the Link header (RFC 8288)."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final, Generic, TypeVar

import orjson
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel

from service.errors import InvalidCursor
from service.http.answers import answer

Item = TypeVar("Item")
Shape = Callable[[Any], Mapping[str, Any]]
DEFAULT, MOST = 50, 200

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many items at most.")]
Cursor = Annotated[
    str | None, Query(max_length=1000, description="`next_cursor` of the page before; absent for the first page.")
]


class Page(BaseModel, Generic[Item]):
    """One page of a list: the items, and the cursor of the next page (null on the last)."""

    items: list[Item]
    next_cursor: str | None


def encode(sort: str, *values: object) -> str:
    """Return the cursor for a row with these sort `values` in the list sorted by `sort`."""
    return base64.urlsafe_b64encode(orjson.dumps([sort, *values], default=str)).rstrip(b"=").decode()


def decode(cursor: str | None, sort: str, *kinds: Callable[[Any], Any]) -> list[Any] | None:
    """Return the values in `cursor`, each read by its `kind`; None without one; `InvalidCursor` if it is not ours."""
    if cursor is None:
        return None
    try:
        found, *values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        read = [kind(value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, AttributeError, OverflowError):
        read = None
    if read is None or found != sort:
        message = "Use `next_cursor` of the page before, with the same sort, or leave `cursor` out."
        raise InvalidCursor(message, errors=[{"parameter": "cursor", "detail": message}])
    return read


def number(value: object, below: int = 2**31) -> int:
    """Return `value`, a whole number that the database can hold; `ValueError` for anything else, of whatever JSON type."""
    if type(value) is not int or not -below <= value < below:
        raise ValueError("is no number of ours")
    return value


index: Final = partial(number, below=2**53)
"""Reads the index of an entry."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page of a list was asked for, and how its answer is made."""

    request: Request
    limit: int
    cursor: str | None

    def after(self, sort: str, *kinds: Callable[[Any], Any]) -> list[Any] | None:
        """Return the values after which the page begins; None for the first; `InvalidCursor`."""
        return decode(self.cursor, sort, *kinds)

    def page(self, shape: Shape, rows: Sequence[Any], sort: str, *names: str) -> Response:
        """Return the answer for `rows`, each as `shape` makes it; `rows` holds one more than the limit if there is more."""
        return self.marked(shape, rows, lambda row: encode(sort, *(row[name] for name in names)))

    def marked(self, shape: Shape, rows: Sequence[Any], mark: Callable[[Any], str]) -> Response:
        """Return the answer for `rows`; `mark` makes the cursor that stands after a row."""
        following = mark(rows[self.limit - 1]) if len(rows) > self.limit else None
        return self.shown([shape(row) for row in rows[: self.limit]], following)

    def shown(self, items: Sequence[Mapping[str, Any]], cursor: str | None) -> Response:
        """Return the answer for these items; `cursor` stands where the next page begins, None on the last."""
        content = {"items": items, "next_cursor": cursor}
        if cursor is None:
            return answer(content)
        # Without host and scheme: behind a proxy the service knows neither.
        following = self.request.url.include_query_params(cursor=cursor)
        return answer(content, following=f"{following.path}?{following.query}")


async def asked(request: Request, limit: Limit = DEFAULT, cursor: Cursor = None) -> Asked:
    """Return which page is asked for."""
    return Asked(request, limit, cursor)


Paging = Annotated[Asked, Depends(asked)]
