"""The digest of what is reported, and its bytes: those that are hashed are spelled in one way only. Pure."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson


def digested(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told, with the digest of its canonical bytes."""
    return {**told, "digest": sha256(spelled(told)).hexdigest()}


def spelled(report: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes of a report.

    Sorted compact JSON is canonical here without a look at each member: what entries tell was looked at before they were written, and
    what is counted is a whole number. A test holds reports to `canonical`.
    """
    return orjson.dumps(report, option=orjson.OPT_SORT_KEYS)
