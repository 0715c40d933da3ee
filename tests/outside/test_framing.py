"""Where one request ends and the next begins is never in doubt: no body is lost, and none is run as a request."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import World
from tests.identity.test_identity import GRANT
from tests.outside.raw import GET, connected, echoing, post
from tests.serving import served_here

INNER = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
"""A body that is a request, if somebody takes it for one."""
HERE, THERE = "GET /here ", f"POST /there {INNER.hex()}"
UPGRADES = [
    b"Connection: Upgrade\r\nUpgrade: h2c\r\n",
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n",
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",
    b"Connection: keep-alive, Upgrade\r\nUpgrade: foo/2, bar\r\n",
    b"Connection: Upgrade\r\nUpgrade: h2c\r\nUpgrade: foo\r\n",
    b"connection: upgrade\r\nupgrade: H2C, websocket\r\n",
    b"Upgrade: h2c\r\n",
]
UPGRADE_IDS = ["h2c", "as Java", "websocket", "foo", "two fields", "lower case", "without Connection"]


@pytest.fixture(scope="module")
async def origin() -> AsyncIterator[str]:
    async with echoing() as made:
        yield made


@pytest.mark.parametrize("upgrade", UPGRADES, ids=UPGRADE_IDS)
@pytest.mark.parametrize("later", [False, True], ids=["in the same read", "in a later read"])
async def test_a_request_that_asks_for_an_upgrade_keeps_its_body_and_the_next_ones_follow(
    origin: str, upgrade: bytes, later: bool
) -> None:
    head, body = post(upgrade, INNER)
    async with connected(origin) as raw:
        for sent in [head, body] if later else [head + body]:
            await raw.send(sent)
        assert (await raw.answers(1)).heard == [THERE]
        await raw.send(GET)
        assert (await raw.answers(2)).heard == [THERE, HERE]
        # And with the next one behind it in the same read.
        await raw.send(head + body + GET + head)
        await raw.send(body + GET)
        said = await raw.answers(6)
    assert said.heard == [THERE, HERE] * 3
    assert said.statuses == [200] * 6


@pytest.mark.parametrize("upgrade", UPGRADES, ids=UPGRADE_IDS)
async def test_a_get_that_asks_for_an_upgrade_is_answered_and_the_next_one_too(origin: str, upgrade: bytes) -> None:
    asked = GET[:-2] + upgrade + b"\r\n"
    async with connected(origin) as raw:
        await raw.send(asked + asked)
        await raw.send(GET)
        assert (await raw.answers(3)).heard == [HERE] * 3


async def test_a_chunked_request_that_asks_for_an_upgrade_keeps_its_body_too(origin: str) -> None:
    head = b"POST /there HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + UPGRADES[0] + b"\r\n"
    async with connected(origin) as raw:
        await raw.send(head)
        await raw.send(b"%x\r\n%s\r\n" % (len(INNER), INNER))
        await raw.send(b"0\r\n\r\n" + GET)
        assert (await raw.answers(2)).heard == [THERE, HERE]


CHUNKED = b"POST /there HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
IMPOSSIBLE_HOSTS = (
    *(b"a b", b"a/b", b"a\\b", b"a@b", b"a?b", b"a#b", b"a:b", b"a:80:80", b"[::1", b"::1", b"[x]", b"%4", b"%zz"),
    *(b"<x>", b'"x"', b"{x}", b"\xe9", b"a\tb", b"x, y z"),
)
TWO_WAYS = {
    "two lengths": post(b"Content-Length: 6\r\n")[0] + b"hello",
    "a list of two lengths": b"POST /there HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 6\r\n\r\nhello",
    "a length with a sign": b"POST /there HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello",
    "a negative length": b"POST /there HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nhello",
    "a length in hex": b"POST /there HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5\r\n\r\nhello",
    "an underscore in the length": b"POST /there HTTP/1.1\r\nHost: x\r\nContent-Length: 0_5\r\n\r\nhello",
    "an endless length": b"POST /there HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\nhello",
    "a length, then chunks": post(b"Transfer-Encoding: chunked\r\n")[0] + b"0\r\n\r\n",
    "chunks, then a length": CHUNKED[:-2] + b"Content-Length: 5\r\n\r\n0\r\n\r\n",
    "chunks that are not the last coding": CHUNKED.replace(b"chunked", b"chunked, identity") + b"0\r\n\r\n",
    "an unknown coding": CHUNKED.replace(b"chunked", b"xchunked") + b"0\r\n\r\n",
    "identity": CHUNKED.replace(b"chunked", b"identity") + b"0\r\n\r\n",
    "gzip within chunks": CHUNKED.replace(b"chunked", b"gzip, chunked") + b"0\r\n\r\n",
    "chunks twice": CHUNKED.replace(b"chunked", b"chunked, chunked") + b"0\r\n\r\n",
    "a vertical tab behind the coding": CHUNKED.replace(b"chunked", b"chunked\x0b") + b"0\r\n\r\n",
    "two fields of codings": CHUNKED[:-2] + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a space before the colon": CHUNKED.replace(b"Encoding:", b"Encoding :") + b"0\r\n\r\n",
    "a chunk with a sign": CHUNKED + b"+5\r\nhello\r\n0\r\n\r\n",
    "a chunk with 0x": CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n",
    "a chunk of no number": CHUNKED + b"g\r\nhello\r\n0\r\n\r\n",
    "a chunk that is longer than it says": CHUNKED + b"5\r\nhelloXX0\r\n\r\n",
    "a chunk without its end": CHUNKED + b"5\r\nhello0\r\n\r\n",
    "a chunk's length ended by a line feed": CHUNKED + b"5\nhello\r\n0\r\n\r\n",
    "a line feed in a chunk's extension": CHUNKED + b"5;a\nb\r\nhello\r\n0\r\n\r\n",
    "a folded header": GET[:-2] + b"X: a\r\n b\r\n\r\n",
    "a folded length": GET[:-2] + b"X: a\r\n\tContent-Length: 5\r\n\r\nhello",
    "a NUL in a value": GET[:-2] + b"X: a\0b\r\n\r\n",
    "a NUL in a name": GET[:-2] + b"X\0: a\r\n\r\n",
    "a bare CR in a value": GET[:-2] + b"X: a\rTransfer-Encoding: chunked\r\n\r\n",
    "a bare LF in a value": GET[:-2] + b"X: a\nContent-Length: 33\r\n\r\n",
    "a bare LF that ends the head": GET[:-2] + b"X: a\n\n",
    "a bare LF after CR LF": GET[:-2] + b"\n",
    "nothing but bare LF": GET.replace(b"\r", b""),
    "CR CR LF": GET[:-2] + b"X: a\r\r\n\r\n",
    "a header without a colon": GET[:-2] + b"X\r\n\r\n",
    "a header without a name": GET[:-2] + b": a\r\n\r\n",
    "a space in a name": GET[:-2] + b"X y: a\r\n\r\n",
    "no host": b"GET /here HTTP/1.1\r\n\r\n",
    "two hosts": GET[:-2] + b"Host: y\r\n\r\n",
    "a space before the method": b" " + GET,
    "tabs for spaces": GET.replace(b" /here ", b"\t/here\t"),
    "HTTP/0.9": b"GET /here\r\n\r\n",
    "bytes that are no ASCII in the target": GET.replace(b"/here", b"/h\xe9re"),
    "two empty lines": b"\r\n\r\n" + GET,
    "an empty line of a line feed": b"\n" + GET,
    **{f"the host {host!r}": GET.replace(b"Host: x", b"Host: " + host) for host in IMPOSSIBLE_HOSTS},
    **{f"a target at {host!r}": GET.replace(b"/here", b"http://" + host + b"/here") for host in (b"a@b", b"a:b", b"")},
}
EARLY = {
    "nothing but bare LF": GET.replace(b"\r", b""),
    "a folded header": TWO_WAYS["a folded header"],
    "a bare LF in a value": TWO_WAYS["a bare LF in a value"],
    "a bare LF that ends the head": TWO_WAYS["a bare LF that ends the head"],
    "two empty lines": TWO_WAYS["two empty lines"],
}


@pytest.mark.parametrize("sent", TWO_WAYS.values(), ids=TWO_WAYS)
async def test_what_could_be_read_in_two_ways_is_refused_and_nothing_behind_it_is_run(origin: str, sent: bytes) -> None:
    async with connected(origin) as raw:
        await raw.send(sent + GET.replace(b"here", b"smuggled"))
        said = await raw.to_the_end()
    assert said.statuses == [400]
    assert said.heard == []
    assert "application/problem+json" in said.text
    async with connected(origin) as raw:
        await raw.send(GET)
        assert (await raw.answers(1)).heard == [HERE]


@pytest.mark.parametrize("sent", EARLY.values(), ids=EARLY)
@pytest.mark.parametrize("before", [GET, b"".join(post(path=b"/here"))], ids=["a GET", "a body"])
async def test_a_head_that_came_early_is_judged_like_another(origin: str, sent: bytes, before: bytes) -> None:
    async with connected(origin) as raw:
        await raw.send(before + sent + GET.replace(b"here", b"smuggled"))
        said = await raw.to_the_end()
    assert said.statuses == [200, 400]
    assert "smuggled" not in said.text


@pytest.mark.parametrize("version", ["0.9", "2.0", "3.7", "9.9"])
async def test_another_version_of_http_is_not_spoken_and_is_told_so(origin: str, version: str) -> None:
    async with connected(origin) as raw:
        await raw.send(GET.replace(b"1.1", version.encode()) + GET)
        said = await raw.to_the_end()
    assert (said.statuses, said.heard) == ([505], [])
    assert "application/problem+json" in said.text


@pytest.mark.parametrize("path", [b"/there", b"/deaf"], ids=["a reader", "who reads nothing"])
@pytest.mark.parametrize("later", [False, True], ids=["in the same read", "in a later read"])
async def test_a_body_that_goes_wrong_is_no_fault_of_ours_and_leaves_no_traceback(
    origin: str, path: bytes, later: bool, caplog: pytest.LogCaptureFixture
) -> None:
    begun, wrong = CHUNKED.replace(b"/there", path) + b"5\r\nhello\r\n", b"g\r\nhello\r\n0\r\n\r\n"
    async with connected(origin) as raw:
        if later:
            await raw.send(begun)
            await raw.send(wrong)
        else:
            await raw.send(begun + wrong)
        said = await raw.to_the_end()
    # Who reads nothing has answered before anything is known to be wrong, if that comes later.
    assert said.statuses == [403 if later and path == b"/deaf" else 400]
    assert [line for line in caplog.records if line.levelname == "ERROR"] == []


@pytest.mark.parametrize("at", [4, 20, 30, 31, 32, 33, 35], ids=str)
async def test_what_is_sent_in_pieces_is_judged_as_a_whole(origin: str, at: int) -> None:
    head = GET[:-2] + b"X: a\r\n\r\n"
    folded = GET[:-2] + b"X: a\r\n b\r\n\r\n"
    async with connected(origin) as raw:
        await raw.send(head[:at])
        await raw.send(head[at:] + GET[:at])
        await raw.send(GET[at:])
        assert (await raw.answers(2)).statuses == [200, 200]
        await raw.send(folded[:at])
        await raw.send(folded[at:])
        assert (await raw.to_the_end()).statuses == [200, 200, 400]


POSSIBLE_HOSTS = (
    b"",
    b"x:",
    b"x:8000",
    b"a.b-c.example",
    b"127.0.0.1:80",
    b"[::1]",
    b"[2001:db8::1]:8443",
    b"a_b",
    b"%C3%A9",
)
ONE_WAY = {
    "the same length twice": (post(b"Content-Length: 5\r\n")[0] + b"hello", "POST /there 68656c6c6f"),
    "chunks": (CHUNKED + b"2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nX: y\r\n\r\n", "POST /there 68656c6c6f"),
    "a GET with a body": (GET[:-2] + b"Content-Length: 5\r\n\r\nhello", "GET /here 68656c6c6f"),
    "an absolute target": (GET.replace(b"/here", b"http://x/here"), "GET /here "),
    "an absolute target elsewhere": (GET.replace(b"/here", b"HTTPS://elsewhere:8/here?a=b"), "GET /here "),
    "an absolute target without a path": (GET.replace(b"/here", b"http://x"), "GET / "),
    "an empty line before it": (b"\r\n" + GET, "GET /here "),
    "an empty line behind a body": (b"".join(post()) + b"\r\n", "POST /there 68656c6c6f"),
    **{f"the host {one!r}": (GET.replace(b"Host: x", b"Host: " + one), "GET /here ") for one in POSSIBLE_HOSTS},
    "LF in a body": (post(body=b"a\nb\n\n c\r\n d")[0] + b"a\nb\n\n c\r\n d", "POST /there 610a620a0a20630d0a2064"),
}


@pytest.mark.parametrize(("sent", "heard"), ONE_WAY.values(), ids=ONE_WAY)
async def test_what_can_be_read_in_one_way_is_read_and_the_next_one_follows(
    origin: str, sent: bytes, heard: str
) -> None:
    async with connected(origin) as raw:
        await raw.send(sent + GET)
        await raw.send(sent)
        assert (await raw.answers(3)).heard == [heard, HERE, heard]


@pytest.mark.parametrize("at", range(1, 5))
async def test_an_empty_line_in_pieces_is_passed_over_too(origin: str, at: int) -> None:
    empty = b"\r\n" + GET
    async with connected(origin) as raw:
        for _ in range(2):
            await raw.send(empty[:at])
            await raw.send(empty[at:])
        assert (await raw.answers(2)).heard == [HERE, HERE]


async def test_who_expects_100_continue_gets_it_and_then_the_answer(origin: str) -> None:
    head, body = post(b"Expect: 100-continue\r\n")
    async with connected(origin) as raw:
        await raw.send(head)
        assert (await raw.answers(1)).statuses == [100]
        await raw.send(body + GET)
        assert (await raw.answers(3)).heard == ["POST /there 68656c6c6f", HERE]


@pytest.mark.parametrize("later", [False, True], ids=["in the same read", "in a later read"])
async def test_a_body_that_nobody_read_is_not_the_next_request(origin: str, later: bool) -> None:
    head, body = post(b"", INNER, b"/deaf")
    async with connected(origin) as raw:
        if later:
            await raw.send(head)
            assert (await raw.answers(1)).statuses == [403]
            await raw.send(body + GET)
        else:
            await raw.send(head + body + GET)
        assert (await raw.answers(2)).heard == ["deaf /deaf", HERE]


async def test_who_is_refused_without_being_asked_for_the_body_is_told_that_the_connection_ends(origin: str) -> None:
    head, _ = post(b"Expect: 100-continue\r\n", path=b"/deaf")
    async with connected(origin) as raw:
        await raw.send(head)
        said = await raw.answers(1)
    assert said.statuses == [403]
    assert "connection: close" in said.text.lower()


async def test_a_token_is_had_by_a_client_that_asks_for_an_upgrade(still: World) -> None:
    form = b"&".join(f"{name}={value}".encode() for name, value in (GRANT | still.credentials["PK"]).items())
    head, body = post(UPGRADES[1] + b"Content-Type: application/x-www-form-urlencoded\r\n", form, b"/oauth/token")
    async with served_here(still.app) as origin, connected(origin) as raw:
        await raw.send(head)
        await raw.send(body + b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        said = await raw.answers(2)
    assert said.statuses == [200, 200], said.text
    assert '"access_token":"' in said.text
    assert '"alive"' in said.text
