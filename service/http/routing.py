"""How our routes are declared: the operation that each publishes has the name of its function."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from typing_extensions import override

from service.http.bodies import StrictRequest

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Route(APIRoute):
    """A route that reads bodies strictly, and whose answers say so when it is retired (`service.http.refusals`)."""

    @override
    def get_route_handler(self) -> Handler:
        """Return the handler; FastAPI itself drops headers of a dependency where an endpoint makes its own answer."""
        handle = super().get_route_handler()

        async def read(request: Request) -> Response:
            answer = await handle(StrictRequest(request.scope, request.receive))
            if self.deprecated:
                answer.headers.update(request.state.retired)
            return answer

        return read


class Router(APIRouter):
    """Our routes."""

    def __init__(self, prefix: str = "", *, tags: list[str], route_class: type[APIRoute] = Route) -> None:
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
