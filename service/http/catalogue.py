"""The catalogue of problems: each type is the address of a page that says what it means and what to do.

The class is the source of its page: its docstring is the text, its `told` the members that may stand beside the usual ones.
"""

import inspect
import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.errors import NotFound, ServiceError

ROOT: Final = ServiceError.type().rpartition("/")[0]
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "public, max-age=3600",
}
_PAGE: Final = Template(Path(__file__).with_name("catalogue.html").read_text(encoding="utf-8"))
_code = re.compile(r"`([^`]+)`")
router = APIRouter(include_in_schema=False)


def kinds() -> list[type[ServiceError]]:
    """Return every kind of refusal that the imported modules have, by status and name."""
    return sorted({ServiceError, *_below(ServiceError)}, key=lambda kind: (kind.status, kind.type()))


def described(problem: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of a problem with every kind listed, and with whose member each of its members is."""
    members = problem["properties"]
    members["type"]["x-extensible-enum"] = [kind.type() for kind in kinds()]
    members["type"]["description"] += "".join(f"\n- `{kind.type()}` ({kind.status}): {kind.title}" for kind in kinds())
    for kind in kinds():
        for name, said in kind.told.items():
            earlier = members[name].get("description", "")
            members[name]["description"] = f"{earlier} With `{name_of(kind)}`: {said}".strip()
    return problem


@router.get(ROOT)
async def list_problems(request: Request) -> HTMLResponse:
    """Show every kind of problem, each with a link to its page."""
    root = request.scope.get("root_path", "")
    rows = [
        (f'<a href="{root}{kind.type()}">{name_of(kind)}</a>', str(kind.status), escape(kind.title)) for kind in kinds()
    ]
    return _page(
        "Problems", "<p>Every refusal is a problem document (RFC 9457) of one of these types.</p>" + _table(rows)
    )


@router.get(ROOT + "/{name}")
async def read_problem(request: Request, name: str) -> HTMLResponse:
    """Show what a kind of problem means, what to do, and what its document tells."""
    kind = next((kind for kind in kinds() if name_of(kind) == name), None)
    root = request.scope.get("root_path", "")
    if kind is None:
        raise NotFound(f"There is no kind of problem of this name. All of them stand at {root}{ROOT}.")
    meaning, _, remedy = inspect.cleandoc(kind.__doc__ or "").partition("\n\n")
    told = [(f"<code>{escape(member)}</code>", _marked(said)) for member, said in kind.told.items()]
    beside = f"<h2>What its document tells beside the usual members</h2>{_table(told)}" if told else ""
    body = f"<p>{kind.status} · <code>{root}{kind.type()}</code></p><p>{_marked(meaning)}</p><h2>What to do</h2><p>{_marked(remedy)}</p>{beside}"
    return _page(
        kind.title, f'{body}<p><a href="{root}{ROOT}">All problems</a> · <a href="{root}/docs">The API</a></p>'
    )


def name_of(kind: type[ServiceError]) -> str:
    """Return the last part of its type: `own-proposal`."""
    return kind.type().rpartition("/")[2]


def _below(kind: type[ServiceError]) -> Iterator[type[ServiceError]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _page(title: str, body: str) -> HTMLResponse:
    return HTMLResponse(_PAGE.substitute(title=escape(title), body=body), headers=HEADERS)


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{lines}</table>"


def _marked(text: str) -> str:
    """Return a docstring as HTML: what stands between backticks is code."""
    return _code.sub(r"<code>\1</code>", escape(text, quote=False))
