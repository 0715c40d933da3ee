"""Every way to the database that an address can say works, or is refused by the setting's name: hosts, sockets, IPv6, TLS."""

import asyncio
from pathlib import Path

import pytest

from service.database.connection import Address, AddressWrong, Limits, connect
from service.database.pool import Pool
from service.demo.postgres import Server
from service.settings import Settings
from tests.database.passed_on import Authority, passed_on
from tests.database.test_connection import LIMITS, closed, silent

__all__ = ["closed", "silent"]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def account(server: Server) -> str:
    return f"postgresql://pacta_app:{server.cluster.passwords['pacta_app']}@"


async def user(url: str, limits: Limits = LIMITS) -> str:
    """Return as whom one is connected under this address."""
    made = await connect(Address.parse(url), limits)
    try:
        return str(await made.fetchval("SELECT current_user"))
    finally:
        await made.close()


async def test_hosts_that_are_parameters_have_each_their_own_time_and_the_last_that_was_well_is_tried_first(
    server: Server, silent: int, closed: int
) -> None:
    ports = f"{silent},{closed},{server.port}"
    url = f"{account(server)}/pacta?sslmode=disable&host=127.0.0.1,127.0.0.1,127.0.0.1&port={ports}"
    address, limits = Address.parse(url), Limits(connect=0.3, statement=4)
    order = list(address.hosts)
    await (await connect(address, limits, order=order)).close()
    assert [one.port for one in order] == [server.port, silent, closed]
    async with asyncio.timeout(0.3):
        await (await connect(address, limits, order=order)).close()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("host=one,two&port=1,2,3", "has 3 ports for 2 hosts"),
        ("host=one&port=x", "a host and a port"),
        ("host=one&port=", "'port' without a value"),
        ("host=one&target_session_attrs=primary-only", "It is one of any, primary"),
    ],
)
def test_hosts_that_cannot_be_are_refused(query: str, said: str) -> None:
    with pytest.raises(AddressWrong, match=said):
        Address.parse(f"postgresql://pacta@/pacta?{query}")


def test_of_several_hosts_the_one_is_wanted_that_takes_changes_unless_it_is_said_otherwise() -> None:
    for hosts, wanted in {
        "@one,two/pacta": "read-write",
        "@/pacta?host=one,two": "read-write",
        "@one,two/pacta?target_session_attrs=any": "any",
    }.items():
        assert f"target_session_attrs={wanted}" in Address.parse(f"postgresql://pacta{hosts}").said
    assert "target_session_attrs" not in Address.parse("postgresql://pacta@one/pacta").said


async def test_ipv6_and_a_socket_are_ways_to_it(server: Server, tmp_path: Path) -> None:
    async with passed_on(server.port, host="::1") as port:
        assert await user(f"{account(server)}[::1]:{port}/pacta?sslmode=disable") == "pacta_app"
        assert await user(f"{account(server)}/pacta?host=::1&port={port}&sslmode=disable") == "pacta_app"
    async with passed_on(server.port, path=tmp_path):
        assert await user(f"{account(server)}/pacta?host={tmp_path}") == "pacta_app"


async def test_a_command_waits_for_a_busy_database_longer_than_a_request_does(server: Server) -> None:
    settings = Settings(database_connect_seconds=0.3)
    async with passed_on(server.port, late=0.6) as port:
        url = f"{account(server)}127.0.0.1:{port}/pacta?sslmode=disable"
        with pytest.raises(TimeoutError):
            await user(url, Limits.of_requests(settings))
        async with Pool.of_command(settings, Address.parse(url), "pacta-test") as pool, pool.connection() as lent:
            assert await lent.fetchval("SELECT current_user") == "pacta_app"
        assert await user(url, Limits.of_bulk(settings)) == "pacta_app"


async def test_a_service_file_says_the_rest_and_the_address_counts_more(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "services"
    word = server.cluster.passwords["pacta_app"]
    lines = f"host=127.0.0.1\nport={server.port}\nuser=pacta_app\npassword={word}\ndbname=pacta\nsslmode=disable\n"
    file.write_text(f"[record]\n{lines}[typing]\nsslmod=disable\n[percent]\npassword=50%\n")
    monkeypatch.setenv("PGSERVICEFILE", str(file))
    assert await user("postgresql://?service=record") == "pacta_app"
    assert Address.parse("postgresql://?service=record").user == "pacta_app"
    assert Address.parse("postgresql://other@/?service=record").user == "other"
    assert Address.parse("postgresql://?service=percent").password == "50%"
    with pytest.raises(AddressWrong, match=r"'sslmod' by service=typing\. Did you mean 'sslmode'"):
        Address.parse("postgresql://?service=typing")
    with pytest.raises(AddressWrong, match=f"names service=gone, of which nothing is said in {file}"):
        Address.parse("postgresql://?service=gone")
    monkeypatch.setenv("PGSERVICE", "elsewhere")
    with pytest.raises(
        AddressWrong, match=r"names no service, but the environment does, PGSERVICE=elsewhere, of which"
    ):
        Address.parse("postgresql://pacta_app@host/pacta")
    monkeypatch.setenv("PGSERVICE", "record")
    assert await user("postgresql://") == "pacta_app"
    file.write_text("no section")
    with pytest.raises(AddressWrong, match="cannot be read: MissingSectionHeaderError"):
        Address.parse("postgresql://")


async def test_verify_full_holds_the_server_to_its_name_and_to_the_authority(
    server: Server, authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path, "other").file
    async with passed_on(server.port, host="0.0.0.0", tls=authority.serving("localhost", "127.0.0.1")) as port:
        full = f"/pacta?sslmode=verify-full&sslrootcert={authority.file}"
        for host in ("localhost", "127.0.0.1"):
            assert await user(f"{account(server)}{host}:{port}{full}") == "pacta_app"
        with pytest.raises(
            AddressWrong, match=r"PACTA_DATABASE_URL .*certificate does not convince .*IP address mismatch"
        ):
            await user(f"{account(server)}127.0.0.2:{port}{full}")
        with pytest.raises(AddressWrong, match=r"certificate does not convince .*unable to get local issuer"):
            await user(f"{account(server)}localhost:{port}/pacta?sslmode=verify-full&sslrootcert={other}")
        assert await user(f"{account(server)}127.0.0.2:{port}/pacta?sslmode=verify-ca&sslrootcert={authority.file}")
        assert await user(f"{account(server)}localhost:{port}/pacta?sslmode=require")


async def test_a_server_that_wants_a_certificate_gets_it_and_files_that_cannot_be_used_are_named(
    server: Server, authority: Authority, tmp_path: Path
) -> None:
    certificate, key = authority.issue("client", [])
    _, strange_key = Authority(tmp_path, "other").issue("stranger", [])
    root = f"sslrootcert={authority.file}"
    async with passed_on(server.port, tls=authority.serving("localhost", asks=True)) as port:
        url = f"{account(server)}localhost:{port}/pacta?sslmode=verify-full&{root}"
        assert await user(f"{url}&sslcert={certificate}&sslkey={key}") == "pacta_app"
        with pytest.raises(AddressWrong, match="TLS does not come about"):
            await user(f"{url}&sslcert={certificate}&sslkey={strange_key}")
        empty = tmp_path / "empty.crt"
        empty.touch()
        with pytest.raises(AddressWrong, match="TLS does not come about"):
            await user(f"{url.replace(str(authority.file), str(empty))}")
