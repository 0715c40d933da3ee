"""What somebody who answers a proposal has looked at, as one digest: it differs as soon as anything of it does."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from service.trail.entry import canonical


def reviewed(
    transition_id: UUID, action: str, evidence: Mapping[str, Any], matter: tuple[str, UUID], version: int
) -> str:
    """Return the SHA-256 (hex) of a proposal and of the version of the matter, a kind and an id, that it would change."""
    kind, matter_id = matter
    content = {
        "transition": str(transition_id),
        "action": action,
        "evidence": evidence,
        "matter": {"kind": kind, "id": str(matter_id), "version": version},
    }
    return sha256(canonical(content)).hexdigest()
