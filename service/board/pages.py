"""How a page is made: templates in one language, headers under which nothing but our own style sheet is loaded, refusals for people."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from pydantic import BaseModel, ConfigDict, Field
from starlette.routing import Match
from starlette.types import Scope
from typing_extensions import override

from service.board import dates
from service.board.signing_in import FRONT, HasSigningIn
from service.board.words import LANGUAGES, NAMES, direction, name_of, said
from service.database.state import state_of
from service.errors import ServiceError
from service.http.languages import ENGLISH, chosen
from service.http.past import PastDay
from service.http.problems import refusal_of, respond

GUARD: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
PUBLIC: Final = {"Cache-Control": "public, no-cache", "Vary": "Accept, Accept-Language, Cookie"}
PRIVATE: Final = {"Cache-Control": "private, no-store"}
STYLE: Final = Path(__file__).with_name("board.css").read_bytes()
STYLE_PATH: Final = f"/read/{sha256(STYLE).hexdigest()[:16]}.css"
_FOR_PEOPLE: Final = "text/html"


class Asked(BaseModel):
    """What every page may be asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lang: str | None = Field(None, max_length=35)
    cursor: str | None = Field(None, max_length=1000)


class DayAsked(Asked):
    """As of which day in the world it is asked; as of today, where nothing is said."""

    as_of: PastDay | None = None


@dataclass(frozen=True, slots=True)
class Speaking:
    """In which language a page speaks, and whether its address says so: then those that it leads to say it too."""

    language: str
    is_asked: bool


def speaking(request: Request) -> Speaking:
    """Return the language that the address asks for, or that which the reader's browser does."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return Speaking(asked, is_asked=True)
    heard = chosen(",".join(request.headers.getlist("accept-language")))
    return Speaking(heard if heard in LANGUAGES else ENGLISH, is_asked=False)


def page(
    request: Request, template: str, status: int = 200, *, headers: Mapping[str, str] = PUBLIC, **told: object
) -> HTMLResponse:
    """Return the page that `template` makes of what is told."""
    tongue, root = speaking(request), request.scope.get("root_path", "")
    ways = state_of(request.app, HasSigningIn).signing_in
    made = _environment(tongue.language).get_template(template)
    text = made.render(
        {"reader": None},
        link=partial(_link, root, tongue),
        here=partial(_here, request),
        speaks=tongue.is_asked,
        path=request.scope["path"].removeprefix(root),
        languages=LANGUAGES,
        style=STYLE_PATH,
        may_sign_in=ways.is_possible and ways.session.read(request) is None,
        **told,
    )
    return HTMLResponse(text, status, {**GUARD, **headers, "Content-Language": tongue.language})


def refused(request: Request, refusal: ServiceError) -> HTMLResponse:
    """Return the page that says what is wrong, and what is possible instead."""
    headers = {name: value for name, value in refusal.headers.items() if name != "WWW-Authenticate"}
    return page(request, "refusal.html", refusal.status, headers={**PRIVATE, **headers}, refusal=refusal)


def refused_at(request: Request, refusal: ServiceError) -> Response:
    """Return what says that a request is refused before any route is asked: under the pages' addresses a page."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return refused(request, refusal) if path.startswith(FRONT) else respond(request, refusal)


