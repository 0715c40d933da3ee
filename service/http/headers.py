"""What answers carry beside their content: what each header says, and how a route declares that it answers with it."""

from collections.abc import Sequence
from typing import Any, Final

Responses = dict[int | str, dict[str, Any]]
HEADERS: Final[dict[str, dict[str, Any]]] = {
    "ETag": {
        "description": "Version of the resource, for `If-Match`.",
        "schema": {"type": "string", "examples": ['"4"']},
    },
    "AnswerTag": {
        "description": "Weak tag of these bytes, for `If-None-Match` (RFC 9110): who sends it is told 304 while nothing changed.",
        "schema": {"type": "string", "examples": ['W/"5f2b8c0e7d1a4b6f9c3e2d1a0b4c5d6e"']},
    },
    "StrongTag": {
        "description": "The SHA-256 of the file, in quotes: for `If-None-Match` and `If-Range`.",
        "schema": {
            "type": "string",
            "examples": ['"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"'],
        },
    },
    "Accept-Ranges": {"description": "That `Range` is understood.", "schema": {"type": "string", "enum": ["bytes"]}},
    "Content-Range": {
        "description": "Which part it is, and of how many bytes (RFC 9110).",
        "schema": {"type": "string", "examples": ["bytes 0-1023/146515"]},
    },
    "Content-Security-Policy": {
        "description": "That no browser runs anything in it.",
        "schema": {"type": "string", "examples": ["sandbox; default-src 'none'; frame-ancestors 'none'"]},
    },
    "Repr-Digest": {
        "description": "The SHA-256 of the whole file (RFC 9530).",
        "schema": {"type": "string", "examples": ["sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:"]},
    },
    "Location": {"description": "Path of what was made.", "schema": {"type": "string"}},
    "Link": {
        "description": 'The next page, `rel="next"` (RFC 8288); absent on the last.',
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": "So many requests (`q`) a principal may send to one process in so many seconds (`w`), where there is a limit.",
        "schema": {"type": "string", "examples": ['"principal";q=3000;w=60']},
    },
    "RateLimit": {
        "description": "So many are left (`r`), and in how many seconds (`t`) all are again; if none are, one more is.",
        "schema": {"type": "string", "examples": ['"principal";r=2999;t=1']},
    },
    "Retry-After": {"description": "Seconds to wait before sending it again.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "How to authenticate (RFC 6750).", "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": "`true` if this answer was given before under the same Idempotency-Key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Cache-Control": {"description": "Whether it may be kept (RFC 9111).", "schema": {"type": "string"}},
    "Content-Disposition": {
        "description": "The name of the file (RFC 6266).",
        "schema": {"type": "string", "examples": ['attachment; filename="PK-AZ-08-004-3.tlog-proof"']},
    },
    "Content-Language": {
        "description": "The language of the title, chosen by `Accept-Language`; everything else is in English.",
        "schema": {"type": "string", "enum": ["az", "en", "fr", "ru", "ur"]},
    },
    "Pacta-Notice": {
        "description": "What everybody has to know of a log that was reopened, until each of its parties has acknowledged it.",
        "schema": {"type": "string", "examples": ["PK-AZ: log reopened, not acknowledged by AZ"]},
    },
    "X-Request-ID": {"description": "The id under which the service logged the request.", "schema": {"type": "string"}},
}


def references(*names: str) -> dict[str, dict[str, str]]:
    """Return the `headers` of an answer that carries these of `HEADERS`."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def read_again(answers: dict[str, Any], stale: dict[str, Any]) -> None:
    """Add to the `responses` of what is read what `http/reading.py` does: a weak tag, 304 for whoever has the answer, 412 (`stale`)."""
    headers = answers["200"].setdefault("headers", {})
    answers.setdefault("412", stale)
    if "ETag" not in headers:
        headers |= {"ETag": {"$ref": "#/components/headers/AnswerTag"}}
        answers["304"] = {
            "description": "The client has this answer: its tag came as `If-None-Match`.",
            "headers": {**headers},
        }


def carrying(*names: str, status: int = 200) -> Responses:
    """Return the `responses` of a route whose answer carries these of `HEADERS`."""
    return {status: {"headers": references(*names)}}


def created(*names: str, parameter: str | None = None, leads_to: Sequence[str] = ()) -> Responses:
    """Return the `responses` of a route that makes something with an address, once for each Idempotency-Key.

    `leads_to` are operations that may follow; `parameter` is what they call the `id` in the answer (OpenAPI's links).
    """
    links = {
        name: {"operationId": name, "parameters": {parameter: "$response.body#/id"}} for name in leads_to if parameter
    }
    answer = {"headers": references("Location", "Idempotent-Replayed", *names)}
    return {201: {**answer, "links": links} if links else answer}


def file_of(media_type: str, said: str, *names: str, text: bool = False) -> Responses:
    """Return the `responses` of a route whose answer is a file, not JSON, and carries these of `HEADERS`."""
    schema = {"type": "string"} if text else {"type": "string", "format": "binary"}
    return {200: {"description": said, "content": {media_type: {"schema": schema}}, "headers": references(*names)}}


ONCE: Final = carrying("Idempotent-Replayed", status=201)
"""For what is done once for each Idempotency-Key and makes nothing with an address of its own."""
VERSIONED: Final = carrying("ETag")
EXPLAINED: Final = carrying("ETag", "Content-Language")
"""Of a reading that tells something in sentences, in the caller's language."""
