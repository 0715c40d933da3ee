"""How our routes are declared: the operation that each publishes has the name of its function."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Route = APIRoute


class Router(APIRouter):
    """Our routes."""

    def __init__(self, prefix: str = "", *, tags: list[str], route_class: type[APIRoute] = APIRoute) -> None:
        super().__init__(
            prefix=prefix,
            tags=list(tags),
            route_class=route_class,
            generate_unique_id_function=lambda route: route.name,
        )


def is_json(content_type: str) -> bool:
    """Return whether this media type is JSON, or made of it."""
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
