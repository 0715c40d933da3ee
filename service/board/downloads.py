"""What a reader takes along from the pages: reports, proofs and documents, each by the function that the API gives it with."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from service.board import reader
from service.board.pages import GUARD, DayAsked, PageRoute, kept_by, speaking
from service.board.reader import Reading
from service.database.transaction import Transaction
from service.http.preconditions import require_read
from service.log import proofs
from service.log.proof_routes import attached
from service.permissions import Confidentiality
from service.register.decisions.routes import EveryMatter
from service.register.documents import queries as documents
from service.register.documents import serving
from service.register.documents.routes import Kept
from service.reports import routes as reports
from service.reports.formats import Format, Making
from service.reports.rules.report import Asked as Report

router = APIRouter(route_class=PageRoute, include_in_schema=False)


class ReportAsked(DayAsked):
    """As what a report is wanted, and of which day."""

    format: Format = Format.PDF


@router.get("/read/commissions/{commission}/report")
async def read_commission_report(
    request: Request, connection: Transaction, who: Reading, commission: str, asked: Annotated[ReportAsked, Query()]
) -> Response:
    """Give the report of a commission as a file."""
    charter = await reader.commission(request, connection, who, commission)
    return await _report(request, connection, who, charter["id"], None, asked)


@router.get("/read/sessions/{session:session}/report")
async def read_session_report(
    request: Request, connection: Transaction, who: Reading, session: str, asked: Annotated[ReportAsked, Query()]
) -> Response:
    """Give the report of a session as a file."""
    row, charter = await reader.session(request, connection, who, session)
    return await _report(request, connection, who, charter["id"], row["id"], asked)


@router.get("/read/commitments/{commitment:commitment}/proof")
async def read_proof(request: Request, connection: Transaction, who: Reading, commitment: str) -> Response:
    """Give the proof file of a commitment's newest entry, to be kept."""
    row, _ = await reader.commitment(request, connection, who, commitment)
    answer = attached(*await proofs.of_commitment(connection, row))
    answer.headers.update({**GUARD, **kept_by(is_signed_in=who.is_signed_in)})
    return answer


@router.get("/read/documents/{document_id}")
async def read_document(
    request: Request, connection: Transaction, who: Reading, every: EveryMatter, kept: Kept, document_id: UUID
) -> Response:
    """Give a document as the API does: to be kept, never shown as a page."""
    row = await documents.get(connection, every, who.caller, document_id)
    # Before they are opened, and before If-None-Match and Range (RFC 9110, 13.2.2).
    require_read(request, serving.etag(row))
    return await serving.content(request, row, await serving.opened(kept.store, row))


async def _report(
    request: Request,
    connection: Transaction,
    who: reader.Reader,
    commission_id: UUID,
    session_id: UUID | None,
    asked: ReportAsked,
) -> Response:
    """Return the file that the API gives, for the parties, or for everybody."""
    audience = Confidentiality.PARTIES if who.is_signed_in else Confidentiality.PUBLIC
    about = str(session_id) if session_id else None
    wanted = Report(audience, reports.day_of(asked.as_of, None), about, None, None)
    making = Making(asked.format, speaking(request).language, who.caller)
    answer = await reports.made(connection, commission_id, (None, None), wanted, making)
    answer.headers.update({**GUARD, **kept_by(is_signed_in=who.is_signed_in)})
    return answer
