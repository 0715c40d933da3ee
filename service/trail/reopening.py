"""A log that was reopened after it could not be signed any more: what its entry tells, and who has yet to acknowledge it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field
from pydantic.config import with_config
from typing_extensions import TypedDict

from service.values import Reason

REOPENED: Final = "log.reopened"
Size = Annotated[int, Field(ge=0, lt=2**53)]


@with_config(ConfigDict(extra="forbid", strict=True))
class Reopened(TypedDict):
    """The old log is never signed again; the new one goes on with what is there.

    `number`: 2 for the first that is reopened, then 3. `origin` and `verifier_key` are the new log's. `checkpoint`: the last one
    of the old log, a signed note with the cosignatures that were to be had. `size`: the entries that the old log had as far as
    anybody knows, and `known`, by witness, as far as each does. `continues`: the first so many entries are proven to be those of
    the old log; `missing`: how many are not.
    """

    number: Annotated[int, Field(ge=2, le=1000)]
    origin: Annotated[str, Field(min_length=1, max_length=500)]
    verifier_key: Annotated[str, Field(min_length=1, max_length=1000)]
    checkpoint: Annotated[str, Field(min_length=1, max_length=40_000)]
    size: Size
    continues: Size
    missing: Size
    known: dict[str, Size]
    because: Reason


def reopened(told: Mapping[str, Any], inside: Sequence[str], at: str) -> dict[str, Any]:
    """Return the charter's member from an entry: every party that takes part has yet to acknowledge the log."""
    return {
        **{name: told[name] for name in ("number", "origin", "continues", "missing", "because")},
        "at": at,
        "awaits": list(inside),
    }


def acknowledged(known: Mapping[str, Any] | None, party: str) -> dict[str, Any] | None:
    """Return the member once this party has acknowledged the log, or has left."""
    return {**known, "awaits": [one for one in known["awaits"] if one != party]} if known else None


def notice(known: Mapping[str, Any] | None) -> str | None:
    """Return what every answer, report and verifier says until each party has acknowledged the log."""
    return f"log reopened, not acknowledged by {', '.join(known['awaits'])}" if known and known["awaits"] else None
