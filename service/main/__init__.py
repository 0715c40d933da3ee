"""The application: settings, pool, routers (`routers.py`), handlers; and what runs beside the requests."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from service.board.pages import refused_at
from service.board.sessions import forget_ended as forget_readers
from service.board.signing_in import HasSigningIn, SigningIn
from service.database import revisions
from service.database.connection import Address
from service.database.pool import LOST, Pool, stay_fit
from service.database.state import keep, state_of
from service.errors import InvalidContent, NotAcceptable
from service.http import again, catalogue, problems
from service.http.addresses import Addresses
from service.http.declared import Declared
from service.http.edge import Edge
from service.http.idempotency import forget_older
from service.http.names import HasNames
from service.http.openapi.document import make_beside, published
from service.http.reading import Reading
from service.http.refusals import refusals
from service.http.swagger.routes import create_router as create_swagger
from service.identity import issuers
from service.identity.caller import HasCallers, Proved
from service.identity.callers import Callers
from service.identity.epoch import watch
from service.identity.keys import load_or_create
from service.identity.queries import forget_ended_tokens
from service.identity.rates import Rates
from service.identity.routes import router as tokens
from service.identity.tokens import Issuer
from service.log import health as operations
from service.log.notices import Notice
from service.main.routers import OPEN, ROUTERS, UNIONS
from service.register import names
from service.register.decisions.routes import HasMatters
from service.register.documents.keeping import Documents, HasDocuments
from service.register.matters import MATTERS, sees
from service.sequencer.sequencer import Sequencer
from service.sequencer.start import create_collector, create_sequencer
from service.sequencer.witnesses import Collector
from service.settings import Settings
from service.worker.start import create_worker
from service.worker.worker import Worker

FORGET_SECONDS = 3600
LOOKOUT = 2


@dataclass(kw_only=True)
class Service(HasCallers, HasDocuments, HasMatters, HasNames, HasSigningIn, problems.HasSight, operations.HasHealth):
    """All that the application keeps as long as it runs."""

    sequencer: Sequencer | None
    collector: Collector | None
    worker: Worker | None
    idempotency_days: int
    notice: Notice = field(default_factory=Notice)


def create_app(
    settings: Settings, *, with_sequencer: bool = False, with_worker: bool = False, takes_secrets: bool = False
) -> FastAPI:
    """Return the service; `with_sequencer` and `with_worker` also run what else runs elsewhere.

    `takes_secrets`: readers of the pages sign in with a client's secret too, as in the demonstration.
    """
    service = create_service(settings, with_sequencer=with_sequencer, takes_secrets=takes_secrets)
    service.worker = create_worker(settings) if with_worker else None
    app = _routed(Addresses.of(settings.public_url), service.callers.providers)
    serve(app, service, settings)
    return app


def _routed(addresses: Addresses, providers: issuers.Providers) -> FastAPI:
    """Return the operations and what is published of them: all that only the addresses and the providers of logins decide."""
    app = FastAPI(
        title="Pacta",
        version=_version(),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        root_path_in_servers=False,
        lifespan=_lifespan,
        telemetry={"auto_configure": False, "metrics": False, "logs": False},
        responses=refusals(NotAcceptable, InvalidContent),
    )
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router, dependencies=[Declared] if router is tokens else [] if router in OPEN else [Proved])
    app.include_router(catalogue.router)
    app.include_router(create_swagger(addresses.root, providers.urls()))
    app.openapi = published(app, UNIONS, addresses.root, providers.logins())  # type: ignore[method-assign]
    return app


def serve(app: FastAPI, service: Service, settings: Settings) -> None:
    """Let the operations answer from `service`, and put around them what every request goes through."""
    keep(app, service)
    app.add_middleware(again.Again)
    app.add_middleware(Reading)
    app.add_middleware(
        Edge,
        addresses=Addresses.of(settings.public_url),
        registry=service.figures,
        max_body_bytes=settings.max_body_bytes,
        max_file_bytes=settings.max_document_bytes,
        notice=lambda caller: service.notice.to(caller.party),
        refused=refused_at,
    )


def create_service(settings: Settings, *, with_sequencer: bool = False, takes_secrets: bool = False) -> Service:
    """Return what the application keeps: pools that are not yet open, whom it knows, the sequencer if it is to run here."""
    addresses, address = Addresses.of(settings.public_url), Address.of_service(settings)
    sequencer = create_sequencer(settings, addresses.host) if with_sequencer else None
    figures = CollectorRegistry()
    callers = Callers(
        Issuer(addresses.root, load_or_create(settings.signing_key_file), settings.token_lifetime),
        issuers.load(settings.issuers_file),
        rates=Rates(settings.requests_per_minute),
    )
    return Service(
        pool=Pool.of(settings, address, writes=True),
        readers=Pool.of(settings, address, name="pacta-reading", size=settings.read_pool_size),
        lookout=Pool.of(settings, address, name="pacta-lookout", size=LOOKOUT),
        callers=callers,
        signing_in=SigningIn.of(addresses, callers.providers, takes_secrets=takes_secrets),
        matters=MATTERS,
        documents=Documents.of(settings),
        named=names.find,
        sees=sees,
        sequencer=sequencer,
        collector=create_collector(settings, sequencer.heard) if sequencer else None,
        worker=None,
        revision=revisions.NEWEST,
        unsigned_limit=settings.unsigned_limit_seconds,
        idempotency_days=settings.idempotency_days,
        figures=figures,
        log_figures=operations.LogFigures(figures),
    )


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service = state_of(app, Service)
    beside = [one for one in (service.sequencer, service.collector, service.worker) if one is not None]
    running = [
        make_beside(app),
        service.notice.watch(service.lookout),
        watch(service.lookout, service.callers),
        _forget(service),
        *(one.run() for one in beside),
    ]
    running.append(stay_fit(service.lookout, service.pool, *(one.pool for one in beside)))
    tasks = [asyncio.create_task(one) for one in running]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await service.close()
        for one in beside:
            await one.pool.close()


async def _forget(service: Service) -> None:
    while True:
        with contextlib.suppress(*LOST):
            async with service.pool.transaction() as connection:
                await forget_older(connection, service.idempotency_days)
                await forget_ended_tokens(connection)
                await forget_readers(connection)
        await asyncio.sleep(FORGET_SECONDS)


def _version() -> str:
    with contextlib.suppress(PackageNotFoundError):
        return version("pacta")
    # In the container the sources run as they are, without being installed.
    return "0.1.0"
