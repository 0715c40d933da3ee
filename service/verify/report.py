"""What the command prints: what was verified, what was found, and what no export can tell. Pure."""

from collections.abc import Iterator
from typing import Final

from service.tlog.policy import NONE, Policy
from service.verify import documents, names, redacted, reopened
from service.verify.finding import MOST_LISTED, Severity
from service.verify.judgement import Verdict

OUTCOME: Final = {
    Severity.PROVEN: "PROVEN: this is the log that was signed, and nothing that was checked in it is wrong.",
    Severity.TAMPERED: "TAMPERING: something was changed, or a rule was broken, as said above.",
    Severity.UNPROVEN: "NOT ENOUGH EVIDENCE: nothing shows tampering, yet something that is needed for proof is lacking.",
    Severity.MALFORMED: "MALFORMED: what was given cannot be read, as said above.",
    Severity.WITHHELD: "PROVEN, AS FAR AS IT IS SHOWN AND JUDGED: this is the log that was signed, and nothing that was checked in it is wrong; "
    "{count} entries are withheld, of which nothing is proven but that they are there, and {unjudged} subjects are not judged beyond them.",
}
AS_SHOWN: Final = (
    "PROVEN, AS FAR AS IT IS SHOWN: this is the log that was signed, nothing that was checked in it is wrong, and {count} entries are "
    "withheld, of which nothing is proven but that they are there."
)
WORD: Final = {
    Severity.TAMPERED: "tampering",
    Severity.UNPROVEN: "not proven",
    Severity.MALFORMED: "malformed",
    Severity.WITHHELD: "withheld",
}
NOT_CHECKED: Final = (
    "who stands behind a principal, and that it was entitled within its own government",
    "that its organisation was secretariat or co-lead of its party: the registry has a log of its own",
    "that a party's own key signed its statements: entries are signed by the log alone",
    "that this is the newest state: compare the checkpoint with one that you fetch",
    "the order of entries of different subjects in time: they may have been written side by side",
    "what happened in the world",
)
UNWITNESSED: Final = (
    "that nobody is shown another tree: no witness is in the quorum, so compare checkpoints with the other side"
)


def lines(verdict: Verdict, policy: Policy | None) -> Iterator[str]:
    """Yield the report, line by line; the last says the outcome."""
    yield from _checkpoint(verdict, policy)
    yield from _followed(verdict)
    yield from reopened.lines(verdict.reopened, verdict.charter, policy, replayed=verdict.replayed)
    yield "Not checked, since no export can tell it:"
    yield from (f"  - {one}" for one in NOT_CHECKED)
    if policy is None or policy.quorum == NONE:
        yield f"  - {UNWITNESSED}"
    if not verdict.replayed:
        yield "  - the lifecycle: the replay was skipped, so an entry may say what its commission's rules forbid"
        yield "  - documents: which the entries tell of, the replay knows"
    found = verdict.findings
    if found.total:
        yield f"Found ({found.total}):"
    yield from (f"  {WORD[one.severity]}: {one.where}: {one.message}" for one in found.listed)
    if found.total > len(found.listed):
        yield f"  and {found.total - len(found.listed)} more; the worst {MOST_LISTED} are listed"
    if verdict.withheld.count and found.outcome is Severity.PROVEN:
        yield AS_SHOWN.format(count=verdict.withheld.count)
    else:
        yield OUTCOME[found.outcome].format(count=verdict.withheld.count, unjudged=verdict.withheld.unjudged)


def _checkpoint(verdict: Verdict, policy: Policy | None) -> Iterator[str]:
    if verdict.checkpoint is None:
        return
    checkpoint = verdict.checkpoint.checkpoint
    yield f"Log {checkpoint.origin}"
    yield f"  size {checkpoint.size}, root {checkpoint.root.hex()}"
    believed = "signed as the policy demands" if verdict.checkpoint.opened else "not shown to be signed by a known log"
    quorum = f"; quorum of witnesses: {policy.quorum}" if policy else ""
    yield f"  {believed}{quorum}"
    yield from (f"  cosigned by {name} at {moment}" for name, moment in verdict.witnesses)
    if verdict.kept:
        yield f"  compared with the checkpoint that you kept, of size {verdict.kept.checkpoint.size}"


def _followed(verdict: Verdict) -> Iterator[str]:
    yield f"Checked {verdict.entries} entries of {verdict.subjects} subjects: hashes, tiles, chains, spelling, order of times"
    if verdict.replayed:
        states = ", ".join(f"{count} {state}" for state, count in sorted(verdict.states.items()))
        yield f"  {verdict.commitments} commitments followed by the rules of the lifecycle, now: {states or 'none'}"
        yield from documents.lines(verdict.documents)
    yield from names.lines(verdict.called)
    yield from redacted.lines(verdict.withheld)
    if verdict.unfollowed:
        yield f"  {verdict.unfollowed} subjects could not be followed beyond their first broken rule"
