"""Examples of what is answered and of what is refused: each stands once in the document, and is referred to."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from service import errors
from service.http.openapi.pilot import PILOT
from service.http.openapi.spelling import Schema
from service.http.problems import MEDIA_TYPE

ANSWERS: Final[Schema] = json.loads(Path(__file__).with_name("answers.json").read_text(encoding="utf-8"))
"""Real answers, by operation; the beginnings of texts by operation and media type."""
A_FILE: Final = (
    "The bytes of the file. They are no text, so they have no example here: the demonstration answers with one."
)
SECRET: Final = "it-is-shown-once-and-never-again"  # noqa: S105 -- nobody's
JSON: Final = "application/json"
SHOWN_ONCE: Final[Mapping[str, Schema]] = {
    "Token": {"access_token": "eyJhbGciOi...", "token_type": "Bearer", "expires_in": 900, "scope": "read write"},
    "TokenError400": {
        "error": "invalid_request",
        "error_description": "Send grant_type=client_credentials as application/x-www-form-urlencoded.",
    },
    "TokenError401": {
        "error": "invalid_client",
        "error_description": "The client id or secret is not known, or no longer good.",
    },
    "MySecret": {
        "client_id": "pk-secretariat",
        "client_secret": SECRET,
        "old_secrets_expire_at": "2026-01-02T09:30:00Z",
    },
    "PrincipalSecret": {**ANSWERS["read_principal"], "client_secret": SECRET},
    "RegistrarRead": {
        "party": ANSWERS["read_party"]["code"],
        "organisation": ANSWERS["read_organisation"],
        "principal": ANSWERS["read_principal"],
        "client_secret": SECRET,
    },
    "SetUpRead": {
        "dry_run": False,
        "part": "administrator",
        "unfinished": None,
        "lines": [
            {"did": "made", "planned": False, "what": "party TR", "why": None},
            {"did": "made", "planned": False, "what": "registrar TR/TRADE, with tr-trade-system", "why": None},
            {"did": "made", "planned": False, "what": "commission TR-KZ", "why": None},
        ],
        "secrets": [{"client_id": "tr-trade-system", "client_secret": SECRET}],
    },
    "RestorationRead": {
        "id": "01940000-0000-7000-8000-000000000000",
        "party": "PK",
        "registrar": ANSWERS["read_party"]["registrar"],
        "reason": "Nobody of the registrar's has a secret any more; asked for by letter (sample).",
        "principal_id": "01940000-0000-7000-8000-000000000000",
        "client_id": "pk-registrar-2",
        "name": "A registrar's system (sample)",
        "issuer": None,
        "ends_own_issuer_only": False,
        "announced_at": "2026-01-02T09:30:00Z",
        "acts_from": "2026-01-05T09:30:00Z",
        "ended_at": "2026-01-03T09:30:00Z",
        "outcome": "stopped",
        "ended_by": ANSWERS["read_principal"]["registered_by"],
        "objection": "The registrar has its access.",
    },
    "SuccessionRead": {"organisation": ANSWERS["read_organisation"], "dry_run": True, "handed_over": []},
}
"""Answers with secrets, of what cannot be done twice and of what is no problem document, by the name of their schema, with a status or without."""
Refused = tuple[type[errors.ServiceError], str, Mapping[str, Any]]
_WRONG: Final = {"pointer": "/reason", "detail": "is needed: a text of 1 to 4000 characters"}
_PROBLEMS: Final[Mapping[str, Refused]] = {
    "400": (
        errors.Unreadable,
        "The body cannot be read: 'action' is given more than once in one object; give it once.",
        {},
    ),
    "401": (errors.NotAuthenticated, "The token has ended. Get one from POST /oauth/token.", {}),
    "403": (
        errors.NotPermitted,
        "Only a party's secretariat may do this in PK-AZ (permission 'propose'). You are an observer, who reads and changes nothing.",
        {"permission": "propose", "roles_that_have_it": ["secretariat"], "your_roles": ["observer"]},
    ),
    "404": (errors.NotFound, "There is no such commitment for this caller.", {}),
    "406": (
        errors.NotAcceptable,
        "This is answered as application/json, and Accept asks for text/csv.",
        {"media_types": [JSON]},
    ),
    "409": (
        errors.TransitionNotAllowed,
        "A commitment that is withdrawn does not allow 'sign'. Allowed now: correct, reinstate.",
        {"state": "withdrawn", "allowed_actions": ["correct", "reinstate"]},
    ),
    "410": (errors.Gone, "The document was withdrawn by PK.", {}),
    "412": (errors.Stale, "It was changed since it was read: it is now at version 3. Read it again.", {}),
    "413": (errors.TooLarge, "The body is longer than the service accepts.", {}),
    "415": (errors.UnsupportedMediaType, "The body must be application/json, not 'text/plain'.", {}),
    "416": (errors.RangeNotSatisfiable, "The file has 4096 bytes.", {}),
    "422": (errors.InvalidContent, f"1 thing is wrong: /reason {_WRONG['detail']}.", {"errors": [_WRONG]}),
    "428": (
        errors.PreconditionRequired,
        'Read the resource first, and send its ETag as If-Match (or "*" to change whatever is there).',
        {},
    ),
    "429": (errors.TooManyRequests, "You have sent more than 3000 requests in a minute. Go on in 2 seconds.", {}),
    "503": (
        errors.Unavailable,
        "The database is away or busy. Send the request again; with the same Idempotency-Key it has one effect.",
        {},
    ),
}
"""One refusal of each status, as it is told: its kind, its detail, and what stands beside."""


def add(operations: list[Schema], components: Schema) -> None:
    """Give each answer and each refusal of the operations an example."""
    known = {**SHOWN_ONCE, **dict(_read(operations))}
    used: dict[str, Schema] = {}
    for operation in operations:
        for status, answer in operation["responses"].items():
            content = answer.get("content", {})
            for one in content.values():
                if one["schema"].get("format") == "binary" and not one.get("examples"):
                    one["schema"] = {**one["schema"], "description": A_FILE}
            schema = content.get(JSON, {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
            name = next((one for one in (f"{schema}{status}", schema) if one in known), None)
            if name and not content[JSON].get("examples"):
                used[name] = {"summary": "As it is answered", "value": known[name]}
                content[JSON]["examples"] = {"as_answered": {"$ref": f"#/components/examples/{name}"}}
            if MEDIA_TYPE in content and status in _PROBLEMS:
                name = f"Problem{status}"
                used[name] = {"summary": _PROBLEMS[status][0].title, "value": _problem(status)}
                content[MEDIA_TYPE]["examples"] = {"as_refused": {"$ref": f"#/components/examples/{name}"}}
    components["examples"] = dict(sorted(used.items()))


def _read(operations: list[Schema]) -> Iterator[tuple[str, Any]]:
    """Yield what is really answered, by the name of its schema."""
    for operation in operations:
        if operation["operationId"] in ANSWERS:
            answers = operation["responses"]
            status = next(one for one in answers if one.startswith("2"))
            if name := answers[status]["content"][JSON]["schema"].get("$ref", "").rpartition("/")[2]:
                yield name, ANSWERS[operation["operationId"]]


def _problem(status: str) -> Schema:
    kind, detail, beside = _PROBLEMS[status]
    told = {"type": kind.type(), "title": kind.title, "status": kind.status, "detail": detail}
    where = {"instance": f"/v1/commitments/{PILOT['commitment_id']}", "request_id": "77dca3d45e32432212c647415fe223a9"}
    return {**told, **where, "errors": [], **beside}
