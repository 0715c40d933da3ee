"""If-Match and ETag (RFC 9110, 13.1.1): a version is the number of the entry that last changed the resource."""

import re
from typing import Annotated, Final

from fastapi import Depends, Header, Request

from service.errors import Stale, Unreadable
from service.trail.version import MISSING, Versions

IfMatch = Annotated[
    str | None,
    Header(
        max_length=200,
        description='The `ETag` of the version that was read, such as `"4"`; several, with commas between them, if any of '
        "them will do; `*` means whatever version is there.",
        examples=['"4"'],
    ),
]
# What a proxy made weak is accepted too: our declared exception from strong comparison, since our tags are versions.
_tag: Final = re.compile(r'(?:W/)?"([!#-~\x80-\xff]*)"')


async def optional_versions(request: Request, if_match: IfMatch = None) -> Versions:
    """Return the versions that If-Match names, None without one or for `*`; 400 if it is not spelled as ETags are."""
    header = _joined(request) if if_match else ""
    return _named(header) if header else None


async def required_versions(request: Request, if_match: IfMatch = None) -> Versions:
    """Return the versions that a change is meant for, None for `*`; `MISSING` without If-Match, 400 if it is no ETag."""
    header = _joined(request) if if_match else ""
    return _named(header) if header else MISSING


def require_read(request: Request, tag: str) -> None:
    """Raise `Stale` where who reads asks, by If-Match, for another representation than that of `tag`; `Unreadable` as above.

    A weak tag of ours is that of the answer's bytes before they were packed, so here, too, it is accepted.
    """
    header = _joined(request)
    named = _tags(header) if header else None
    if named is not None and tag.removeprefix("W/").strip('"') not in named:
        raise Stale("If-Match names another version than the one that is here. Read it without.", headers={"ETag": tag})


def _joined(request: Request) -> str:
    """Return the header in one line, wherever it was broken (RFC 9110, 5.3)."""
    return ", ".join(request.headers.getlist("if-match")).strip(" \t,")


def _named(header: str) -> Versions:
    tags = _tags(header)
    return None if tags is None else frozenset(int(tag) for tag in tags if re.fullmatch("[0-9]{1,15}", tag))


def _tags(header: str) -> frozenset[str] | None:
    if header == "*":
        return None
    if _tag.sub("", header).strip(" \t,"):
        bare = re.fullmatch(r'(?:W/)?"?([0-9]+)"?', header)
        hint = (
            f'its quotes are missing; send "{bare[1]}", quotes included' if bare else 'send it as it came, such as "4"'
        )
        wrong = f"If-Match {header} is not an ETag: {hint}."
        raise Unreadable(wrong, errors=[{"parameter": "If-Match", "detail": wrong}])
    return frozenset(_tag.findall(header))


RequiredVersion = Annotated[Versions, Depends(required_versions)]
OptionalVersion = Annotated[Versions, Depends(optional_versions)]
