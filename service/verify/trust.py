"""Whether a checkpoint is to be believed: by the reader's own policy, never by what the export says of itself. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from service.tlog.checkpoint import Checkpoint, OpenedCheckpoint, OriginMismatch, parse_checkpoint
from service.tlog.cosignature import timestamp_of
from service.tlog.encoding import NoteInvalid, NoteMalformed
from service.tlog.note import NoteUnverified, SignatureInvalid, parse_note
from service.tlog.policy import Policy, QuorumMissing
from service.verify.finding import Finding, Severity, malformed

SEVERITY: dict[type[NoteInvalid], Severity] = {
    SignatureInvalid: Severity.TAMPERED,
    NoteMalformed: Severity.MALFORMED,
    NoteUnverified: Severity.UNPROVEN,
    OriginMismatch: Severity.UNPROVEN,
    QuorumMissing: Severity.UNPROVEN,
}


@dataclass(frozen=True, slots=True)
class Weighed:
    """A checkpoint that can be read, and whose word it is: `opened` only where the policy is satisfied."""

    raw: bytes
    checkpoint: Checkpoint
    opened: OpenedCheckpoint | None = None

    def witnessed(self, policy: Policy) -> Iterator[tuple[str, str]]:
        """Yield the policy's witnesses that have cosigned, each with the time that it says (UTC)."""
        for name, witness in sorted(policy.witnesses.items()):
            for one in self.opened.verified if self.opened else ():
                if (one.name, one.key_id) == (witness.key.name, witness.key.key_id):
                    yield name, _moment(timestamp_of(one))


def weigh(where: str, raw: bytes, policy: Policy | None) -> tuple[Weighed | None, list[Finding]]:
    """Read a signed checkpoint and weigh it by the policy; None where it cannot be read at all."""
    try:
        checkpoint = parse_checkpoint(parse_note(raw).text)
    except NoteInvalid as wrong:
        return None, [malformed(where, f"is no signed checkpoint: {wrong}")]
    try:
        return Weighed(raw, checkpoint, policy.open_checkpoint(raw) if policy else None), []
    except NoteInvalid as wrong:
        severity = SEVERITY.get(type(wrong), Severity.MALFORMED)
        return Weighed(raw, checkpoint), [Finding(severity, where, f"is not to be believed: {wrong}")]


def _moment(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return f"{seconds} seconds after 1970"
