"""What is sent is held to what its operation publishes: the names of its query parameters, how numbers and days are written, its media types.

A parameter that nobody reads would be the worst kind of mistake: `?stat=implemented` answered with everything is quoted as the
number of what is implemented. It is judged in its turn, when FastAPI has found nothing wrong; where FastAPI has, or the command that
judges the body, `service.http.problems` tells of both at once.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache, wraps
from typing import Any, Final

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute

from service.errors import InvalidContent, NotAcceptable
from service.errors.sent import InItsTurn

ASKED: Final = "request_as_asked"
"""By this name an endpoint that takes no request is given one, to be judged."""
TOLD: Final = 20
"""So many unknown names are told of at most: who sends thousands learns enough."""
_DAY, _NUMBER = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"), re.compile("-?[0-9]+")
_LIKE_A_NUMBER: Final = re.compile(r"[\s+-]*[0-9][0-9_]*(\.0*)?\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Operation:
    """What an operation publishes: the schemas of its query parameters; the media types of its answer."""

    parameters: Mapping[str, Mapping[str, Any]]
    media_types: tuple[str, ...]


@lru_cache(maxsize=4)
def operations(app: FastAPI) -> Mapping[str, Operation]:
    """Return what each operation of `app` publishes, by its id; read once, from the document."""
    paths = app.openapi()["paths"].values()
    return {one["operationId"]: _published(one) for path in paths for one in path.values()}


def held(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Return `endpoint`, which gives no answer to a request of which something is not published.

    FastAPI calls it when all else is found to be sound, and gives it the request, by the name that it has there already.
    """
    signature = inspect.signature(endpoint)
    taken = next((name for name, one in signature.parameters.items() if one.annotation is Request), None)

    @wraps(endpoint)
    async def begin(**solved: Any) -> Any:  # noqa: ANN401 -- whatever the endpoint takes and answers
        request = solved[taken] if taken else solved.pop(ASKED)
        if not judged_in_its_turn(solved.values()) or not undeclared(request):
            require_declared(request)
            return await endpoint(**solved)
        # Whoever is refused below is told of the query, too; what was done is rolled back, as after any refusal.
        await endpoint(**solved)
        raise InvalidContent.listing(undeclared(request))

    if taken is None:
        asked = inspect.Parameter(ASKED, inspect.Parameter.KEYWORD_ONLY, annotation=Request)
        begin.__signature__ = signature.replace(parameters=[*signature.parameters.values(), asked])  # type: ignore[attr-defined]
    return begin


def judged_in_its_turn(solved: Iterable[object]) -> bool:
    """Tell whether a body is among these that is judged in the request's transaction (`service.errors.sent`), not by FastAPI."""
    return any(isinstance(one, (InItsTurn, dict)) for one in solved)


def undeclared(request: Request) -> list[dict[str, str]]:
    """Return what is wrong with the query by the names and spellings that the operation publishes."""
    operation = _operation(request) if request.scope["query_string"] else None
    if operation is None:
        return []
    return [*_wrong_names(operation.parameters, request), *_misspelled(operation.parameters, request)]


def require_declared(request: Request) -> None:
    """Raise `InvalidContent` for query parameters that the operation does not publish, `NotAcceptable` for its media types."""
    if wrong := undeclared(request):
        raise InvalidContent.listing(wrong)
    accept = ", ".join(request.headers.getlist("accept"))
    if accept in {"", "*/*"}:
        return
    operation = _operation(request)
    if operation and not acceptable(accept, operation.media_types):
        offered = ", ".join(operation.media_types)
        raise NotAcceptable(
            f"This is answered as {offered}, and Accept asks for {accept[:200]}.", media_types=operation.media_types
        )


async def _judge(request: Request) -> None:
    require_declared(request)


Declared: Final = Depends(_judge)
"""For routers that are none of ours."""


