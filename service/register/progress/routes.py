"""Progress reports over HTTP."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Body, Query, Response

from service.database.transaction import Transaction
from service.errors.sent import Sent
from service.http.answers import answer, members
from service.http.headers import ONCE
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging
from service.http.refusals import LISTING_ONE, WRITING_ONE
from service.http.routing import Router
from service.identity.caller import UncheckedCaller
from service.register.commitments import queries as commitments
from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.rules.reporting import ProgressReportCreate
from service.register.decisions.called import COMMITMENT, PRINCIPAL, Beside, called
from service.register.decisions.engine.matter import Row
from service.register.parties.queries import require_registered
from service.register.progress import commands, queries
from service.register.progress.examples import REPORTS
from service.register.progress.schemas import ProgressReportRead
from service.values import PartyCode
from service.values.codes import CommitmentId

router = Router("/v1", route_class=OnceRoute, tags=["progress reports"])
_BESIDE: Final = Beside({"commitment": ("commitment_id", COMMITMENT), "principal": ("principal_id", PRINCIPAL)})


@router.post(
    "/commitments/{commitment_id:commitment}/progress-reports",
    status_code=201,
    summary="Report on progress",
    response_model=ProgressReportRead,
    responses=WRITING_ONE | ONCE,
    dependencies=[Once],
)
async def create_progress_report(
    connection: Transaction,
    caller: UncheckedCaller,
    commitment_id: CommitmentId,
    new: Annotated[Sent[ProgressReportCreate], Body(openapi_examples=REPORTS)],
) -> Response:
    """Say how far the caller's own side is. It is this party's word alone: no other confirms it, and no state changes.

    The secretariat, the lead body, co-leads and members of the owning group may. What was wrong is put right by a later report.
    """
    row = await commands.report(connection, caller, commitment_id, new)
    (told,) = await called(connection, (COMMITMENTS,), caller, [row], _BESIDE.asked)
    return answer(_told(told), 201)


@router.get(
    "/commitments/{commitment_id:commitment}/progress-reports",
    summary="List progress reports",
    response_model=Page[ProgressReportRead],
    responses=LISTING_ONE,
)
async def list_progress_reports(
    paging: Paging,
    connection: Transaction,
    caller: UncheckedCaller,
    commitment_id: CommitmentId,
    party: Annotated[list[PartyCode] | None, Query(max_length=20, description="Only of these parties.")] = None,
) -> Response:
    """List every report on a commitment, oldest first; the last of each party stands on the commitment as `progress`."""
    await commitments.get(connection, caller, commitment_id)
    after = paging.after("progress-report", UUID)
    rows = await queries.of_commitment(connection, commitment_id, party or [], after, paging.limit)
    await require_registered(connection, {"party": party or []})
    told = await called(connection, (COMMITMENTS,), caller, rows, _BESIDE.asked)
    return paging.page(_told, told, "progress-report", "id")


def _told(row: Row) -> dict[str, Any]:
    return members(ProgressReportRead, {**row, **_BESIDE.of(row)})
