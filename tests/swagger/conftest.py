"""A small service with our page, a foreign OpenID provider on another origin, and a Chromium that watches both."""

import base64
import hashlib
import os
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.openapi.models import OAuthFlowAuthorizationCode, OAuthFlowClientCredentials, OAuthFlows
from fastapi.responses import RedirectResponse
from fastapi.security import OAuth2
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from service.http.swagger.routes import create_router

CHROMIUM: Final = Path(os.environ.get("PACTA_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# A busy machine is no fault of the page.
PATIENCE: Final = 120_000
expect.set_options(timeout=PATIENCE)
BASIC: Final = "Basic " + base64.b64encode(b"ministry:secret").decode()


@contextmanager
def served(app: FastAPI, listener: socket.socket) -> Iterator[None]:
    """Serve `app` on `listener` from a thread of its own until the block ends."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def listening() -> tuple[socket.socket, str]:
    """Return a socket that already listens on a free port, and its origin."""
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


def provider_app() -> FastAPI:
    """Answer as an OpenID provider that insists on PKCE (RFC 7636)."""
    app = FastAPI(docs_url=None)
    challenges: dict[str, str] = {}

    @app.get("/authorize")
    async def authorize(redirect_uri: str, state: str, code_challenge: str) -> RedirectResponse:
        challenges["code-1"] = code_challenge
        return RedirectResponse(f"{redirect_uri}?{urlencode({'code': 'code-1', 'state': state})}")

    @app.middleware("http")
    async def allow_browsers(request: Request, call_next: object) -> object:
        response = await call_next(request)  # type: ignore[operator]
        response.headers.update({"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"})
        return response

    @app.options("/token")
    async def preflight() -> None: ...

    @app.post("/token")
    async def token(request: Request) -> dict[str, str]:
        form = parse_qs((await request.body()).decode())
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenges[form["code"][0]]:
            raise HTTPException(400, "invalid_grant")
        return {"access_token": "from-the-provider", "token_type": "bearer"}

    return app


def ministry_app(provider: str) -> FastAPI:
    """Return a service with two routes, both ways to authorize, and our page."""
    app = FastAPI(title="Pacta", docs_url=None, redoc_url=None)
    app.include_router(create_router("https://pacta.example", [provider]))
    own = OAuthFlows(clientCredentials=OAuthFlowClientCredentials(tokenUrl="/oauth/token", scopes={"read": "Read"}))
    code = OAuthFlowAuthorizationCode(authorizationUrl=f"{provider}/authorize", tokenUrl=f"{provider}/token", scopes={})
    schemes = [
        Depends(OAuth2(flows=own, scheme_name="service", auto_error=False)),
        Depends(OAuth2(flows=OAuthFlows(authorizationCode=code), scheme_name="provider", auto_error=False)),
    ]

    @app.post("/oauth/token", tags=["tokens"])
    async def create_token(authorization: Annotated[str, Header(include_in_schema=False)]) -> dict[str, str]:
        if authorization != BASIC:
            raise HTTPException(401)
        return {"access_token": "from-the-service", "token_type": "bearer"}

    @app.get("/v1/me", tags=["identity"], dependencies=schemes)
    async def get_me(request: Request, party: str | None = None, state: str | None = None) -> dict[str, str | None]:
        """Say who calls, and what the service saw of it."""
        return {"seen": request.headers.get("authorization"), "query": request.url.query, "echo": party or state}

    return app


@pytest.fixture(scope="session")
def provider() -> Iterator[str]:
    """Return the origin of a running OpenID provider."""
    listener, origin = listening()
    with served(provider_app(), listener):
        yield origin


@pytest.fixture(scope="session")
def service(provider: str) -> Iterator[str]:
    """Return the origin of a running service that trusts the provider."""
    listener, origin = listening()
    with served(ministry_app(provider), listener):
        yield origin


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Return a running Chromium."""
    if not CHROMIUM.exists() and "PACTA_REQUIRE_BROWSER" not in os.environ:
        pytest.skip(f"no Chromium at {CHROMIUM}: the page cannot be tried in a browser")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        await chromium.close()


# Swagger UI's own noise: it takes every underscore in a deep link for one of its old escapes, and says so when it has no
# widget of its own for the format of an array's items.
NOISE: Final = ("escaping deep link whitespace", "Could not find component: JsonSchema_")


def is_trouble(message: ConsoleMessage) -> bool:
    """Return whether the browser complained of something that is ours to mend."""
    return message.type in {"error", "warning"} and not any(noise in message.text for noise in NOISE)


@pytest.fixture
async def page(browser: Browser, service: str, provider: str) -> AsyncIterator[Page]:
    """Return the page at ``/docs``; the test fails if the browser complained or asked anyone else for anything."""
    troubles: list[str] = []
    context = await browser.new_context()
    context.on("console", lambda message: troubles.append(message.text) if is_trouble(message) else None)
    context.on("weberror", lambda error: troubles.append(str(error.error)))
    hosts = {urlsplit(service).netloc, urlsplit(provider).netloc, ""}
    context.on("request", lambda asked: None if urlsplit(asked.url).netloc in hosts else troubles.append(asked.url))
    await context.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.blockedURI, e.sample))",
    )
    opened = await context.new_page()
    await opened.goto(f"{service}/docs")
    yield opened
    await context.close()
    assert troubles == []
