"""`pacta demo`: a private PostgreSQL, the schema, the pilot, the service, all under one directory and one process."""

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

import typer
from pydantic import SecretStr

from service import telemetry
from service.database.connection import Address, Limits
from service.database.migrate import migrate, prepare
from service.database.pool import Pool
from service.demo.pilot import load
from service.demo.postgres import Server, start
from service.demo.postgres.cluster import OWNER, SUPERUSER
from service.demo.sample import attach_sample
from service.http import serving
from service.main import create_app
from service.register.documents.keeping import Documents
from service.settings import Settings


def run(host: str, port: int, data_dir: Path, *, fresh: bool) -> None:
    """Run the demonstration until it is told to end; everything is kept under `data_dir`."""
    _end_with_uv()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    data_dir = data_dir.absolute()
    with serving.listen(host, port) as listener:
        server = start(data_dir, fresh=fresh)
        if fresh:
            # Another record from here on: the notes of the old one would forbid signing it.
            for kept in ("log", "documents"):
                shutil.rmtree(data_dir / kept, ignore_errors=True)
        try:
            present = listener.getsockname()[1]
            settings = _settings(server, data_dir, f"http://{host}:{present}")
            telemetry.configure(settings.log_level)
            _migrate(server, settings)
            asyncio.run(_load(settings, data_dir / "credentials.json"))
            app = create_app(settings, with_sequencer=True, with_worker=True, takes_secrets=True)
            _greet(settings.public_url, data_dir)
            serving.serve(app, host, present, listener)
        finally:
            server.stop()


def _migrate(server: Server, settings: Settings) -> None:
    limits = Limits.of_bulk(settings)
    # A cluster that an earlier release made does not have the roles of this one, and its owner may make none.
    asyncio.run(prepare(Address.parse(server.url(SUPERUSER)), Address.of_users(settings), limits))
    migrate(Address.parse(server.url(OWNER)), [], limits)


def _settings(server: Server, data_dir: Path, url: str) -> Settings:
    return Settings(
        database_url=SecretStr(server.url("pacta_app")),
        sequencer_database_url=SecretStr(server.url("pacta_sequencer")),
        worker_database_url=SecretStr(server.url("pacta_worker")),
        owner_database_url=None,
        public_url=url,
        signing_key_file=data_dir / "signing-key.pem",
        log_dir=data_dir / "log",
        documents_dir=data_dir / "documents",
        log_level=os.environ.get("PACTA_LOG_LEVEL", "WARNING"),
    )


async def _load(settings: Settings, credentials: Path) -> None:
    async with Pool.of(settings, Address.of_service(settings)) as pool:
        if await load(pool, credentials):
            await attach_sample(pool, Documents.of(settings))


def _greet(url: str, data_dir: Path) -> None:
    typer.echo(f"""
Pacta is running.
  To read      {url}/       (what is public without logging in; the rest with a client id and secret from the file below)
  Swagger UI   {url}/docs   (Authorize: client id and secret from the file below)
  API          {url}/v1
  Who can log in, with their secrets: {data_dir / "credentials.json"}
    administrator   registers parties and their registrars; acts for no party
    PK, AZ          the secretariats of Pakistan and Azerbaijan
    auditor         reads everything in the commission
    observer        reads what is public
Ctrl-C ends it; the data stays in {data_dir}.
""")


def _end_with_uv() -> None:
    """`uv run` stays our parent and passes signals on, but not SIGKILL; ask the kernel to tell us when it is gone."""
    try:
        parent = Path(f"/proc/{os.getppid()}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return
    if parent == "uv":
        serving.end_with_parent()
