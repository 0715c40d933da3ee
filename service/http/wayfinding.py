"""Who has lost the way is shown it: the address that was probably meant, and the methods that are possible at one."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from fastapi import Request
from pydantic import BaseModel
from starlette.routing import Match

from service.errors import MethodNotAllowed, NotFound
from service.http.routing import Router

router = Router(tags=["operations"])
DOCUMENT: Final = "/openapi.json"
METHODS: Final = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_PARAMETER: Final = re.compile(r"\{[^}]+\}")
_TYPED: Final = re.compile(
    r"(/v1/[a-z-]+)/([a-z]{2}(?:[-.][a-z0-9]{1,8})+(?:/jwg/[a-z0-9-]+|(?:/jwg/[a-z0-9-]+|/i)?(?:/(?:\d+|d-[a-z0-9]+)){1,2}))(/.*)?",
    re.IGNORECASE,
)
"""A collection, a code as somebody typed it, in small letters, or without its noughts, and what of it is asked."""
_IDENTIFIER: Final = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)


class Entrance(BaseModel):
    """Where everything begins."""

    service: str
    documentation: str
    document: str
    token: str
    lifecycle: str


@router.get("/", summary="Where everything begins", response_model=Entrance)
async def read_entrance(request: Request) -> dict[str, str]:
    """Say what this is, and where its documentation, its document and its tokens are."""
    root = request.scope.get("root_path", "")
    return {
        "service": request.app.title,
        "documentation": f"{root}/docs",
        "document": f"{root}{DOCUMENT}",
        "token": f"{root}/oauth/token",
        "lifecycle": f"{root}/v1/lifecycle",
    }


def no_address(request: Request) -> NotFound:
    """Return the refusal of an address at which there is nothing for anybody."""
    root, path = request.scope.get("root_path", ""), request.scope["path"]
    paths = request.app.openapi()["paths"]
    near = nearest(path.removeprefix(root), paths)
    meant = f" Did you mean {root}{near}?" if near else ""
    if example := _coded(near, paths):
        meant += f" A code is written as in the minutes, such as {example}."
    return NotFound(
        f"The service has no such address.{meant} All addresses are described in {root}{DOCUMENT}, and for reading at {root}/docs.",
        nearest_address=near,
        document=DOCUMENT,
    )


def no_method(request: Request) -> MethodNotAllowed:
    """Return the refusal of a method at an address that has others."""
    # HEAD is answered wherever GET is.
    allowed = [method for method in METHODS if _possible(request, method.replace("HEAD", "GET"))]
    path, method = request.scope["path"], request.method
    return MethodNotAllowed(
        f"{method} is not possible at {path}. Possible there: {', '.join(allowed)}.",
        headers={"Allow": ", ".join(allowed)},
        allowed_methods=allowed,
    )


def nearest(path: str, known: Iterable[str]) -> str | None:
    """Return the address that `path` is most like, with its identifiers in their places; None if it is like none.

    A reference as it was typed, such as `pk-az/8/4`, is of the address that reads such.
    """
    if (typed := _TYPED.fullmatch(path)) and (one := _by_code(typed[1], typed[2], typed[3] or "", known)):
        return one
    templates = {_PARAMETER.sub("*", template): template for template in known}
    identifiers = _IDENTIFIER.findall(path)
    close = get_close_matches(_IDENTIFIER.sub("*", path.rstrip("/").lower()), templates, n=1, cutoff=0.7)
    if not close:
        return None
    template = templates[close[0]]
    if len(identifiers) != len(_PARAMETER.findall(template)):
        return template
    return _PARAMETER.sub(lambda _: identifiers.pop(0), template)


def _by_code(collection: str, typed: str, rest: str, known: Iterable[str]) -> str | None:
    """Return where one of a collection, or the rest of it, is read by its code: as it was typed, or as it is written."""
    members = [one for one in known if one.startswith(f"{collection}/")]
    by_reference = f"{collection}/by-reference/"
    if typed.count("/") > 1 and any(one.startswith(by_reference) for one in members):
        return by_reference + typed
    wanted = re.compile(r"/\{[^}]+\}" + re.escape(rest))
    return next((one for one in members if wanted.fullmatch(one.removeprefix(collection))), None)


def _coded(near: str | None, paths: Mapping[str, Any]) -> str | None:
    """Return an example of the code that may stand in an address; None where none may."""
    operation: Mapping[str, Any] = next(iter(paths.get(near or "", {}).values()), {})
    schemas = [one["schema"] for one in operation.get("parameters", ()) if one["in"] == "path"]
    examples = (example for schema in schemas for example in schema.get("examples", ()))
    return next((one for one in examples if "/" in one), None)


def _possible(request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
