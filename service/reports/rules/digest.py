"""The digest of what is reported, and its bytes: those that are hashed are spelled in one way only. Pure."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson


def sealed(told: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes of what is told, with the digest of those that it has without one.

    Sorted compact JSON is canonical here without a look at each member: what entries tell was looked at before they were written, and
    what is counted is a whole number. A test holds reports to `canonical`.
    """
    parts = {name: orjson.Fragment(_spelled(one)) for name, one in told.items()}
    digest = sha256(_spelled(parts)).hexdigest()
    return _spelled({**parts, "digest": digest})


def _spelled(told: Any) -> bytes:  # noqa: ANN401 -- whatever JSON it is
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
