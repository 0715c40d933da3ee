"""The proofs that come with an export: one per commitment, for its newest entry, against the same checkpoint. Pure."""

from collections.abc import Iterator, Mapping

from service.audit.checkpoint import Checkpoint
from service.audit.merkle import ProofInvalid, verify_inclusion
from service.audit.proof import parse_proof
from service.verify.export import PROOF_SUFFIX, PROOFS, Export
from service.verify.finding import Finding, malformed, tampered, unproven
from service.verify.register import Subject


def check_proofs(
    export: Export, raw: bytes, checkpoint: Checkpoint, commitments: Mapping[str, Subject]
) -> Iterator[Finding]:
    """Yield what is wrong with the proof files; `raw` is the export's signed checkpoint as it stands there."""
    if commitments and not any(path.startswith(PROOFS) for path in export.paths):
        yield unproven(PROOFS, f"is missing: the proofs of the newest entry of each of {len(commitments)} commitments")
        return
    for reference, subject in commitments.items():
        path = f"{PROOFS}{reference}{PROOF_SUFFIX}"
        found = export.read(path)
        if found is None:
            yield unproven(path, f"is missing: the proof of the newest entry of {reference}")
        else:
            yield from _check(path, found, raw, checkpoint, subject)
    for path in sorted(path for path in export.paths if path.startswith(PROOFS)):
        reference = path.removeprefix(PROOFS).removesuffix(PROOF_SUFFIX)
        if reference not in commitments or path != f"{PROOFS}{reference}{PROOF_SUFFIX}":
            yield malformed(path, "is the proof of no commitment in this log")


def _check(path: str, found: bytes, raw: bytes, checkpoint: Checkpoint, subject: Subject) -> Iterator[Finding]:
    try:
        proof = parse_proof(found)
    except ProofInvalid as wrong:
        yield malformed(path, f"is no proof: {wrong}")
        return
    if proof.extra is not None:
        yield malformed(path, "carries extra data, which nothing authenticates")
    if proof.checkpoint != raw:
        yield tampered(path, "carries another checkpoint than the export")
    if proof.index != subject.index:
        yield tampered(path, f"is for entry {proof.index}; the newest entry of {subject.reference} is {subject.index}")
        return
    try:
        verify_inclusion(subject.leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    except ProofInvalid as wrong:
        yield tampered(path, f"does not prove the newest entry of {subject.reference}: {wrong}")
