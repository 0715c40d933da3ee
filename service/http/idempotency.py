"""Idempotency-Key: a request that is sent again has one effect and one answer.

The key is claimed before any other lock, in the request's own transaction; the answer is stored in the same
transaction, so an effect without its answer cannot exist. Refusals roll back, and leave the key free.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, ClassVar, Final, NamedTuple

import orjson
import sqlalchemy as sa
from fastapi import Depends, Header, Request, Response
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field
from typing_extensions import override

from service.database.columns import Id, Table, document, moment, table
from service.database.statement import Change, Connection, Query, given
from service.database.transaction import Transaction
from service.errors import IdempotencyKeyReused, StillRunning
from service.http.routing import Handler, Route
from service.identity.caller import UncheckedCaller
from service.identity.queries import require_active

SECRET = "client_secret"  # noqa: S105 -- the name of the member that is shown once and never stored


class IdempotencyKey(Table, table=True):
    """The answer that was given under a principal's key."""

    __tablename__ = "idempotency_key"
    __table_args__: ClassVar[tuple[object, ...]] = (sa.Index("ix_idempotency_key_age", "created_at"),)

    principal_id: Id = Field(primary_key=True, sa_type=sa.Uuid)
    key: str = Field(primary_key=True, sa_type=sa.Text)
    request_hash: bytes = Field(sa_type=sa.LargeBinary, nullable=False)
    status: int | None = Field(default=None, nullable=True)
    headers: dict[str, str] | None = document(nullable=True)
    body: bytes | None = Field(default=None, sa_type=sa.LargeBinary, nullable=True)
    created_at: datetime = moment()


_keys = table(IdempotencyKey)
_mine = (_keys.c.principal_id == sa.bindparam("who")) & (_keys.c.key == sa.bindparam("which"))
_new = ("principal_id", "key", "request_hash")
_claim = Change(
    insert(_keys)
    .from_select(
        [*_new, "created_at"],
        sa.select(*given(_keys, *_new).values(), sa.func.now()).where(
            sa.func.pg_try_advisory_xact_lock(sa.bindparam("lock", type_=sa.BigInteger()))
        ),
    )
    .on_conflict_do_nothing()
)


class _Kept(NamedTuple):
    request_hash: bytes
    status: int
    headers: dict[str, str]
    body: bytes


_kept = Query(sa.select(*(_keys.c[name] for name in _Kept._fields)).where(_mine), _Kept)
_store = Change(sa.update(_keys).where(_mine).values(given(_keys, "status", "headers", "body")))
_old = _keys.c.created_at < sa.func.now() - sa.func.make_interval(0, 0, 0, sa.bindparam("days", type_=sa.Integer()))
_forget = Change(sa.delete(_keys).where(_old))


_KEPT_HEADERS: Final = ("location", "etag", "content-language", "vary")


class Replay(Exception):
    """The answer that was given before."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that this request holds until its transaction ends."""

    connection: Connection
    principal_id: Id
    key: str

    async def store(self, response: Response) -> None:
        """Keep a successful answer, without secrets, under the key."""
        headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        body = without_secret(bytes(response.body))
        mine = {"who": self.principal_id, "which": self.key}
        await _store.run(self.connection, **mine, status=response.status_code, headers=headers, body=body)


def without_secret(body: bytes) -> bytes:
    """Return the JSON `body` with its secret, if it has one, set to null."""
    if SECRET.encode() not in body:
        return body
    content = orjson.loads(body)
    return orjson.dumps({**content, SECRET: None} if SECRET in content else content)


def key_header(description: str) -> Any:  # noqa: ANN401 -- as FastAPI's own `Header` is typed
    """Return the header by which a request is known again; `description` says what it does here."""
    return Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description=description,
        examples=["7c9e6679-7425-40de-944b-e07fc1f90ae7"],
    )


async def once(
    request: Request,
    connection: Transaction,
    caller: UncheckedCaller,
    idempotency_key: Annotated[
        str | None,
        key_header(
            "Visible ASCII characters that are new for each request, such as a UUID. Sent again with the same body, the request has "
            "one effect and the same answer."
        ),
    ] = None,
) -> None:
    """Claim the request's key: `Replay` if it was answered, 409 while it runs, 422 if the request was another."""
    if idempotency_key is None:
        return
    # Of a file, what it is known by.
    body = getattr(request.state, "received", None) or await request.body()
    known: dict[str, Any] = {"principal_id": caller.principal_id, "key": idempotency_key}
    hashed = sha256(b"\n".join([request.method.encode(), request.url.path.encode(), body])).digest()
    lock = int.from_bytes(sha256(orjson.dumps(known, default=str)).digest()[:8], signed=True)
    if not await _claim.run(connection, **known, request_hash=hashed, lock=lock):
        await require_active(connection, caller)
        await _replay(connection, caller.principal_id, idempotency_key, hashed)
    request.state.claim = Claim(connection, **known)


async def _replay(connection: Connection, principal_id: Id, key: str, hashed: bytes) -> None:
    found = await _kept.row(connection, who=principal_id, which=key)
    if found is None:
        raise StillRunning(
            "The first request with this Idempotency-Key has not finished. Send it again in a second.",
            headers={"Retry-After": "1"},
        )
    if found.request_hash != hashed:
        raise IdempotencyKeyReused(
            "This Idempotency-Key came before with another body or address. Take a new key for a new request."
        )
    headers = {**found.headers, "Idempotent-Replayed": "true"}
    raise Replay(Response(found.body, found.status, headers, media_type="application/json"))


class OnceRoute(Route):
    """A route whose successful answer is stored with the request's key before the transaction commits."""

    @override
    def get_route_handler(self) -> Handler:
        """Return the handler, with the answer kept, or replayed."""
        handle = super().get_route_handler()

        async def keep(request: Request) -> Response:
            try:
                response = await handle(request)
            except Replay as replay:
                return replay.answer
            claim: Claim | None = getattr(request.state, "claim", None)
            if claim is not None:
                await claim.store(response)
            return response

        return keep


async def forget_older(connection: Connection, days: int) -> int:
    """Forget answers that are older than `days`, and return how many; a key may then be used again."""
    return await _forget.run(connection, days=days)


Once = Depends(once, scope="function")
