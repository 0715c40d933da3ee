"""Where entries of another log stand beside an export: each as the bytes that were hashed, with its proof (C2SP tlog-proof).

registry/checkpoint             the signed note of that log: every proof is against it
registry/<index>.json           the entry with this index
registry/<index>.tlog-proof     its proof
"""

from typing import Final

REGISTRY: Final = "registry/"
NOTE: Final = f"{REGISTRY}checkpoint"
ENTRY: Final = ".json"
PROOF: Final = ".tlog-proof"


def entry_path(index: int) -> str:
    """Return where the entry stands."""
    return f"{REGISTRY}{index}{ENTRY}"


def proof_path(index: int) -> str:
    """Return where its proof stands."""
    return f"{REGISTRY}{index}{PROOF}"
