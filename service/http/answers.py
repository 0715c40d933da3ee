"""Answers that are written as they are: rows that the database gave and the tests hold to their published schema.

FastAPI would read each through its model once more, which for a list costs more than the list. What an answer carries
beside its content is an argument here, and is declared at the route by `service.http.headers`.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Response
from pydantic import BaseModel

from service.http.languages import spoken


def answer(
    content: Any,  # noqa: ANN401 -- any JSON value
    status: int = 200,
    *,
    location: str | None = None,
    version: int | None = None,
    following: str | None = None,
    language: str | None = None,
) -> Response:
    """Return `content` as JSON.

    `location` is the path of what was made, `version` the number in the ETag (RFC 9110, 8.8.3), `following` the path of
    the next page (RFC 8288), `language` that of the titles of problems, where some are told in it.
    """
    headers = {}
    if location is not None:
        headers["Location"] = location
    if version is not None:
        headers["ETag"] = f'"{version}"'
    if following is not None:
        headers["Link"] = f'<{following}>; rel="next"'
    if language is not None:
        headers |= spoken(language)
    body = orjson.dumps(content, default=str, option=orjson.OPT_UTC_Z)
    return Response(body, status, headers, media_type="application/json")


def members(model: type[BaseModel], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return of `row` what `model` publishes."""
    return {name: row[name] for name in model.model_fields}
