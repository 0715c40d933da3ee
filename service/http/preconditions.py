"""If-Match and ETag (RFC 9110, 13.1.1): a version is the number of the entry that last changed the resource."""

import re
from typing import Annotated

from fastapi import Depends, Header

from service.errors import PreconditionRequired, Stale

IfMatch = Annotated[
    str | None,
    Header(
        max_length=200,
        description='The `ETag` of the version that was read, such as `"4"`; `*` means whatever version is there.',
    ),
]


async def required_version(if_match: IfMatch = None) -> int | None:
    """Return the version that a change is meant for, None for `*`; 428 without If-Match, 412 if it is no ETag of ours."""
    if if_match is None:
        raise PreconditionRequired(
            'Read the resource first, and send its ETag as If-Match (or "*" to change whatever is there).'
        )
    return _version(if_match)


async def optional_version(if_match: IfMatch = None) -> int | None:
    """Return the version in If-Match, None without one or for `*`."""
    return None if if_match is None else _version(if_match)


def _version(header: str) -> int | None:
    if header.strip() == "*":
        return None
    found = re.fullmatch(r'"(\d{1,9})"', header.strip())
    if found is None:
        raise Stale(f"If-Match {header!r} is not a version of this resource.")
    return int(found[1])


RequiredVersion = Annotated[int | None, Depends(required_version)]
OptionalVersion = Annotated[int | None, Depends(optional_version)]
