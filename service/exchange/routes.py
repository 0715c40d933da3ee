"""Spreadsheets over HTTP: a commission's commitments as a file that is filled in and sent back."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from service.database.statement import Connection
from service.database.transaction import Transaction
from service.errors import Conflict
from service.exchange import exporting, imports
from service.exchange.files import Sheet, as_csv, as_xlsx
from service.exchange.imports import Asked
from service.exchange.schemas import ImportRead
from service.http.answers import answer
from service.http.at_once import AtOnce, Most
from service.http.edge import LONGEST
from service.http.headers import carrying, file_of
from service.http.idempotency import Once, OnceRoute
from service.http.refusals import READING_ONE, WRITING_ONE, refusals
from service.http.routing import Router
from service.http.uploads import Upload
from service.identity.caller import CurrentCaller
from service.permissions import Caller
from service.values import Reason
from service.values.codes import CommissionId

router = Router("/v1", route_class=OnceRoute, tags=["spreadsheets"])
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv"
files: Final = AtOnce(
    in_all=Most(3, "As many files as may be are being made at this moment. Ask again in two seconds.", 2)
)
"""So many files are made at once by one process."""
_HEADERS: Final = ("Content-Disposition", "Cache-Control")


@router.get(
    "/commissions/{commission_id}/export.xlsx",
    summary="Export commitments as a workbook",
    response_class=Response,
    responses=READING_ONE
    | refusals(Conflict)
    | file_of(XLSX, "A workbook: commitments, and what its columns mean.", *_HEADERS),
)
async def read_exported_workbook(
    connection: Transaction, caller: CurrentCaller, commission_id: CommissionId
) -> Response:
    """Export the commitments that the caller may see as a workbook (XLSX): a row for each, in the order of their references.

    Every cell is text, and what is coded takes its codes alone; the sheets `columns` and `codes` say what each column means.
    """
    return await _file(connection, caller, commission_id, "xlsx", as_xlsx, XLSX)


@router.get(
    "/commissions/{commission_id}/export.csv",
    summary="Export commitments as CSV",
    response_class=Response,
    responses=READING_ONE | refusals(Conflict) | file_of(CSV, "The same rows as CSV.", *_HEADERS, text=True),
)
async def read_exported_csv(connection: Transaction, caller: CurrentCaller, commission_id: CommissionId) -> Response:
    """Export the same rows and columns as CSV (RFC 4180), in UTF-8 with its mark.

    A cell that some spreadsheet would run as a formula has an apostrophe before it, and so has one that begins with an apostrophe.
    """
    return await _file(connection, caller, commission_id, "csv", as_csv, CSV)


async def _file(
    connection: Connection, caller: Caller, commission_id: UUID, ending: str, made: Callable[[Sheet], bytes], kind: str
) -> Response:
    with files.one():
        sheet = await exporting.sheet(connection, caller, commission_id)
        content = await asyncio.to_thread(made, sheet)
    headers = {
        "Content-Disposition": f'attachment; filename="{sheet.commission}-commitments.{ending}"',
        "Cache-Control": "private, no-cache",
    }
    return Response(content, media_type=kind, headers=headers)


MOST_BYTES: Final = 20_000_000
PROPOSE: Final = "Whether states move, by proposals with the evidence of the row."
WHY: Final = (
    "Why shared facts change, in every proposal; of what is implemented without an instrument also why none was needed."
)
_TRIED: Final = {
    "tried": {
        "summary": "Try a row of the pilot (202)",
        "value": "reference,version,level.PK,report.PK\r\nPK-AZ/08/011,1,limited,Two hospitals were visited (sample).\r\n",
    }
}
FILE: Final = {
    "requestBody": {
        "description": "The file as it is, or as the part `file` of a form; .xlsx, .ods or CSV in UTF-8: which of them, is seen from what is in "
        "it. A real run may leave it out.",
        "content": {
            CSV: {"schema": {"type": "string", "format": "binary"}, "examples": _TRIED},
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}, "examples": _TRIED},
        },
    },
    LONGEST: MOST_BYTES,
}


async def whole(request: Request) -> None:
    """Read the file before the request has its transaction: it may take minutes to come."""
    await request.body()


@router.post(
    "/commissions/{commission_id}/imports",
    status_code=202,
    summary="Import commitments from a file",
    response_model=ImportRead,
    responses=WRITING_ONE | carrying("Location", "Idempotent-Replayed", status=202),
    openapi_extra=FILE,
    dependencies=[Depends(whole, scope="function"), Once],
)
async def create_import(
    request: Request,
    connection: Transaction,
    caller: CurrentCaller,
    commission_id: CommissionId,
    dry_run: Annotated[bool, Query(description="Change nothing; say what would be done.")] = True,  # noqa: FBT002 -- a query's
    propose: Annotated[bool, Query(description=PROPOSE)] = False,  # noqa: FBT002 -- a query's
    reason: Annotated[Reason | None, Query(description=WHY, examples=["The list of 2027."])] = None,
    digest: Annotated[
        str | None,
        Query(
            pattern="^[0-9a-f]{64}$",
            description="Of the dry run whose work a real run (`dry_run=false`) is to do; its options are taken too.",
            examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
        ),
    ] = None,
) -> Response:
    """Queue a file: `pacta worker` reads and judges it; a real run carries out all of it in one transaction, or nothing.

    A row is found by its reference, and changed if its version is the present one; one without a reference is created. An empty cell is
    left (of a new one: is not known), `-` clears, a column that is not there is left. Own facts change at once, shared ones by proposals.
    """
    content = b"".join([piece async for piece in Upload(request).pieces()]) if await request.body() else b""
    asked = Asked(content, dry_run, propose, reason, digest)
    import_id = await imports.ask(connection, caller, commission_id, asked)
    return answer(await imports.get(connection, caller, import_id), 202, location=f"/v1/imports/{import_id}")


@router.get(
    "/imports/{import_id}",
    summary="Read what became of an import",
    response_model=ImportRead,
    responses=READING_ONE,
)
async def read_import(connection: Transaction, caller: CurrentCaller, import_id: UUID) -> Response:
    """Read an import of one's own organisation: how far it is, and what becomes, or became, of each row."""
    return answer(await imports.get(connection, caller, import_id))