def _operation(request: Request) -> Operation | None:
    """Return what the operation that is asked for publishes; None of what is not published."""
    route = request.scope["route"]
    return operations(request.app).get(route.unique_id) if isinstance(route, APIRoute) else None


def _published(operation: Mapping[str, Any]) -> Operation:
    parameters = {one["name"]: one["schema"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    return Operation(parameters, tuple(kind for answer in answers for kind in answer.get("content", ())))


def _repeatable(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("type") == "array")


def _wrong_names(known: Mapping[str, Mapping[str, Any]], request: Request) -> Iterator[dict[str, str]]:
    given = [name for name, _ in request.query_params.multi_items()]
    for name in [one for one in dict.fromkeys(given) if one not in known][:TOLD]:
        yield {"parameter": name[:100], "detail": _unknown(known, name)}
    for name, schema in known.items():
        if not _repeatable(schema) and given.count(name) > 1:
            yield {"parameter": name, "detail": "is given more than once; give it once"}


def _misspelled(known: Mapping[str, Mapping[str, Any]], request: Request) -> Iterator[dict[str, str]]:
    """Refuse what pydantic takes for a number or a day as well: `1_0`, `5.0`, seconds since 1970, moments."""
    for name, value in request.query_params.multi_items():
        schema = known.get(name, {})
        if schema.get("format") == "date" and value and not _DAY.fullmatch(value):
            example = next(iter(schema.get("examples", ())), "2024-07-09")
            yield {"parameter": name, "detail": f'must be a date, such as "{example}", not "{value[:60]}"'}
        if schema.get("type") == "integer" and _LIKE_A_NUMBER.fullmatch(value) and not _NUMBER.fullmatch(value):
            yield {"parameter": name, "detail": f'must be a whole number in digits, such as 20, not "{value[:60]}"'}


def _unknown(known: Mapping[str, Mapping[str, Any]], name: str) -> str:
    if not known:
        return "is not known here, where there are no query parameters"
    bare = re.sub(r"\[.*", "", name).strip().lower()
    near = get_close_matches(bare, known, n=1)
    listed = f"those of this address are: {', '.join(known)}"
    if not near:
        return f"is not known here; {listed}"
    several = (
        f", repeated for several values ({near[0]}=...&{near[0]}=...)"
        if _repeatable(known[near[0]]) and "[" in name
        else ""
    )
    return f"is not known here; did you mean {near[0]}{several}? ({listed})"


@lru_cache(maxsize=1000)
def acceptable(accept: str, media_types: tuple[str, ...]) -> bool:
    """Tell whether the header Accept takes one of these media types (RFC 9110, 12.5.1); absent, it takes any."""
    ranges = _ranges(accept)
    return not ranges or not media_types or any(_wanted(ranges, kind) > 0 for kind in media_types)


def preferred(accept: str, media_types: Sequence[str]) -> str:
    """Return which of these media types the header Accept likes best: of those it likes alike the one it names first, else the first of these."""
    ranges = _ranges(accept) or {"*/*": 1.0}
    named = {kind: -place for place, kind in enumerate(ranges)}
    return max(media_types, key=lambda kind: (_wanted(ranges, kind), named.get(kind, -len(named))))


def _ranges(accept: str) -> dict[str, float]:
    return dict(_quality(one) for one in accept.lower().split(",") if one.strip())


def _quality(given: str) -> tuple[str, float]:
    """Return a media range and its quality. Other parameters, such as a version of the format, are not held to anything."""
    kind, *parameters = (part.strip() for part in given.split(";"))
    quality = next((one[2:].strip() for one in parameters if one.startswith("q=")), "1")
    return kind, float(quality) if re.fullmatch(r"[01](\.\d{0,3})?", quality) else 1.0


def _wanted(ranges: Mapping[str, float], kind: str) -> float:
    """Return the quality that the most specific range gives to a media type."""
    found = (ranges[one] for one in (kind, f"{kind.partition('/')[0]}/*", "*/*", "*") if one in ranges)
    return next(found, 0.0)
