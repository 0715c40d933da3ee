"""What is true of many operations and known to no single route: headers, links, scopes, values that examples share."""

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]
HEADERS: Final[Mapping[str, Schema]] = {
    "ETag": {
        "description": "Version of the resource, for `If-Match`.",
        "schema": {"type": "string", "examples": ['"4"']},
    },
    "Location": {"description": "Path of what was made.", "schema": {"type": "string"}},
    "Link": {
        "description": 'The next page, `rel="next"` (RFC 8288); absent on the last.',
        "schema": {"type": "string"},
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
    "X-Request-ID": {"description": "The id under which the service logged the request.", "schema": {"type": "string"}},
}
VERSIONED: Final = frozenset(
    {
        "read_commission", "create_session", "read_session", "change_session", "create_working_group",
        "read_working_group", "put_member", "create_commitment", "read_commitment", "change_party_facts",
    }
)  # fmt: skip
"""Operations whose answer carries an ETag."""
CACHED: Final = frozenset(
    {
        "read_log_checkpoint", "read_log_entries", "read_log_tile", "read_log_export",
    }
)  # fmt: skip
"""Operations whose answer says how long it may be kept."""
ATTACHED: Final = frozenset({"read_log_export", "read_entry_proof", "read_commitment_proof"})
"""Operations whose answer is a file with a name."""
UNPLACED: Final = frozenset(
    {"create_token", "create_secret", "create_deactivation", "create_confirmation", "create_withdrawal"}
)
"""POST operations that make nothing with an address of its own."""
LINKS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "create_commission": {"read": ("read_commission", "commission_id"), "plan": ("create_session", "commission_id")},
    "create_session": {"read": ("read_session", "session_id"), "change": ("change_session", "session_id")},
    "create_organisation": {"read": ("read_organisation", "organisation_id")},
    "create_principal": {"read": ("read_principal", "principal_id"), "rotate": ("create_secret", "principal_id")},
    "create_working_group": {"read": ("read_working_group", "working_group_id")},
    "create_commitment": {
        "read": ("read_commitment", "commitment_id"),
        "propose": ("create_transition", "commitment_id"),
        "trail": ("read_commitment_trail", "commitment_id"),
    },
    "create_transition": {
        "read": ("read_transition", "transition_id"),
        "confirm": ("create_confirmation", "transition_id"),
        "take_back": ("create_withdrawal", "transition_id"),
    },
}
"""Operation -> name -> (operation that may follow, its parameter), filled from the `id` of the answer."""
PILOT: Final[Mapping[str, str | int]] = {
    "commission_id": "01940000-0000-7000-8000-000000000001",
    "session_id": "01940000-0000-7000-8000-000000000009",
    "working_group_id": "01940000-0000-7000-8000-000000000301",
    "organisation_id": "01940000-0000-7000-8000-000000000103",
    "principal_id": "01940000-0000-7000-8000-000000000504",
    "commitment_id": "01940000-0000-7000-8000-000000000404",
    "transition_id": "01940000-0000-7000-8000-000000000604",
    "party": "PK",
    "level": "0",
    "place": "000.p/4",
    "index": 0,
}
"""Path parameters of the pilot, which prefill Swagger UI."""


def headers_of(operation_id: str, method: str, status: str, *, pages: bool) -> list[str]:
    """Return the names of the headers that an answer of this status may carry."""
    names = ["X-Request-ID"]
    if status == "401":
        names.append("WWW-Authenticate")
    if status in {"409", "503"}:
        names.append("Retry-After")
    if status == "412":
        names.append("ETag")
    if operation_id == "create_token":
        names.append("Cache-Control")
    if not status.startswith("2"):
        return names
    carried = {"ETag": VERSIONED, "Cache-Control": CACHED, "Content-Disposition": ATTACHED}
    names += [name for name, operations in carried.items() if operation_id in operations]
    if method == "post" and operation_id != "create_token":
        names.append("Idempotent-Replayed")
        if operation_id not in UNPLACED:
            names.append("Location")
    return [*names, "Link"] if pages else names


def links_of(operation_id: str) -> Schema:
    """Return the links of the operation's successful answer."""
    return {
        f"{operation_id}_{name}": {"operationId": follower, "parameters": {parameter: "$response.body#/id"}}
        for name, (follower, parameter) in LINKS.get(operation_id, {}).items()
    }
