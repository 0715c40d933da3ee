"""A version is the number of the entry that last changed the resource: If-Match is held to it."""

from collections.abc import Collection
from typing import Final

from service.errors import PreconditionRequired, Stale

Versions = Collection[int] | None
"""The versions that If-Match names, of which the present one must be one; None: whatever version is there."""


MISSING: Final = frozenset({-1})
"""If-Match is needed, and was not sent: told when it is its turn, after who may do it at all."""


def check_version(versions: Versions, present: int) -> None:
    """Raise `Stale` unless the present version is one of `versions`; `PreconditionRequired` if it is missing."""
    if versions is MISSING:
        raise PreconditionRequired(
            'Read the resource first, and send its ETag as If-Match (or "*" to change whatever is there).'
        )
    if versions is not None and present not in versions:
        raise Stale(
            f"It was changed since it was read: it is now at version {present}. Read it again.",
            headers={"ETag": f'"{present}"'},
        )


def unconditional(versions: Versions) -> dict[str, str]:
    """Return the entry's member that says that a change was made with `If-Match: *`, whatever was there."""
    return {"if_match": "*"} if versions is None else {}
