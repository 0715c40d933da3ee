"""Documents over HTTP."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Body, Depends, Query, Request, Response
from starlette.background import BackgroundTask

from service.database.pool import LOST, Pool
from service.database.state import State, state_of
from service.database.transaction import Transaction
from service.errors import Gone, RangeNotSatisfiable, Stale, TooManyRequests, Unavailable
from service.errors.sent import Sent
from service.http.answers import answer
from service.http.bodies import STREAMED
from service.http.headers import ONCE, created, references
from service.http.idempotency import Once, OnceRoute
from service.http.pages import Page, Paging
from service.http.preconditions import require_read
from service.http.refusals import LISTING_ONE, READING_ONE, WRITING_ONE, refusals
from service.http.routing import Router
from service.http.uploads import Upload
from service.identity.caller import UncheckedCaller, Who
from service.register.decisions.called import COMMISSION, PRINCIPAL, Beside, called
from service.register.decisions.engine.matter import Row
from service.register.decisions.routes import EveryMatter
from service.register.documents import commands, queries, serving
from service.register.documents.commands import Attachment
from service.register.documents.examples import ANNEX, DOCUMENT_WITHDRAWALS, OF_THE_PILOT, UPLOADS
from service.register.documents.keeping import Documents, HasDocuments
from service.register.documents.receiving import Draft, drafted
from service.register.documents.rules.document import Closeness, DocumentRole, MediaType, Sha256
from service.register.documents.schemas import DocumentRead, DocumentWithdrawalCreate
from service.register.documents.store import Store
from service.values import Language, limited
from service.values.codes import MatterId

router = Router("/v1", route_class=OnceRoute, tags=["documents"])
OF = "To what it belongs: id or code of a commission, session, working group, commitment or instrument."
_BESIDE: Final = Beside({"commission": ("commission_id", COMMISSION), "principal": ("principal_id", PRINCIPAL)})
MADE = created(
    parameter="document_id", leads_to=["read_document", "read_document_content", "create_document_withdrawal"]
)
_FILE_HEADERS = {"ETag": {"$ref": "#/components/headers/StrongTag"}} | references(
    "Accept-Ranges", "Content-Disposition", "Content-Security-Policy", "Repr-Digest", "Cache-Control"
)
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The whole file.",
        "content": {str(one): {"schema": {"type": "string", "format": "binary"}} for one in MediaType},
        "headers": _FILE_HEADERS,
    },
    206: {
        "description": "The part of the file that `Range` asks for.",
        "content": {str(one): {"schema": {"type": "string", "format": "binary"}} for one in MediaType},
        "headers": _FILE_HEADERS | references("Content-Range"),
    },
    304: {"description": "The client has this file: its tag came as `If-None-Match`.", "headers": _FILE_HEADERS},
}


@dataclass(frozen=True, slots=True)
class Received:
    """A file that came, with what was said of it."""

    new: Attachment
    draft: Draft
    name: str | None


async def documents(request: Request) -> Documents:
    """Return what the application keeps for documents."""
    return state_of(request.app, HasDocuments).documents


Kept = Annotated[Documents, Depends(documents)]


async def receive(
    request: Request,
    every: EveryMatter,
    kept: Kept,
    matter_id: Annotated[MatterId, Query(openapi_examples=OF_THE_PILOT, description=OF)],
    role: Annotated[DocumentRole, Query(openapi_examples=ANNEX, description="What it is for its matter.")],
    language: Annotated[Language | None, Query(description="The language that it is written in (BCP 47).")] = None,
    confidentiality: Annotated[
        Closeness | None, Query(description="Who may read it, where that is fewer than those who may read its matter.")
    ] = None,
    name: Annotated[
        limited(300) | None,  # type: ignore[valid-type]
        Query(
            description="The name of the file; that of the form's part, if nothing is said. It is cleaned.",
            examples=["signed-en.pdf"],
        ),
    ] = None,
    sha256: Annotated[
        Sha256 | None, Query(description="What the file's digest (SHA-256, hex) must be: one of another is refused.")
    ] = None,
) -> AsyncIterator[Received]:
    """Receive the file, of whoever may attach it, before the request has its transaction: it may take minutes to come."""
    readers, new = state_of(request.app, State).readers, Attachment(matter_id, role, language, confidentiality, name)
    async with readers.connection() as connection:
        caller = await Who()(request, connection)
        await commands.may_attach(connection, every, caller, new)
    store, upload = kept.store, Upload(request)
    with kept.uploads.one(caller.principal_id):
        async with drafted(kept, upload.pieces(), sha256) as draft:
            async with readers.connection() as connection:
                await commands.require_room(connection, kept, caller, draft.size)
            await store.put(draft.path, draft.sha256)
            # By what a request with the same Idempotency-Key is known again.
            request.state.received = f"{request.url.query}\n{upload.name}\n{draft.sha256}".encode()
            yield Received(new, draft, upload.name)


@router.post(
    "/documents",
    status_code=201,
    summary="Attach a document",
    response_model=DocumentRead,
    responses=WRITING_ONE | refusals(TooManyRequests, Unavailable) | MADE,
    openapi_extra={STREAMED: True, "requestBody": UPLOADS},
    dependencies=[Depends(receive, scope="function"), Once],
)
async def create_document(
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    kept: Kept,
    received: Annotated[Received, Depends(receive, scope="function")],
) -> Response:
    """Send a file that belongs to a matter: as the part `file` of a form, or as the body itself.

    What it is, is told by what is in it: PDF, DOCX, XLSX, ODT, ODS, ASiC-E, JPEG, PNG or TIFF. Its size and digest are the
    service's, and stand in the entry; a digest of yours (`sha256`, or `Content-Digest`) that differs is refused. It is one party's
    doing: no other confirms it.
    """
    row = await commands.attach(connection, every, kept, caller, received.new, received.draft, received.name)
    (told,) = await called(connection, every, caller, [row], _BESIDE.asked)
    return answer(_told(told), 201, location=f"/v1/documents/{row['id']}")


@router.get("/documents", summary="List documents", response_model=Page[DocumentRead], responses=LISTING_ONE)
async def list_documents(
    paging: Paging,
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    matter_id: Annotated[MatterId, Query(openapi_examples=OF_THE_PILOT, description=OF)],
) -> Response:
    """List the documents of a matter that the caller may read, oldest first; withdrawn ones too."""
    seen = await queries.matter_of(connection, every, caller, matter_id, commands.NO_MATTER)
    rows = await queries.of_matter(connection, seen, paging.after("document", UUID), paging.limit)
    told = await called(connection, every, caller, rows, _BESIDE.asked)
    return paging.page(_told, told, "document", "id")


@router.get(
    "/documents/{document_id}", summary="Read a document's facts", response_model=DocumentRead, responses=READING_ONE
)
async def read_document(
    connection: Transaction, caller: UncheckedCaller, every: EveryMatter, document_id: UUID
) -> Response:
    """Read what is recorded of a document: of what matter, its digest and size, who brought it, and whether it was withdrawn."""
    row = await queries.get(connection, every, caller, document_id)
    (told,) = await called(connection, every, caller, [row], _BESIDE.asked)
    return answer(_told(told))


@router.get(
    "/documents/{document_id}/content",
    summary="Download a document",
    response_class=Response,
    responses=READING_ONE | refusals(Gone, RangeNotSatisfiable, Stale) | FILE,
)
async def read_document_content(
    request: Request,
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    kept: Kept,
    document_id: UUID,
) -> Response:
    """Get the bytes of a document, or with `Range` a part of them. The `ETag` is their SHA-256, as the entry has it."""
    row = await queries.get(connection, every, caller, document_id)
    # Before they are opened.
    require_read(request, serving.etag(row))
    return await serving.content(request, row, await serving.opened(kept.store, row))


@router.post(
    "/documents/{document_id}/withdrawal",
    status_code=201,
    summary="Withdraw a document",
    response_model=DocumentRead,
    responses=WRITING_ONE | ONCE,
    dependencies=[Once],
)
async def create_document_withdrawal(
    request: Request,
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    kept: Kept,
    document_id: UUID,
    new: Annotated[Sent[DocumentWithdrawalCreate], Body(openapi_examples=DOCUMENT_WITHDRAWALS)],
) -> Response:
    """Withdraw a file that must not be here: its bytes go, its digest and its entries stay, and who asks for it is told (410).

    Only the secretariat of the party that brought it may.
    """
    row = await commands.withdraw(connection, every, caller, document_id, new)
    (told,) = await called(connection, every, caller, [row], _BESIDE.asked)
    made = answer(_told(told), 201)
    made.background = BackgroundTask(_remove, state_of(request.app, State).pool, kept.store, row["sha256"])
    return made


async def _remove(pool: Pool, store: Store, digest: str) -> None:
    """Remove the bytes, once the withdrawal is committed; where that fails, the worker does."""
    with suppress(*LOST, Unavailable):
        async with pool.transaction() as connection:
            await commands.remove_unneeded(connection, store, digest)


def _told(row: Row) -> dict[str, Any]:
    told = {name: row[name] for name in DocumentRead.model_fields if name in row}
    withdrawal = None
    if row["withdrawn_at"]:
        withdrawal = {
            "reason": row["withdrawn_because"],
            "entry": row["withdrawn_entry"],
            "at": row["withdrawn_at"],
        }
    matter = {"kind": row["matter_kind"], "id": row["matter_id"], "reference": row["reference"]}
    return {**told, **_BESIDE.of(row), "matter": matter, "withdrawal": withdrawal}
