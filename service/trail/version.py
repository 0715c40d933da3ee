"""A version is the number of the entry that last changed the resource: If-Match is held to it."""

from service.errors import Stale


def check_version(version: int | None, present: int) -> None:
    """Raise `Stale` unless `version`, as If-Match named it (None: any), is the present one."""
    if version is not None and version != present:
        raise Stale(
            f"It was changed since it was read: it is now at version {present}. Read it again.",
            headers={"ETag": f'"{present}"'},
        )


def unconditional(version: int | None) -> dict[str, str]:
    """Return the entry's member that says that a change was made with `If-Match: *`, whatever was there."""
    return {"if_match": "*"} if version is None else {}
