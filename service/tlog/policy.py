"""Whom to believe: logs, witnesses and the quorum of them (C2SP tlog-policy, c2sp.org/tlog-policy).

A policy is the reader's own and comes from the reader's own file (`policy_file.py`), never with what it judges.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from service.tlog.checkpoint import open_checkpoint
from service.tlog.encoding import NoteInvalid

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from service.tlog.checkpoint import OpenedCheckpoint
    from service.tlog.cosignature import CosignatureVerifier
    from service.tlog.keys import Verifier

NONE: Final = "none"


class QuorumMissing(NoteInvalid):
    """The log has signed, but fewer witnesses than the policy demands."""


@dataclass(frozen=True, slots=True)
class Log:
    """A log to believe; its key's name is the origin of its checkpoints."""

    key: Verifier
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness, by the name that only this policy gives it."""

    key: CosignatureVerifier
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses where at least `threshold` of its members, witnesses or groups, do."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A checkpoint counts when any of `logs` signed it and `quorum`, a witness or a group or "none", witnessed it.

    `groups` stand in the order of their definition: each after its members.
    """

    quorum: str
    logs: tuple[Log, ...] = ()
    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)

    def of_the_logs_alone(self) -> Policy:
        """Return the policy that believes the same logs and demands no witness."""
        return replace(self, quorum=NONE)

    def satisfied(self, cosigned: Collection[str]) -> bool:
        """Tell whether the quorum is reached when just these witnesses, by their names here, have cosigned."""
        witnessed = self.witnesses.keys() & cosigned
        for name, group in self.groups.items():
            if sum(member in witnessed for member in group.members) >= group.threshold:
                witnessed.add(name)
        return self.quorum == NONE or self.quorum in witnessed

    def open_checkpoint(self, raw: bytes) -> OpenedCheckpoint:
        """Verify a signed checkpoint against the whole policy and return it.

        Raises `QuorumMissing` where witnesses are lacking, else `NoteInvalid` as `checkpoint.open_checkpoint` does.
        A policy without logs verifies nothing.
        """
        keys = [witness.key for witness in self.witnesses.values()]
        opened = open_checkpoint(raw, [log.key for log in self.logs], keys)
        cosigned = self.cosigned_by(opened)
        if not self.satisfied(cosigned):
            raise QuorumMissing(
                f"cosigned by {', '.join(sorted(cosigned)) or 'no witness'}, which is not the quorum {self.quorum!r}"
            )
        return opened

    def cosigned_by(self, opened: OpenedCheckpoint) -> set[str]:
        """Return the names of this policy's witnesses that have cosigned a checkpoint."""
        return {name for name, witness in self.witnesses.items() if opened.signed_by(witness.key)}
