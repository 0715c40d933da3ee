"""Keyset pages: an opaque cursor that says where the last page ended, and the Link header (RFC 8288)."""

import base64
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Query, Request, Response
from pydantic import BaseModel

from service.errors import InvalidCursor

Item = TypeVar("Item")
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


def cut(
    rows: Sequence[Any], limit: int, mark: Callable[[Any], str], request: Request, response: Response
) -> tuple[Sequence[Any], str | None]:
    """Return at most `limit` of `rows` (which holds one more if there is more) and the next cursor; set Link."""
    if len(rows) <= limit:
        return rows, None
    cursor = mark(rows[limit - 1])
    response.headers["Link"] = f'<{request.url.include_query_params(cursor=cursor)}>; rel="next"'
    return rows[:limit], cursor
