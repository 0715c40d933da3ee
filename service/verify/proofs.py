"""The proofs that come with an export: one per commitment, for its newest entry, against the same checkpoint. Pure."""

from collections.abc import Iterator, Mapping

from service.tlog.merkle import ProofInvalid, verify_inclusion
from service.tlog.note import parse_note
from service.tlog.policy import Policy
from service.tlog.proof import parse_proof
from service.verify.export import PROOF_SUFFIX, PROOFS, Exported
from service.verify.finding import Finding, malformed, tampered, unproven
from service.verify.replay.register import Subject
from service.verify.trust import Weighed, weigh


def check_proofs(
    export: Exported, weighed: Weighed, policy: Policy | None, commitments: Mapping[str, Subject]
) -> Iterator[Finding]:
    """Yield what is wrong with the proof files; `weighed` is the export's checkpoint, `policy` the reader's."""
    if commitments and not any(path.startswith(PROOFS) for path in export.paths):
        yield unproven(PROOFS, f"is missing: the proofs of the newest entry of each of {len(commitments)} commitments")
        return
    known = set()
    for reference, subject in commitments.items():
        # By its number, or as it was recorded: whoever exported may not have known the number yet.
        paths = [f"{PROOFS}{name}{PROOF_SUFFIX}" for name in (subject.reference, reference)]
        path = next((path for path in paths if path in export.paths), paths[0])
        known.add(path)
        found = export.read(path)
        if found is None:
            yield unproven(path, f"is missing: the proof of the newest entry of {subject.reference}")
        else:
            yield from _check(path, found, weighed, policy, subject)
    for path in sorted(path for path in export.paths if path.startswith(PROOFS) and path not in known):
        yield malformed(path, "is the proof of no commitment in this log")


def _check(path: str, found: bytes, weighed: Weighed, policy: Policy | None, subject: Subject) -> Iterator[Finding]:
    try:
        proof = parse_proof(found)
    except ProofInvalid as wrong:
        yield malformed(path, f"is no proof: {wrong}")
        return
    if proof.extra is not None:
        yield malformed(path, "carries extra data, which nothing authenticates")
    checkpoint = weighed.checkpoint
    if proof.checkpoint != weighed.raw:
        other = list(_another(path, proof.checkpoint, weighed, policy))
        yield from other
        if other and proof.index >= subject.index:
            return
    if proof.index != subject.index:
        yield tampered(path, f"is for entry {proof.index}; the newest entry of {subject.reference} is {subject.index}")
        return
    try:
        verify_inclusion(subject.last.leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    except ProofInvalid as wrong:
        yield tampered(path, f"does not prove the newest entry of {subject.reference}: {wrong}")


def _another(path: str, raw: bytes, weighed: Weighed, policy: Policy | None) -> Iterator[Finding]:
    """Judge a proof's own checkpoint, by which alone it will be believed beside its document.

    It may be that of the export with fewer cosignatures, if they are still enough: more may have come since.
    """
    own, wrong = weigh(path, raw, policy and policy.of_the_logs_alone())
    yield from wrong
    if not own or wrong:
        return
    found, expected = own.checkpoint, weighed.checkpoint
    if (found.origin, found.size) != (expected.origin, expected.size):
        about = f"{found.size} entries of {found.origin!r}"
        yield unproven(path, f"is against another checkpoint than the export's, over {about}: export again")
    elif found.root != expected.root:
        yield tampered(path, "is against another tree than the export's, of the same size: there are two histories")
    elif not set(parse_note(raw).signatures) <= set(parse_note(weighed.raw).signatures):
        yield unproven(path, "bears a signature that the export's checkpoint does not bear")
    else:
        yield from weigh(path, raw, policy)[1]
