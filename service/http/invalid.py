"""What FastAPI found wrong with a request, said from the published document: what must stand there, and where."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from service.errors import InvalidContent, ServiceError, Unreadable, UnsupportedMediaType, fault, shapes
from service.http.bodies import is_json, json_body, packed
from service.http.declared import undeclared

Operation = Mapping[str, Any]


def refusal(request: Request, error: RequestValidationError) -> ServiceError:
    """Return the refusal: 415 for another media type, 400 for what is not JSON, else 422 with every wrong place."""
    found: Sequence[Mapping[str, Any]] = error.errors()
    if unread := [one["ctx"]["error"] for one in found if one["type"] == "json_invalid"]:
        if encoding := packed(request):
            return UnsupportedMediaType(f"The body must be sent as it is, not packed (Content-Encoding: {encoding}).")
        return Unreadable(f"The body cannot be read: {unread[0]}.", errors=[fault("", unread[0])])
    document = request.app.openapi()
    operation = _operation(request, document)
    content_type = request.headers.get("content-type", "")
    if content_type and not is_json(content_type) and any(one["loc"] == ("body",) for one in found):
        kind, _ = json_body(operation) or ("application/json", {})
        return UnsupportedMediaType(f"The body must be {kind}, not {content_type!r}.")
    told: list[Mapping[str, str]] = [
        _fault(one, operation, document) for one in found[: shapes.MOST] if not _is_of_body(one)
    ]
    of_body = [{**one, "loc": one["loc"][1:]} for one in found[: shapes.MOST] if _is_of_body(one)]
    content = operation.get("requestBody", {}).get("content", {})
    schema: shapes.Schema = next((one["schema"] for one in content.values()), {})
    told += shapes.faults(of_body, schema, root=document)
    # What two dependencies ask for is missed by both.
    return InvalidContent.listing([one for at, one in enumerate(told) if one not in told[:at]])


def _is_of_body(found: Mapping[str, Any]) -> bool:
    return next(iter(found["loc"]), "body") == "body"


def _operation(request: Request, document: Mapping[str, Any]) -> Operation:
    """Return what the document says of the operation; of one that is not published, nothing."""
    route = request.scope.get("route")
    identifier = route.unique_id if isinstance(route, APIRoute) else None
    operations = (one for path in document["paths"].values() for one in path.values())
    return next((one for one in operations if one["operationId"] == identifier), {})


def _fault(found: Mapping[str, Any], operation: Operation, document: Mapping[str, Any]) -> dict[str, str]:
    where, *rest = found["loc"]
    name, *within = rest or [where]
    known = {one["name"].lower(): one["schema"] for one in operation.get("parameters", ()) if one["in"] == where}
    if within and len(several := _several(found.get("input"))) > 1:
        shown = "&".join(f"{name}={one}" for one in several)
        return {"parameter": str(name), "detail": f"takes one value each time that it is given: {shown}"}
    _, said = shapes.tell({**found, "loc": within}, known.get(str(name).lower(), {}), document)
    return {"parameter": str(name), "detail": said}


def _several(given: object) -> list[str]:
    """Return the values that were written into one place of a parameter that may be repeated; a few of them."""
    return re.findall(r"[^\s,;|\[\]\"']+", given[:200])[:3] if isinstance(given, str) else []


def with_undeclared(request: Request, error: ServiceError) -> ServiceError:
    """Return a refusal of the content that tells, too, of what is not published of the query; of one place once."""
    if not isinstance(error, InvalidContent) or not error.errors:
        return error
    beside = undeclared(request)
    named = {one["parameter"] for one in beside}
    others = [one for one in error.errors if one.get("parameter") not in named]
    if not beside or beside == error.errors:
        return error
    return type(error).listing([*beside, *others], headers=error.headers, **error.members)
