"""The address of the database: read once, refused by the setting's name, and tried host by host."""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pytest
from pydantic import SecretStr

from service.database.connection import Address, AddressWrong, Driver, Limits, connect
from service.demo.postgres import Server
from service.settings import Settings

LIMITS = Limits(connect=20, statement=20)


@pytest.fixture
def silent() -> Iterator[int]:
    """A port on which connections are taken and nothing is ever said."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def closed() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def connected(url: str, limits: Limits = LIMITS) -> Driver:
    made = await connect(Address.parse(url, "PACTA_DATABASE_URL"), limits)
    await made.close()
    return made


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://pacta@host/pacta", "must begin with postgresql://"),
        ("postgresql://pacta:pass/word@host/pacta", "%2F"),
        ("postgresql://pacta:p@ss@host/pacta", "%40"),
        ("postgresql://pacta:pass#word@host/pacta", "%23"),
        ("postgresql://pacta@host:0/pacta", "a host and a port"),
        ("postgresql://pacta@::1/pacta", "brackets"),
        ("postgresql://pacta@[::1/pacta", "PACTA_DATABASE_URL"),
        ("postgresql://pacta@db host/pacta", "has the host 'db host', which is no name of one"),
        ("postgresql://pacta@one, two/pacta", "has the host ' two', which is no name of one"),
        ("postgresql://pacta@ host:5432/pacta", "without a blank"),
        ("postgresql://pacta@host :5432/pacta", "without a blank"),
        ("postgresql:///pacta?host=db%20host", "without a blank"),
        ("postgresql://pacta@db,host;/pacta", "has the host 'host;'"),
        ("postgresql://pacta@<host>/pacta", "has the host '<host>'"),
        ("postgresql://pacta@host/pacta ", "begins or ends with a blank"),
        (" postgresql://pacta@host/pacta", "begins or ends with a blank"),
        ("postgresql://pacta@host/pacta?sslmode=on", "verify-full"),
        ("postgresql://pacta@host/pacta?ssl=require", "sslmode=require"),
        ("postgresql://pacta@host/pacta?ssl_mode=require", "Did you mean 'sslmode'"),
        ("postgresql://pacta@host/pacta?prepared_statement_cache_size=0", "is not known"),
        ("postgresql://pacta@host/pacta?sslmode=verify-full&sslrootcert=/no/such.crt", "sslrootcert=/no/such.crt"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused_by_the_settings_name(url: str, said: str) -> None:
    with pytest.raises(AddressWrong) as refused:
        Address.parse(url, "PACTA_DATABASE_URL")
    assert "PACTA_DATABASE_URL" in str(refused.value)
    assert said in str(refused.value)
    assert "p@ss" not in str(refused.value)
    assert "word@host/" not in str(refused.value)


def test_a_password_is_not_shown_with_the_address() -> None:
    assert "hidden" not in repr(Address.parse("postgresql://pacta:hidden@host/pacta"))


def test_role_and_password_are_read_as_they_are_meant() -> None:
    found = Address.parse("postgresql+asyncpg://pacta:p%40ss%2F@one:5432,two,[::1]:5433/pacta")
    assert (found.user, found.password) == ("pacta", "p@ss/")
    assert found.hosts == (("one", 5432), ("two", None), ("::1", 5433))
    assert Address.parse("postgresql:///pacta?host=/run/postgresql").user is None
    for host in ("/run/a directory", "db_1.pacta.svc", "münchen.example", "fe80::1%eth0", "10.0.0.7", "@socket"):
        assert [one.name for one in Address.parse(f"postgresql:///pacta?host={quote(host)}").hosts] == [host]


async def test_a_wrong_password_and_a_missing_database_are_named_with_the_setting(server: Server) -> None:
    with pytest.raises(AddressWrong, match=r"PACTA_DATABASE_URL cannot be used.*password authentication failed"):
        await connected(server.url("pacta_app").replace(server.cluster.passwords["pacta_app"], "another"))
    with pytest.raises(AddressWrong, match=r'PACTA_DATABASE_URL cannot be used.*"nowhere" does not exist'):
        await connected(server.url("pacta_owner", "nowhere"))


async def test_tls_that_the_server_does_not_have_is_named_with_the_setting(server: Server) -> None:
    with pytest.raises(AddressWrong, match=r"PACTA_DATABASE_URL cannot be used.*another sslmode"):
        await connected(server.url("pacta_app") + "&sslmode=require")


async def test_what_the_environment_adds_is_named_where_it_does_not_fit(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGSSLMODE", "require")
    with pytest.raises(AddressWrong, match="From the environment come also: PGSSLMODE"):
        await connected(server.url("pacta_app").partition("?")[0])
    await connected(server.url("pacta_app") + "&sslmode=disable")
    monkeypatch.setenv("PGSSLROOTCERT", "/no/such.crt")
    with pytest.raises(
        AddressWrong, match=r"sslrootcert=/no/such.crt by PGSSLROOTCERT, which cannot be read: No such file"
    ):
        await connected(server.url("pacta_app").partition("?")[0])
    await connected(server.url("pacta_app") + "&sslmode=disable")
    monkeypatch.delenv("PGSSLROOTCERT")
    monkeypatch.setenv("PGSSLMODE", "always")
    with pytest.raises(AddressWrong, match=r"must be one of.*PGSSLMODE"):
        await connected(server.url("pacta_app").partition("?")[0])


async def test_what_the_environment_says_of_another_database_counts_for_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = {
        "PGHOST": "nowhere.invalid",
        "PGPORT": "1",
        "PGUSER": "nobody",
        "PGDATABASE": "none",
        "PGPASSFILE": "/",
    }
    for name, value in elsewhere.items():
        monkeypatch.setenv(name, value)
    await connected(server.url("pacta_app"))


async def test_a_home_that_may_not_be_read_is_named(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def forbidden(self: Path, **_: object) -> bool:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setenv("HOME", str(tmp_path))
    url = server.url("pacta_app").partition("?")[0]
    with monkeypatch.context() as patched:
        # As root one may read everything, so the refusal is the test's own.
        patched.setattr(Path, "exists", forbidden)
        with pytest.raises(AddressWrong, match=r"PACTA_DATABASE_URL cannot be used: .*\.postgresql.* Set HOME"):
            await connected(url)
        await connected(url + "?sslmode=disable")


async def test_each_host_is_tried_for_its_own_time_and_the_first_that_answers_is_taken(
    server: Server, silent: int, closed: int
) -> None:
    address = server.url("pacta_app").replace(
        f"127.0.0.1:{server.port}", f"127.0.0.1:{silent},127.0.0.1:{closed},127.0.0.1:{server.port}"
    )
    await connected(address, Limits(connect=0.5, statement=4))


async def test_a_database_that_is_silent_or_away_is_an_error_of_the_way_to_it(silent: int, closed: int) -> None:
    for port in (silent, closed):
        with pytest.raises(OSError):  # noqa: PT011 -- TimeoutError is one, too
            await connected(f"postgresql://pacta_app@127.0.0.1:{port}/pacta", Limits(connect=0.2, statement=4))


async def test_of_a_silent_database_it_is_told_how_long_it_was_waited_for(silent: int) -> None:
    with pytest.raises(TimeoutError) as late:
        await connected(f"postgresql://pacta_app@127.0.0.1:{silent}/pacta", Limits(connect=0.2, statement=4))
    assert late.value.__notes__[0] == "It gave no connection within 0.2 seconds."


async def test_a_standby_is_passed_over_by_who_wants_to_write(server: Server) -> None:
    with pytest.raises(asyncpg.TargetServerAttributeNotMatched):
        await connected(server.url("pacta_app") + "&target_session_attrs=standby")


async def test_tcp_watches_over_a_connection_on_both_sides(server: Server) -> None:
    made = await connect(Address.parse(server.url("pacta_app")), LIMITS)
    try:
        told = {name: await made.fetchval(f"SHOW {name}") for name in ("tcp_keepalives_idle", "tcp_user_timeout")}
        assert told == {"tcp_keepalives_idle": "10", "tcp_user_timeout": "10000"}
        watched = Path("/proc/net/tcp").read_text()  # noqa: ASYNC240 -- the kernel keeps nobody waiting
        ours = f"0100007F:{server.port:04X} 01"
        timers = [line.split()[5][:2] for line in watched.splitlines() if ours in line]
        # 02: a keep-alive timer is armed for the connection (Linux, proc_net_tcp).
        assert "02" in timers
    finally:
        await made.close()


def test_a_password_that_an_address_leaves_out_is_read_from_its_roles_file(tmp_path: Path) -> None:
    (tmp_path / "pacta_app").write_text("p@ss/word \n")

    def password(url: str) -> str | None:
        return Address.of_service(Settings(passwords_dir=tmp_path, database_url=SecretStr(url))).password

    assert password("postgresql://pacta_app@host/pacta") == "p@ss/word"
    assert password("postgresql://pacta_app:own@host/pacta") == "own"
    assert password("postgresql://pacta_app@host/pacta?password=own") == "own"
    worker = Settings(passwords_dir=tmp_path, worker_database_url=SecretStr("postgresql://pacta_worker@host/pacta"))
    with pytest.raises(
        AddressWrong, match=r"PACTA_WORKER_DATABASE_URL has no password, and \S+/pacta_worker cannot be"
    ):
        Address.of_worker(worker)
