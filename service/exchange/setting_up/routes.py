"""Setting up over HTTP: the same file, and the same steps, as the command's."""

from typing import Annotated, Any, Final

from fastapi import Body, Depends, Query, Request, Response

from service.database.state import State, state_of
from service.exchange.setting_up import over_http
from service.exchange.setting_up.file import EXAMPLE, MOST_BYTES, read
from service.exchange.setting_up.over_http import Asked, Filed
from service.exchange.setting_up.schemas import SetUpRead
from service.http.answers import answer
from service.http.edge import LONGEST
from service.http.headers import carrying
from service.http.idempotency import key_header
from service.http.refusals import WRITING
from service.http.routing import Router
from service.identity.caller import Who, current_caller
from service.permissions import ActiveCaller

router = Router("/v1", tags=["registry"])


async def asking(request: Request) -> ActiveCaller:
    """Return who asks, active at this moment, and hold no connection from then on: what is asked for takes its own."""
    async with state_of(request.app, State).readers.connection() as connection:
        return await current_caller(connection, await Who()(request, connection))


Asking = Annotated[ActiveCaller, Depends(asking, scope="function")]
FILES: Final[dict[str, Any]] = {
    "tried": {
        "summary": "Two governments and their commission, tried (200 as administrator)",
        "value": read(EXAMPLE.read_bytes()).model_dump(mode="json", exclude_unset=True, exclude_none=True),
    }
}
OR_AS_IT_IS: Final[dict[str, Any]] = {
    # A second media type beside JSON breaks the types of generated clients.
    "requestBody": {
        "description": "The file's content as JSON. The file itself is taken too: `Content-Type: application/yaml` (RFC 9512), in UTF-8, "
        "without anchors, aliases and tags.",
    },
    LONGEST: MOST_BYTES,
}


@router.post(
    "/set-ups",
    summary="Set up from a file",
    response_model=SetUpRead,
    responses=WRITING | carrying("Cache-Control"),
    openapi_extra=OR_AS_IT_IS,
)
async def create_set_up(
    request: Request,
    caller: Asking,
    sent: Annotated[Filed, Body(openapi_examples=FILES)],
    dry_run: Annotated[bool, Query(description="Change nothing; say what would be done.")] = True,  # noqa: FBT002 -- a query's
    idempotency_key: Annotated[
        str | None,
        key_header(
            "Under the same one each step of the same file has one effect, also where two runs meet, and is answered as the"
            " first time, without secrets. Without one, too, what is there is not made again."
        ),
    ] = None,
) -> Response:
    """Do the caller's part of a set-up file, as `pacta set-up` does: what is there stays, what is missing is made, what differs is told.

    The administrator registers parties with their registrars and founds commissions. Who acts for a party does what is that party's and
    within its own rights: its registrar registers organisations and principals and names the secretariat; the secretariat proposes
    sessions and working groups, and confirms what the other has proposed where it is equal. Everything is named by its code. Each
    step stands for itself: what is made stays, whatever is refused after it, and the same file may be sent again. The answer alone shows the secrets of new principals, this once.
    """
    token = request.headers["authorization"].partition(" ")[2].strip()
    done = await over_http.run(request, Asked(caller, token, dry_run, idempotency_key), sent)
    given = answer(done)
    given.headers["Cache-Control"] = "no-store"
    return given
