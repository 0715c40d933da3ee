"""Spreadsheets over HTTP: a commission's commitments as a file that is filled in and sent back."""

import asyncio
from collections.abc import Callable
from typing import Final
from uuid import UUID

from fastapi import Response

from service.database.statement import Connection
from service.database.transaction import Transaction
from service.errors import Conflict
from service.exchange import exporting
from service.exchange.files import Sheet, as_csv, as_xlsx
from service.http.headers import file_of
from service.http.idempotency import OnceRoute
from service.http.refusals import READING_ONE, refusals
from service.http.routing import Router
from service.identity.caller import CurrentCaller
from service.permissions import Caller
from service.reports.few import Few
from service.values.codes import CommissionId

router = Router("/v1", route_class=OnceRoute, tags=["spreadsheets"])
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv"
files: Final = Few(3)
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
