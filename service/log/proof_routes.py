"""Ready proofs over HTTP, for those who would rather not make them of tiles; each is verified before it leaves."""

from typing import Annotated, Any

from fastapi import Path, Query, Response

from service.database.transaction import Transaction
from service.errors import InvalidContent
from service.http.headers import file_of
from service.http.refusals import READING_ONE
from service.http.routing import Router
from service.identity.caller import CurrentCaller
from service.log import proofs
from service.log.schemas import ConsistencyRead, InclusionRead
from service.register.commissions import queries as commissions
from service.register.commitments import queries as commitments
from service.tlog.proof import Proof
from service.values.codes import CommissionId, CommitmentId

router = Router("/v1", tags=["log"])
ONE = {"of_the_pilot": {"summary": "One of the pilot as it was loaded", "value": 7}}
SIGNED = {"of_the_pilot": {"summary": "The pilot as it was loaded", "value": 56}}
Index = Annotated[
    int, Query(ge=0, lt=2**53, description="The entry's `index` in the audit trail.", openapi_examples=ONE)
]
Size = Annotated[
    int | None,
    Query(
        ge=1,
        lt=2**53,
        description="Size of a checkpoint that the log has signed; absent for the newest.",
        examples=[56],
    ),
]
OldSize = Annotated[
    int, Query(ge=1, lt=2**53, description="Size of the checkpoint that you kept.", openapi_examples=SIGNED)
]
PROOF = file_of(
    "text/plain",
    "A proof file (C2SP tlog-proof v1), to be kept beside the document.",
    "Content-Disposition",
    text=True,
)


@router.get(
    "/commissions/{commission_id}/log/proofs/inclusion",
    summary="Prove that an entry is in the log",
    response_model=InclusionRead,
    responses=READING_ONE,
)
async def read_inclusion_proof(
    connection: Transaction, caller: CurrentCaller, commission_id: CommissionId, index: Index, size: Size = None
) -> dict[str, Any]:
    """Read the proof that an entry is in the tree of a checkpoint. It shows hashes alone, so it may be of any entry."""
    await commissions.get(connection, caller, commission_id)
    signed = await proofs.of_size(connection, commission_id, size)
    (found,) = await proofs.inclusions(connection, commission_id, signed, [index])
    return {
        "index": index,
        "size": signed.checkpoint.size,
        "leaf_hash": found.leaf.hex(),
        "hashes": [step.hex() for step in found.proof.hashes],
        "root_hash": signed.checkpoint.root.hex(),
        "checkpoint": signed.note.decode(),
    }


@router.get(
    "/commissions/{commission_id}/log/proofs/consistency",
    summary="Prove that the log has only grown",
    response_model=ConsistencyRead,
    responses=READING_ONE,
)
async def read_consistency_proof(
    connection: Transaction,
    caller: CurrentCaller,
    commission_id: CommissionId,
    old_size: OldSize,
    new_size: Size = None,
) -> dict[str, Any]:
    """Read the proof that nothing was changed or taken out since a checkpoint that you kept."""
    await commissions.get(connection, caller, commission_id)
    newer = await proofs.of_size(connection, commission_id, new_size)
    older = await proofs.of_size(connection, commission_id, old_size)
    new, old = newer.checkpoint, older.checkpoint
    if old.size > new.size:
        message = "A log only grows: old_size must not be above new_size."
        raise InvalidContent(message, errors=[{"parameter": "old_size", "detail": message}])
    hashes = await proofs.consistency(connection, commission_id, old, new)
    return {
        "old_size": old.size,
        "old_root_hash": old.root.hex(),
        "new_size": new.size,
        "new_root_hash": new.root.hex(),
        "hashes": [one.hex() for one in hashes],
        "checkpoint": newer.note.decode(),
    }


@router.get(
    "/commissions/{commission_id}/log/entries/{index}/proof",
    summary="Download the proof of an entry",
    response_class=Response,
    responses=READING_ONE | PROOF,
)
async def read_entry_proof(
    connection: Transaction,
    caller: CurrentCaller,
    commission_id: CommissionId,
    index: Annotated[int, Path(ge=0, lt=2**53, description="The entry's `index` in the audit trail.")],
) -> Response:
    """Download the proof that an entry is in the log: with its bytes and your own policy it needs nothing else."""
    code = (await commissions.get(connection, caller, commission_id))["code"]
    signed = await proofs.newest(connection, commission_id)
    (found,) = await proofs.inclusions(connection, commission_id, signed, [index])
    # Not named after what the entry is about: that may be a reference which this caller may not know.
    return attached(found.proof, f"{code}-log-{index}")


@router.get(
    "/commitments/{commitment_id:commitment}/proof",
    summary="Download the proof of a commitment",
    response_class=Response,
    responses=READING_ONE | PROOF,
)
async def read_commitment_proof(
    connection: Transaction, caller: CurrentCaller, commitment_id: CommitmentId
) -> Response:
    """Download the proof of the newest entry of a commitment that is in a checkpoint."""
    return attached(*await proofs.of_commitment(connection, await commitments.get(connection, caller, commitment_id)))


def attached(proof: Proof, name: str) -> Response:
    """Return a proof as a file of this name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.tlog-proof"'}
    return Response(bytes(proof), media_type="text/plain", headers=headers)
