"""How our routes are declared: the operation that each publishes has the name of its function."""

from collections.abc import Callable, Coroutine
from typing import Any, cast

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.convertors import Convertor, register_url_convertor
from typing_extensions import override

from service.http.declared import held
from service.http.names import NamedRequest
from service.values import codes

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Coded(Convertor[str]):
    """A part of an address that is an id, or a code, which may have slashes."""

    regex = "[^/]+"

    @override
    def convert(self, value: str) -> str:
        """Return the part as it is: `service.http.names` puts the id into its place."""
        return value

    @override
    def to_string(self, value: str) -> str:
        """Return the part as it is."""
        return value


def _part(code: str) -> Coded:
    kind = type("Part", (Coded,), {"regex": f"(?:(?i:{code})|{Coded.regex})"})
    return cast("Coded", kind())


class Typed(Coded):
    """A reference as somebody typed it, with slashes in it and none at its end."""

    regex = ".*[^/]"


register_url_convertor("reference", Typed())
register_url_convertor("session", _part(codes.SESSION))
register_url_convertor("working_group", _part(codes.WORKING_GROUP))
register_url_convertor("commitment", _part(codes.COMMITMENT))
register_url_convertor("instrument", _part(codes.INSTRUMENT))
register_url_convertor("organisation", _part(codes.ORGANISATION))


class Route(APIRoute):
    """A route that reads bodies strictly, in which things are named by their codes or ids, and whose answers say so when it is retired, and how much more a caller may ask (`service.http.refusals`)."""

    @override
    def get_route_handler(self) -> Handler:
        """Return the handler; FastAPI itself drops headers of a dependency where an endpoint makes its own answer."""
        handle = super().get_route_handler()

        async def read(request: Request) -> Response:
            answer = await handle(await NamedRequest.of(request))
            if self.deprecated:
                answer.headers.update(request.state.retired)
            if rate := getattr(request.state, "rate", None):
                answer.headers.update(rate)
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

    @override
    def add_api_route(self, path: str, endpoint: Callable[..., Any], **declared: Any) -> None:
        """Add a route whose endpoint begins only where all that was sent is published (`service.http.declared`)."""
        super().add_api_route(path, held(endpoint), **declared)