class PageRoute(APIRoute):
    """A route that answers people: also what it refuses is a page."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler."""
        handle = super().get_route_handler()

        async def read(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:  # noqa: BLE001 -- whatever is raised, a person reads what became of it
                return refused(request, await refusal_of(request, error))

        return read


class BrowserRoute(PageRoute):
    """A page at an address that answers programs too: only whoever asks for HTML gets it."""

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether the request is for this route."""
        accepted = [value for name, value in scope["headers"] if name == b"accept"]
        if any(_FOR_PEOPLE in value.decode("latin-1").lower() for value in accepted):
            return super().matches(scope)
        return Match.NONE, {}


@cache
def _environment(language: str) -> Environment:
    made = Environment(
        loader=PackageLoader("service.board"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "t": partial(_told, language),
        "name": partial(_name, language),
        "direction": direction,
        "comma": _comma(language),
        "lang": language,
        "dir": direction(language),
    }
    made.filters |= {
        "date": lambda value: dates.date(str(value), language),
        "moment": lambda value: dates.moment(value, language),
        "text": partial(_text, language),
        "ref": _reference,
        "state": partial(_state, language),
        "share": _share,
        "listed": partial(_listed, language),
    }
    made.tests |= {"dated": dates.is_date, "named": _is_named}
    return made


def _is_named(value: object) -> bool:
    return isinstance(value, str) and value in NAMES


def _told(language: str, text: str, **values: object) -> Markup:
    """Return a sentence in the language of the page; what stands in it in braces is given, and escaped."""
    if direction(language) == "rtl":
        # A code or a name in Latin letters must not draw its neighbours into its own direction (Unicode, UAX 9).
        values = {name: Markup("\u2068{}\u2069").format(value) for name, value in values.items()}
    if not values:
        return _sentence(language, text)
    given = {name: escape(value) for name, value in values.items()}
    return Markup(said(text, language).format(**given))  # noqa: S704 -- sentences are ours; what is given is escaped


@lru_cache(maxsize=4096)
def _sentence(language: str, text: str) -> Markup:
    """Return a sentence of the pages in which nothing is given."""
    return Markup(said(text, language).format())  # noqa: S704 -- sentences are ours


def _listed(language: str, several: Iterable[object]) -> Markup:
    """Return names or codes one after the other, each in its own direction."""
    return _comma(language).join(Markup("<bdi>%s</bdi>") % one for one in several)


def _comma(language: str) -> Markup:
    return Markup("، ") if direction(language) == "rtl" else Markup(", ")


@lru_cache(maxsize=4096)
def _name(language: str, code: str) -> Markup:
    """Return how a code is called; where the page's language has no name for it, in English and marked so."""
    called = name_of(code)
    whole = Markup("{}") if language == ENGLISH or code in NAMES else Markup('<span lang="en" dir="ltr">{}</span>')
    return whole.format(said(called, language))


@lru_cache(maxsize=4096)
def _state(language: str, code: str) -> Markup:
    """Return how a state is called, in its colour."""
    return Markup('<span class="state s-{}">{}</span>').format(code, _name(language, code))


def _text(language: str, texts: Mapping[str, str]) -> Markup:
    """Return of a text that is there in several languages the one in the reader's, else English, else the first, marked as it is."""
    if not texts:
        return Markup()
    found = next(one for one in (language, ENGLISH, *texts) if one in texts)
    spoken = "" if found == language else f' lang="{escape(found)}" dir="{direction(found)}"'
    return Markup(f"<bdi{spoken}>{escape(texts[found])}</bdi>")  # noqa: S704 -- what is given is escaped


def _reference(code: object) -> Markup:
    """Return a reference that is drawn from left to right in any text, and never broken."""
    return Markup(f'<bdi dir="ltr" class="ref">{escape(code)}</bdi>')  # noqa: S704 -- what is given is escaped


def _share(count: int, whole: int) -> str:
    """Return the width of a bar."""
    return f"{100 * count / whole:.1f}%" if whole else "0%"


def _link(root: str, tongue: Speaking, path: str, **asked: object) -> str:
    """Return an address here; of a page, in the language that was asked for."""
    spoken = tongue.is_asked and path.startswith("/read")
    wanted = {**asked, **({"lang": tongue.language} if spoken else {})}
    given = {name: value for name, value in wanted.items() if value not in {None, ""}}
    return root + quote(path) + (f"?{urlencode(given, doseq=True)}" if given else "")


def _here(request: Request, **other: object) -> str:
    """Return the address of this page with other parameters; None leaves one out."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in other]
    query = urlencode([*kept, *((name, value) for name, value in other.items() if value is not None)])
    return f"{quote(request.scope['path'])}?{query}" if query else quote(request.scope["path"])


def kept_by(*, is_signed_in: bool) -> Mapping[str, str]:
    """Return by whom a page may be kept: what everybody may read by everybody, as long as it is asked for anew."""
    return PRIVATE if is_signed_in else PUBLIC
