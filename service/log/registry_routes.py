"""The registry's own log over HTTP, as a commission's: who may call, for whom, since when, and who registered that."""

from typing import Any

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from service.database.transaction import Transaction
from service.http.refusals import READING, READING_ONE
from service.http.routing import Router
from service.identity.caller import CurrentCaller
from service.log import queries as log_queries
from service.log.routes import (
    ARCHIVE,
    BUNDLE,
    CHECKPOINT,
    TILE,
    Level,
    Place,
    Witnesses,
    checkpoint_of,
    tile_of,
    whole_of,
)
from service.log.schemas import WARNING, LogRead
from service.permissions import Permission
from service.trail.models import REGISTRY

router = Router("/v1/registry/log", tags=["log"])


@router.get("", summary="Read how the registry's log stands", response_model=LogRead, responses=READING)
async def read_registry_log(connection: Transaction, _: CurrentCaller) -> dict[str, Any]:
    """Read the name, key and size of the registry's log, its newest checkpoint, and who has witnessed that."""
    return {**await log_queries.describe(connection, REGISTRY), "warning": WARNING}


@router.get(
    "/checkpoint",
    summary="Read the registry's newest checkpoint",
    response_class=Response,
    responses=READING_ONE | CHECKPOINT,
)
async def read_registry_checkpoint(connection: Transaction, _: CurrentCaller, witnesses: Witnesses = 0) -> Response:
    """Read the newest checkpoint of the registry's log with every cosignature so far."""
    return await checkpoint_of(connection, REGISTRY, witnesses)


# Before the hash tiles, of which `entries` would else be a level.
@router.get(
    "/tile/entries/{place:path}",
    summary="Read an entry bundle of the registry",
    response_class=Response,
    responses=READING_ONE | BUNDLE,
)
async def read_registry_entries(connection: Transaction, caller: CurrentCaller, place: Place) -> Response:
    """Read 256 entries of the registry as the exact bytes that were hashed. Administrator only: every party's are among them."""
    caller.require(Permission.READ_REGISTRY_TRAIL)
    return await tile_of(connection, REGISTRY, f"tile/entries/{place}")


@router.get(
    "/tile/{level}/{place:path}",
    summary="Read a hash tile of the registry",
    response_class=Response,
    responses=READING_ONE | TILE,
)
async def read_registry_tile(connection: Transaction, _: CurrentCaller, level: Level, place: Place) -> Response:
    """Read 256 hashes of the registry's tree, or fewer at its right edge: any proof is made of them."""
    return await tile_of(connection, REGISTRY, f"tile/{level}/{place}")


@router.get(
    "/export",
    summary="Download the registry's whole log",
    response_class=Response,
    responses=READING_ONE | ARCHIVE,
)
async def read_registry_export(
    request: Request, connection: Transaction, caller: CurrentCaller, witnesses: Witnesses = 0
) -> StreamingResponse:
    """Download everything that it takes to verify, without this service, who might act for whom. Administrator only."""
    caller.require(Permission.READ_REGISTRY_TRAIL)
    return await whole_of(request, connection, log_queries.THE_REGISTRY, witnesses)
