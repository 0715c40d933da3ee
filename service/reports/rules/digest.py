"""The digest of what is reported, and its bytes: those that are hashed are spelled in one way only. Pure."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

from service.trail.entry import canonical


def digested(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told, with the digest of its canonical bytes; `NotCanonical` where it has none."""
    return {**told, "digest": sha256(canonical(told)).hexdigest()}


def spelled(report: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes of what `digested` returned: that it has some was found there, and is not looked at again."""
    return orjson.dumps(report, option=orjson.OPT_SORT_KEYS)
