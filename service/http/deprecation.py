"""How an operation is retired: it says since when it is deprecated (RFC 9745) and until when it works (RFC 8594)."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any

from fastapi import Depends, Request


def deprecated(since: datetime, sunset: datetime, *, successor: str) -> dict[str, Any]:
    """Return the arguments that mark a route of a `Router` as deprecated: `@router.get("/old", **deprecated(...))`.

    `since` and `sunset` are UTC; `successor` is the path to use instead.
    """
    headers = {
        "Deprecation": f"@{int(since.timestamp())}",
        "Sunset": format_datetime(sunset, usegmt=True),
        "Link": f'<{successor}>; rel="successor-version"',
    }

    async def say(request: Request) -> None:
        request.state.retired = headers

    return {"deprecated": True, "dependencies": [Depends(say)]}
