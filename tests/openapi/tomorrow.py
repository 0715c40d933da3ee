"""The service as a later release may answer: `/v1` may add values to enumerations of answers, and members to objects."""

import json
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

DOCUMENT = json.loads((Path(__file__).parents[2] / "openapi" / "openapi.json").read_text())
NEW = "ratified"


def members_with(keyword: str) -> frozenset[str]:
    """The names of the members that some schema of the document describes by `keyword`."""
    schemas = DOCUMENT["components"]["schemas"].values()
    members = [one for schema in schemas for one in schema.get("properties", {}).items()]
    return frozenset(name for name, one in members if keyword in one)


# What a move is and between which states it leads depends on the lifecycle: plain texts.
OPEN = members_with("x-extensible-enum") | {"move", "source", "target"}
MAPS = members_with("additionalProperties")


def later(value: Any) -> Any:
    """The same answer with a new value in each open enumeration and a new member in each object that is no map."""
    if isinstance(value, list):
        return [later(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {"new": NEW} | {name: one if name in MAPS else _grown(name, one) for name, one in value.items()}


def _grown(name: str, value: Any) -> Any:
    return NEW if name in OPEN and isinstance(value, str) else later(value)


def tomorrow(app: ASGIApp) -> ASGIApp:
    """`app`, whose answers to GET are a later release's."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "GET":
            await app(scope, receive, send)
            return
        said: list[Message] = []

        async def keep(message: Message) -> None:
            said.append(message)

        plain = [one for one in scope["headers"] if one[0] != b"accept-encoding"]
        await app({**scope, "headers": plain}, receive, keep)
        body = json.dumps(later(json.loads(b"".join(one.get("body", b"") for one in said)))).encode()
        headers = [one for one in said[0]["headers"] if one[0] != b"content-length"]
        await send({**said[0], "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    return answer
