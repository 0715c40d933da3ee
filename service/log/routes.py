"""The Merkle log over HTTP, as C2SP tlog-tiles v1 lays it out (c2sp.org/tlog-tiles), and the whole of it as one file."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from service.database.state import State, state_of
from service.database.statement import Connection
from service.database.transaction import Transaction
from service.errors import Conflict
from service.http.headers import file_of
from service.http.refusals import READING_ONE, refusals
from service.http.routing import Router
from service.identity.caller import CurrentCaller
from service.log import proofs
from service.log import queries as log_queries
from service.log.export import files as export
from service.log.export.audience import Audience, Reader, reader
from service.log.export.tar import archive
from service.log.schemas import WARNING, LogRead
from service.permissions import Permission
from service.register.commissions import queries as commissions
from service.values.codes import CommissionId

router = Router("/v1/commissions/{commission_id}/log", tags=["log"])
Witnesses = Annotated[
    int,
    Query(
        ge=0,
        le=100,
        description="The newest checkpoint that at least so many witnesses have cosigned.",
        openapi_examples={"one": {"summary": "One witness at least", "value": 1}},
    ),
]
ForAudience = Annotated[
    Audience | None,
    Query(
        description="Redacted for everybody, or for any organisation of a party: of what is not for it the hashes alone. Absent: whole.",
        openapi_examples={"public": {"summary": "For everybody", "value": "public"}},
    ),
]
Level = Annotated[str, Path(description="`<L>` of tlog-tiles: 0 for leaf hashes, 1 for the roots of full tiles, ...")]
Place = Annotated[
    str,
    Path(
        description="`<N>[.p/<W>]` of tlog-tiles: three digits to a path element, all but the last with an `x` before it; "
        "`.p/<W>` for a tile of only W hashes or entries. Its slashes may be sent as `%2F`.",
        openapi_examples={"first": {"summary": "The first one, of which there is the first", "value": "000.p/1"}},
    ),
]
# Private, since it was answered to one caller's token: a shared cache would answer others with it (RFC 9111, 3.5).
FOR_GOOD: Final = {"Cache-Control": "private, max-age=31536000, immutable"}
NEVER: Final = {"Cache-Control": "no-store"}


BYTES: Final = "application/octet-stream"
CHECKPOINT = file_of("text/plain", "The checkpoint, a signed note (C2SP tlog-checkpoint).", "Cache-Control", text=True)
BUNDLE = file_of(BYTES, "The entries, each after its length (uint16, big-endian).", "Cache-Control")
TILE = file_of(BYTES, "The hashes, 32 bytes each.", "Cache-Control")
ARCHIVE = file_of(
    "application/x-tar",
    "A tar archive of what `pacta export` writes, its checkpoint last.",
    "Cache-Control",
    "Content-Disposition",
)


@router.get("", summary="Read how the log stands", response_model=LogRead, responses=READING_ONE)
async def read_log(connection: Transaction, caller: CurrentCaller, commission_id: CommissionId) -> dict[str, Any]:
    """Read the log's name, key and size, its newest checkpoint, and who has witnessed that."""
    await commissions.get(connection, caller, commission_id)
    return {**await log_queries.describe(connection, commission_id), "warning": WARNING}


@router.get(
    "/checkpoint",
    summary="Read the newest checkpoint",
    response_class=Response,
    responses=READING_ONE | CHECKPOINT,
)
async def read_log_checkpoint(
    connection: Transaction, caller: CurrentCaller, commission_id: CommissionId, witnesses: Witnesses = 0
) -> Response:
    """Read the log's newest checkpoint with every cosignature so far: keep it, and ask for consistency with it later."""
    await commissions.get(connection, caller, commission_id)
    return await checkpoint_of(connection, commission_id, witnesses)


# Before the hash tiles, of which `entries` would else be a level.
@router.get(
    "/tile/entries/{place:path}",
    summary="Read an entry bundle",
    response_class=Response,
    responses=READING_ONE | BUNDLE,
)
async def read_log_entries(
    connection: Transaction, caller: CurrentCaller, commission_id: CommissionId, place: Place
) -> Response:
    """Read 256 entries as the exact bytes that were hashed, or fewer at the log's end.

    Restricted entries are among them, so this is for the commission's secretariats and auditors.
    """
    await _require_log(connection, caller, commission_id)
    return await tile_of(connection, commission_id, f"tile/entries/{place}")


@router.get(
    "/tile/{level}/{place:path}",
    summary="Read a hash tile",
    response_class=Response,
    responses=READING_ONE | TILE,
)
async def read_log_tile(
    connection: Transaction, caller: CurrentCaller, commission_id: CommissionId, level: Level, place: Place
) -> Response:
    """Read 256 hashes of the tree, or fewer at its right edge, within the newest checkpoint: any proof is made of them."""
    await commissions.get(connection, caller, commission_id)
    return await tile_of(connection, commission_id, f"tile/{level}/{place}")


@router.get(
    "/export",
    summary="Download the whole log",
    response_class=Response,
    responses=READING_ONE | refusals(Conflict) | ARCHIVE,
)
async def read_log_export(
    request: Request,
    connection: Transaction,
    caller: CurrentCaller,
    commission_id: CommissionId,
    witnesses: Witnesses = 0,
    audience: ForAudience = None,
) -> StreamingResponse:
    """Download everything that it takes to verify the record without this service, with a README that says how.

    Restricted entries are in it, so this is for the commission's secretariats and auditors. With `audience` it is redacted, and for
    whoever may see as much. An archive that does not end with its checkpoint was cut off.
    """
    row = await commissions.get(connection, caller, commission_id)
    seen = None
    if audience is None:
        await _require_log(connection, caller, commission_id)
    else:
        if audience is Audience.PARTIES:
            (await commissions.standing_in(connection, caller, commission_id)).require(Permission.READ_PARTIES)
        seen = await reader(connection, caller, audience, commission_id)
    return await whole_of(request, connection, log_queries.Named(commission_id, row["code"]), witnesses, seen)


async def whole_of(
    request: Request,
    connection: Connection,
    log: log_queries.Named,
    witnesses: int,
    seen: Reader | None = None,
) -> StreamingResponse:
    """Return a log as an archive; what is streamed is read in transactions of its own, each short."""
    whole = await export.prepare(state_of(request.app, State).readers, connection, log, witnesses, seen)
    headers = {"Content-Disposition": f'attachment; filename="{whole.name}.tar"', **NEVER}
    return StreamingResponse(archive(whole.files(), whole.signed_at), media_type="application/x-tar", headers=headers)


async def checkpoint_of(connection: Connection, log_id: UUID, witnesses: int) -> Response:
    """Return a log's newest checkpoint that so many witnesses have cosigned."""
    found = await proofs.newest(connection, log_id, witnesses)
    return Response(found.note, media_type="text/plain", headers=NEVER)


async def tile_of(connection: Connection, log_id: UUID, path: str) -> Response:
    """Return a tile or an entry bundle of a log, which never changes."""
    content = await proofs.served(connection, log_id, path)
    return Response(content, media_type=BYTES, headers=FOR_GOOD)


async def _require_log(connection: Transaction, caller: CurrentCaller, commission_id: UUID) -> None:
    (await commissions.standing_in(connection, caller, commission_id)).require(Permission.READ_LOG)
