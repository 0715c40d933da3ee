"""``/docs`` and the files it needs, each a route of its own: what is not listed here does not exist."""

import re
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from string import Template
from typing import Final

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response

from service.http.swagger.vendored import HERE, VENDOR, read_manifest

VERSION: Final = read_manifest().version

PAGE: Final = Template((HERE / "page.html").read_text(encoding="utf-8"))

# Their address carries the version, so a browser may keep them for good.
VERSIONED: Final = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
# Their address is fixed: ours by the page, the redirect page by its registration at the OpenID provider.
FIXED: Final = {
    HERE / "init.js": "text/javascript",
    HERE / "plugins.js": "text/javascript",
    HERE / "page.css": "text/css",
    VENDOR / "oauth2-redirect.html": "text/html",
    VENDOR / "oauth2-redirect.js": "text/javascript",
}

FOR_GOOD: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
ASK_AGAIN: Final = {"Cache-Control": "no-cache"}


def create_router(public_root: str, provider_urls: Iterable[str] = ()) -> APIRouter:
    """Return the routes of Swagger UI for the service at `public_root`, an address without a slash at its end.

    `provider_urls` are addresses of OpenID providers that the page itself calls (discovery, token endpoint); only their
    origins are used. `ValueError` if one is not an absolute http(s) address.
    """
    guard = security_headers(provider_urls)
    router = APIRouter(include_in_schema=False)
    _add(router, "/docs", _page(PAGE.substitute(version=VERSION, root=public_root), guard | ASK_AGAIN))
    for name, media_type in VERSIONED.items():
        _add(router, f"/docs/{VERSION}/{name}", _file(VENDOR / name, media_type, guard | FOR_GOOD))
    for path, media_type in FIXED.items():
        _add(router, f"/docs/{path.name}", _file(path, media_type, guard | ASK_AGAIN))
    return router


def security_headers(provider_urls: Iterable[str] = ()) -> dict[str, str]:
    """Return the headers that keep a browser from loading, running or sending anything elsewhere (CSP Level 3).

    No Cross-Origin-Opener-Policy: the redirect page hands the authorization code to the window that opened it.
    """
    connect = " ".join(["'self'", *sorted({origin(url) for url in provider_urls})])
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": connect,
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def origin(url: str) -> str:
    """Return the origin of `url` (RFC 6454), in a form that cannot add a directive to a policy; else `ValueError`."""
    found = re.match(r"(https?://[A-Za-z0-9.-]+(?::\d{1,5})?)(?:[/?#]|$)", url)
    if found is None:
        raise ValueError(f"not an absolute http(s) address: {url!r}")
    return found[1].lower()


Endpoint = Callable[[], Awaitable[Response]]


def _add(router: APIRouter, path: str, endpoint: Endpoint) -> None:
    router.add_api_route(path, endpoint, methods=["GET", "HEAD"])


def _page(page: str, headers: dict[str, str]) -> Endpoint:
    async def docs() -> Response:
        return HTMLResponse(page, headers=headers)

    return docs


def _file(path: Path, media_type: str, headers: dict[str, str]) -> Endpoint:
    async def asset() -> Response:
        return FileResponse(path, media_type=media_type, headers=headers)

    return asset
