"""What goes over the wire about a commission's log."""

from datetime import datetime

from pydantic import Field

from service.values import Read

WARNING = (
    "Whoever could change this log could also change the key shown here. Compare the verifier key with the one that your"
    " own archive and the other parties hold, got by another way than this service, before you believe a checkpoint."
)
_hash = Field(description="32 bytes, in hex.", examples=["9f" * 32])


class CosignatureRead(Read):
    """A witness that has seen a checkpoint and found the log to have only grown."""

    name: str = Field(description="The name in its key.")
    vkey: str = Field(description="Its public key (C2SP signed-note, tlog-cosignature).")
    cosigned_at: datetime = Field(description="When it cosigned, as it says itself.")


class CheckpointRead(Read):
    """A signed checkpoint: the root over the first `size` entries."""

    size: int = Field(description="How many entries it is over.")
    root_hash: str = _hash
    signed_at: datetime = Field(description="When the log signed it (UTC).")
    witnesses: list[CosignatureRead] = Field(description="Who has cosigned it so far.")


class LogRead(Read):
    """How a commission's log stands."""

    origin: str | None = Field(description="The log's name, first line of its checkpoints; null before the first.")
    verifier_key: str | None = Field(
        description="The log's public key (C2SP signed-note), for a `log` line of a policy; null before the first "
        "checkpoint."
    )
    size: int = Field(description="How many entries have an index.")
    checkpoint: CheckpointRead | None = Field(description="The newest checkpoint; null before the first.")
    notice: str | None = Field(
        description="Of a log that was reopened, which parties have not acknowledged that; null once all have."
    )
    warning: str = Field(description="What to do with the verifier key before believing it.")


class InclusionRead(Read):
    """The proof that an entry is in the tree of a checkpoint (RFC 9162, 2.1.3)."""

    index: int = Field(description="The entry's number in the log.")
    size: int = Field(description="How many entries the checkpoint is over.")
    leaf_hash: str = Field(description="The entry's leaf hash, in hex, as its `leaf_hash` in the audit trail.")
    hashes: list[str] = Field(description="The audit path, the leaf's sibling first, each in hex.")
    root_hash: str = _hash
    checkpoint: str = Field(description="The checkpoint itself, a signed note: the root hash stands in it, signed.")


class ConsistencyRead(Read):
    """The proof that the tree of an older checkpoint is a prefix of the tree of a newer one (RFC 9162, 2.1.4)."""

    old_size: int
    old_root_hash: str = _hash
    new_size: int
    new_root_hash: str = _hash
    hashes: list[str] = Field(description="The proof, in hex; empty between equal sizes.")
    checkpoint: str = Field(description="The newer checkpoint, a signed note.")
