"""Answers that are written as they are: rows that the database gave and the tests hold to their published schema.

FastAPI would read each through its model once more, which for a list costs more than the list.
"""

from typing import Any

import orjson
from fastapi import Response


def answer(response: Response, content: Any, status: int = 200) -> Response:  # noqa: ANN401 -- any JSON value
    """Return `content` as JSON, with the headers that were set on `response`."""
    made = Response(orjson.dumps(content, default=str, option=orjson.OPT_UTC_Z), status, media_type="application/json")
    made.headers.raw.extend(pair for pair in response.headers.raw if pair[0] != b"content-length")
    return made
