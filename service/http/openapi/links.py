"""Where one may go from what is read (OpenAPI's links): to what is told below it. It follows from the addresses.

There are none from lists, which may be empty: a client that follows links takes what a link cannot find for a fault.
"""

import re
from typing import Any, Final

Schema = dict[str, Any]
_READ: Final = re.compile(r"/v1/[a-z-]+/\{(?P<parameter>\w+_id)\}")


def add(paths: Schema) -> None:
    """Add to each GET of one thing under `paths` a link to each GET below it that asks for no more than its id."""
    for path, operations in paths.items():
        found = _READ.fullmatch(path)
        if found is None or "get" not in operations:
            continue
        below = [one["get"] for other, one in paths.items() if other.startswith(f"{path}/") and "get" in one]
        place = {found["parameter"]: "$response.body#/id"}
        if links := {
            one["operationId"]: {"operationId": one["operationId"], "parameters": place}
            for one in below
            if sum(bool(asked.get("required")) for asked in one.get("parameters", ())) == 1
        }:
            operations["get"]["responses"]["200"]["links"] = links
