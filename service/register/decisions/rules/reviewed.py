"""What somebody who answers a proposal has looked at, as one digest: it differs as soon as anything of it does."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from service.trail.entry import canonical


def reviewed(transition: Mapping[str, Any], version: int) -> str:
    """Return the SHA-256 (hex) of a transition, as its row says it, and of the version of the matter that it would change."""
    content = {
        "transition": str(transition["id"]),
        "action": transition["action"],
        "evidence": transition["evidence"],
        "matter": {"kind": transition["matter_kind"], "id": str(transition["matter_id"]), "version": version},
    }
    return sha256(canonical(content)).hexdigest()
