"""How a connection to the database is made: its address, TLS, and how long anything may take. It stands here alone.

An address is a URL as PostgreSQL's own programs read it (libpq), with several hosts if need be. What it does not say, the
environment may: PGSSLMODE, PGSSLROOTCERT, PGPASSFILE and so on. What only the operator can mend is `AddressWrong`, which
names the setting; a database that is away is an `OSError` or an error of the driver.

Every wait ends, on this side too. The server ends a statement after `statement` seconds and keeps the connection. From a
server that does not answer at all we turn away one second later; and TCP tells us of a peer that is gone.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self, TypeAlias
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import asyncpg
import orjson
from pydantic import SecretStr

from service.database import parameters, traced
from service.database.parameters import Host
from service.errors.operator import OperatorMistake
from service.settings import Settings
from service.telemetry import tracing

Driver: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
SILENCE_SECONDS: Final = 10
"""How long a peer may leave what was sent unacknowledged, or a probe of an idle connection unanswered."""
PATIENCE_SECONDS: Final = 60.0
"""What a command gives an attempt to connect, at least: no request waits behind it, and a machine that has just started is busy.

Where podman makes the network, its name server may be silent for half a minute after a container has left, as `pacta migrate` does.
"""


class AddressWrong(OperatorMistake):
    """The address of a database cannot be used as it is; the message names the setting and what to write instead."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is, and as whom to use it: what is said beside the hosts is a URL, `said`."""

    setting: str
    said: str = field(repr=False)
    hosts: tuple[Host, ...]

    @classmethod
    def parse(cls, url: str, setting: str = "PACTA_DATABASE_URL", passwords: Path | None = None) -> Self:
        """Return the address in `url`, which stands in `setting`; `AddressWrong` if it cannot be one.

        With several hosts and nothing said of it, the one is wanted that takes changes (target_session_attrs). A password that
        it leaves out is read from the role's file in the directory `passwords`.
        """
        try:
            parts = parameters.split(url)
            account, _, places = parts.netloc.rpartition("@")
            said = parameters.read(parts.query)
            hosts = parameters.hosts(places, said)
        except ValueError as wrong:
            raise AddressWrong(f"{setting} {wrong}") from wrong
        if len(hosts) > 1 and "PGTARGETSESSIONATTRS" not in os.environ:
            said.setdefault("target_session_attrs", "read-write")
        if passwords and account and ":" not in account and not said.keys() & {"password", "passfile"}:
            account = f"{account}:{quote(_password(passwords / unquote(account), setting), safe='')}"
        authority = f"{account}@" if account else ""
        query = urlencode(said, quote_via=quote)
        return cls(setting, urlunsplit(("postgresql", authority, parts.path, query, "")), hosts)

    @classmethod
    def of_service(cls, settings: Settings) -> Self:
        """Return the address under which the service, as pacta_app, uses its database."""
        return cls._set(settings, settings.database_url, "PACTA_DATABASE_URL", "pacta_app")

    @classmethod
    def of_sequencer(cls, settings: Settings) -> Self:
        """Return the address for the sequencer, as pacta_sequencer; `AddressWrong` if none is set."""
        return cls._set(settings, settings.sequencer_database_url, "PACTA_SEQUENCER_DATABASE_URL", "pacta_sequencer")

    @classmethod
    def of_worker(cls, settings: Settings) -> Self:
        """Return the address for the worker, as pacta_worker; `AddressWrong` if none is set."""
        return cls._set(settings, settings.worker_database_url, "PACTA_WORKER_DATABASE_URL", "pacta_worker")

    @classmethod
    def of_owner(cls, settings: Settings) -> Self:
        """Return the address for the owner of the tables, who alone may migrate them; `AddressWrong` if none is set."""
        return cls._set(settings, settings.owner_database_url, "PACTA_OWNER_DATABASE_URL", "pacta_owner")

    @classmethod
    def of_users(cls, settings: Settings) -> list[Self]:
        """Return the addresses under which anything but the owner uses the database: the service's, and those that are set."""
        told = [settings.sequencer_database_url and cls.of_sequencer(settings)]
        told.append(settings.worker_database_url and cls.of_worker(settings))
        return [cls.of_service(settings), *(one for one in told if one)]

    @classmethod
    def _set(cls, settings: Settings, url: SecretStr | None, setting: str, role: str) -> Self:
        if url is None:
            raise AddressWrong(f"Set {setting}, such as postgresql://{role}:...@host/pacta.")
        return cls.parse(url.get_secret_value(), setting, settings.passwords_dir)

    @property
    def user(self) -> str | None:
        """Return the role in the address, if it names one."""
        return self._account("user", urlsplit(self.said).username)

    @property
    def password(self) -> str | None:
        """Return the password in the address, if it has one."""
        return self._account("password", urlsplit(self.said).password)

    def _account(self, name: str, found: str | None) -> str | None:
        # What stands before the hosts counts more than a parameter, as for the driver.
        return unquote(found) if found else dict(parse_qsl(urlsplit(self.said).query)).get(name)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take, in seconds: one attempt to connect to one host, and one statement."""

    connect: float
    statement: float

    @property
    def answer(self) -> float:
        """How long we wait for the end of a statement: the server is to end it first."""
        return self.statement + 1

    @classmethod
    def of_requests(cls, settings: Settings) -> Self:
        """Return the limits under which requests, the sequencer and the worker work."""
        return cls(settings.database_connect_seconds, settings.database_statement_seconds)

    @classmethod
    def of_commands(cls, settings: Settings) -> Self:
        """Return the limits of a short command, which somebody has typed and would only type again."""
        return cls(max(settings.database_connect_seconds, PATIENCE_SECONDS), settings.database_statement_seconds)

    @classmethod
    def of_bulk(cls, settings: Settings) -> Self:
        """Return the limits of what reads or writes much: migrations, exports."""
        return cls(cls.of_commands(settings).connect, settings.database_bulk_seconds)


class _Watched(asyncpg.Connection):  # type: ignore[misc]  # the driver has no types
    """A connection whose peer TCP watches: one that is gone is noticed while we wait for it, and while we do not."""

    host: Host

    def __init__(self, protocol: Any, transport: asyncio.Transport, *others: Any) -> None:  # noqa: ANN401
        super().__init__(protocol, transport, *others)
        found = transport.get_extra_info("socket")
        if found.family != socket.AF_UNIX:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, SILENCE_SECONDS)
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, SILENCE_SECONDS // 3)
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_SECONDS * 1000)


async def connect(address: Address, limits: Limits, name: str = "pacta", order: list[Host] | None = None) -> Driver:
    """Return a new connection to the first host that gives one; each attempt has its own time.

    `order` is how they are tried, and the host that gave a connection is put first in it. `AddressWrong` for what only the
    operator can mend, said by whichever host; otherwise the error of the last attempt.
    """
    order = list(address.hosts) if order is None else order
    wrong: list[Exception] = []
    for host in tuple(order):
        try:
            made = await _attempt(address, host, limits, name)
        except Exception as error:  # noqa: BLE001 -- whatever it is: another host may be well
            wrong.append(error)
        else:
            # Others may have done so meanwhile.
            order.sort(key=lambda one: one != host)
            return made
    for one in wrong:
        if said := _operators_mistake(one):
            raise AddressWrong(f"{address.setting} cannot be used: {said}{_environment()}") from one
    last = wrong[-1]
    if isinstance(last, TimeoutError):
        last.add_note(f"It gave no connection within {limits.connect:g} seconds.")
    last.add_note(f"It is the database in {address.setting}: does it run, and is it reached at that address?")
    raise last


async def _attempt(address: Address, host: Host, limits: Limits, name: str) -> Driver:
    async with asyncio.timeout(limits.connect):
        made = await asyncpg.connect(
            address.said,
            host=host.name,
            port=host.port,
            timeout=limits.connect,
            command_timeout=limits.answer,
            # A search is longer than the driver keeps of itself: it would be read and planned anew each time.
            max_cacheable_statement_size=0,
            server_settings=_session(limits, name),
            connection_class=_Watched,
        )
        made.host = host
        try:
            # Statements bind JSON as text (`statement.py`).
            await made.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=orjson.loads)
        except BaseException:
            made.terminate()
            raise
        if tracing.tracer():
            made.add_query_logger(traced.told)
        return made


def _session(limits: Limits, name: str) -> Mapping[str, str]:
    """Return what the server is told: it ends our statements, and whatever a client that is gone has left behind."""
    return {
        "application_name": name,
        "timezone": "UTC",
        "jit": "off",
        "statement_timeout": str(round(limits.statement * 1000)),
        "idle_in_transaction_session_timeout": str(round(max(limits.statement, SILENCE_SECONDS) * 1000)),
        "client_connection_check_interval": "2s",
        "tcp_keepalives_idle": str(SILENCE_SECONDS),
        "tcp_keepalives_interval": str(SILENCE_SECONDS // 3),
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": str(SILENCE_SECONDS * 1000),
    }


def _password(file: Path, setting: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as wrong:
        said = wrong.strerror if isinstance(wrong, OSError) else "it is no text"
        raise AddressWrong(f"{setting} has no password, and {file} cannot be read: {said}.") from wrong


def _operators_mistake(wrong: Exception) -> str | None:
    """Return what the operator has to know, if waiting will not help."""
    said = None
    match wrong:
        case asyncpg.InvalidAuthorizationSpecificationError() | asyncpg.InvalidCatalogNameError():
            said = f"the database says: {wrong.args[0]}."
        case asyncpg.InsufficientPrivilegeError():
            said = f"the database says: {wrong.args[0]}. `pacta migrate` grants what a restore has lost."
        case asyncpg.ClientConfigurationError():
            said = f"{str(wrong).splitlines()[0]}."
        case ssl.SSLCertVerificationError():
            said = (
                f"the server's certificate does not convince ({wrong.verify_message}). Check sslrootcert and the host."
            )
        case PermissionError(filename=str() as file):
            said = (
                f"{file} may not be read by this user. Set HOME to its own directory, or name the file in the address."
            )
        case ssl.SSLError():
            said = (
                f"TLS does not come about ({wrong.reason or wrong}). Check sslrootcert, sslcert, sslkey and sslpassword, and "
                "what the server asks of its clients."
            )
        case ValueError() | TypeError():
            said = f"the driver cannot use it ({wrong})."
        case ConnectionError() if type(wrong) is ConnectionError:
            said = f"{wrong}. Take another sslmode, or teach the server TLS."
    return said


def _environment() -> str:
    names = sorted(name for name in os.environ if name.startswith("PG"))
    return f" From the environment come also: {', '.join(names)}." if names else ""
