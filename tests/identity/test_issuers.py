"""Governments' own OpenID providers: each vouches for its own party, and for nobody else."""

import asyncio
import json
import re
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc import jwt
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry
from typing_extensions import override

from service.identity import issuers, outward, published_keys
from service.identity.published_keys import FRESH_SECONDS, KEPT_SECONDS, LONGEST_BYTES, RETRY_SECONDS, UNKNOWN_SECONDS
from service.identity.tokens import LEEWAY_SECONDS
from tests.conftest import Maker, World, end_principal, organisation

AUDIENCE = "https://pacta.test"
NEVER = 2**33
"""An end that no test comes to."""


class Government:
    """An OpenID provider that publishes its keys and counts how often it is asked."""

    def __init__(self) -> None:
        self.answering = threading.Event()
        self.begin()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked += 1
                outer.answering.wait(60)
                self.send_response(503 if outer.away else 200)
                self.end_headers()
                self.wfile.write(outer.body())

            @override
            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def begin(self) -> None:
        """Be as on the first day, for the next test: at another address the routes of a register would be other ones."""
        self.keys = [ECKey.generate_key("P-256", {"kid": "first"})]
        self.asked, self.away = 0, False
        self.others: list[Any] = []
        self.raw: bytes | None = None
        self.answering.set()

    def body(self) -> bytes:
        keys = [key.as_dict(private=False) for key in self.keys]
        return self.raw if self.raw is not None else json.dumps({"keys": [*self.others, *keys]}).encode()

    def token(self, subject: str, key: ECKey | None = None, typ: str = "JWT", **others: Any) -> str:
        key = key or self.keys[-1]
        now = int(time.time())
        claims = {"iss": self.url, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 300} | others
        return jwt.encode({"alg": "ES256", "kid": key.kid, "typ": typ}, claims, key, algorithms=["ES256"])

    def signed(self, header: dict[str, Any] | None = None, claims: dict[str, Any] | None = None) -> str:
        """Return a token in which anything may stand, with a signature that is right."""
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": "official-1", "exp": NEVER} | (claims or {})
        head = {"alg": "ES256", "kid": self.keys[-1].kid, "typ": "JWT"} | (header or {})
        parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, usual)]
        private = self.keys[-1].private_key
        assert private is not None
        signature = private.sign(b".".join(parts), ec.ECDSA(hashes.SHA256()))
        raw = b"".join(number.to_bytes(32) for number in decode_dss_signature(signature))
        return b".".join([*parts, urlsafe_b64encode(raw).rstrip(b"=")]).decode()

    def close(self) -> None:
        self.answering.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="module")
def provider() -> Iterator[Government]:
    found = Government()
    yield found
    found.close()


@pytest.fixture
def baku(provider: Government) -> Government:
    provider.begin()
    return provider


@pytest.fixture
async def trusting(make_world: Maker, baku: Government, tmp_path: Path) -> World:
    """A register that trusts Azerbaijan's provider, with one of its officials registered."""
    one = {
        "issuer": baku.url,
        "party": "AZ",
        "audience": AUDIENCE,
        "jwks_uri": f"{baku.url}/keys",
        "algorithms": ["ES256"],
        "authorization_url": f"{baku.url}/authorize",
        "token_url": f"{baku.url}/token",
    }
    file = tmp_path / "issuers.json"
    file.write_text(json.dumps([one]))
    world = await make_world(issuers_file=file)
    made = await world.as_("AZ").post("/v1/principals", json=official(baku.url))
    assert (made.status_code, made.json()["client_secret"]) == (201, None), made.text
    return world


@dataclass
class Later:
    """The clocks of a process, stopped and set forward."""

    world: World
    seconds: float = 0

    def __post_init__(self) -> None:
        callers, now, moment = self.world.service.callers, time.time(), time.monotonic()
        callers.clock = lambda: now + self.seconds
        for provider in callers.providers.known.values():
            provider.published.clock = lambda: moment + self.seconds

    def pass_(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def later(trusting: World) -> Later:
    return Later(trusting)


def official(issuer: str | None, number: int = 201, client_id: str = "official-1") -> dict[str, Any]:
    return {
        "client_id": client_id,
        "name": "An official (sample)",
        "kind": "representative",
        "organisation_id": organisation(number),
        "issuer": issuer,
    }


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not met():  # noqa: ASYNC110 -- a thread makes it true
            await asyncio.sleep(0.005)


async def me(world: World, token: str) -> httpx.Response:
    return await world.as_("").get("/v1/me", headers={"Authorization": f"Bearer {token}"})


async def test_an_official_logs_in_with_the_token_of_its_own_government(trusting: World, baku: Government) -> None:
    answer = await me(trusting, baku.token("official-1", aud=["other", AUDIENCE]))
    assert (answer.status_code, answer.json()["party"]) == (200, "AZ")
    url = "/v1/commitments/01940000-0000-7000-8000-000000000407"
    headers = {"Authorization": f"Bearer {baku.token('official-1')}", "If-Match": "*"}
    changed = await trusting.as_("").patch(url, json={"focal_point": "Desk"}, headers=headers)
    assert changed.json()["party_facts"].keys() == {"AZ"}


async def test_no_token_that_is_not_quite_right_is_good(trusting: World, baku: Government) -> None:
    now = int(time.time())
    stranger = ECKey.generate_key("P-256", {"kid": "first"})
    wrong = {
        "expired": baku.token("official-1", exp=now - 1),
        "not yet": baku.token("official-1", nbf=now + 300),
        "of the future": baku.token("official-1", iat=now + 300),
        "for a logout": baku.token("official-1", typ="logout+jwt"),
        "without an end": baku.token("official-1", exp=None),
        "for another service": baku.token("official-1", aud="https://elsewhere.test"),
        "of an issuer that is not trusted": baku.token("official-1", iss="https://elsewhere.test"),
        "of nobody": baku.token("official-2"),
        "of a principal of ours": baku.token("pk-secretariat"),
        "with another key": baku.token("official-1", key=stranger),
    }
    for name, token in wrong.items():
        answer = await me(trusting, token)
        assert (answer.status_code, "invalid_token" in answer.headers["www-authenticate"]) == (401, True), name
    own = trusting.service.callers.issuer.issue("official-1", now)
    assert (await me(trusting, own)).status_code == 401, "our own token for another's principal"


@pytest.mark.parametrize("typ", ["JWT", "jwt", "at+jwt", "application/at+jwt"])
async def test_a_token_may_say_that_it_is_an_access_token(trusting: World, baku: Government, typ: str) -> None:
    slow = int(time.time()) + LEEWAY_SECONDS - 5
    token = baku.token("official-1", typ=typ, iat=slow, nbf=slow)
    assert (await me(trusting, token)).status_code == 200, "another's clock may be a little ahead"


async def test_a_header_may_say_more_than_is_understood(trusting: World, baku: Government) -> None:
    header = {"alg": "ES256", "kid": "first", "x5c": ["A" * 1000], "https://az.example/release": 7}
    claims = {"iss": baku.url, "aud": AUDIENCE, "sub": "official-1", "exp": NEVER}
    key = baku.keys[0]
    registry = JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    registry.max_header_length = 5000
    assert (await me(trusting, jwt.encode(header, claims, key, registry=registry))).status_code == 200
    critical = baku.signed(header={"crit": ["release"], "release": 7})
    assert (await me(trusting, critical)).status_code == 401, "but what is critical must be understood"


ODD: dict[str, Any] = {
    "a number without end": float("inf"),
    "no number": float("nan"),
    "huge": 10**400,
    "huge, and below nothing": -(10**400),
    "huge, with a point": 1e300,
    "text": "1e999",
    "half a surrogate pair": "\ud800",
    "a null character": "official\x00-1",
    "true": True,
    "false": False,
    "null": None,
    "a list": [],
    "lists": [["https://pacta.test"], [{}], 1],
    "an object": {"official-1": 1},
    "nested": [[[[[[[[{}]]]]]]]],
    "empty": "",
    "long": "x" * 9000,
}


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat", "sub", "aud", "iss", "jti", "scope", "typ", "kid"])
async def test_an_odd_claim_is_refused_and_breaks_nothing(trusting: World, baku: Government, claim: str) -> None:
    for name, value in ODD.items():
        where = {"header": {claim: value}} if claim in {"typ", "kid"} else {"claims": {claim: value}}
        token = baku.signed(**where)
        answer = await me(trusting, token)
        # A claim that means nothing here may say anything; a very late end is an end.
        fine = {200} if claim == "scope" else {200, 401} if claim in {"exp", "nbf", "iat", "jti", "kid"} else {401}
        assert answer.status_code in fine, (claim, name, answer.text)


async def test_an_end_that_never_comes_is_no_end(trusting: World, baku: Government) -> None:
    odd: list[Any] = [float("inf"), float("nan"), "1e999", True, [], {}]
    for value in odd:
        assert (await me(trusting, baku.signed(claims={"exp": value}))).status_code == 401, value


async def test_an_issuer_vouches_for_its_own_party_only(trusting: World, baku: Government) -> None:
    admin = trusting.as_("administrator")
    for who, body in (
        ("PK", official(baku.url, 101, "official-3")),
        ("AZ", official("https://elsewhere.test", 201, "official-3")),
        ("administrator", official(baku.url, 201, "official-3") | {"kind": "auditor", "organisation_id": None}),
    ):
        refused = await trusting.as_(who).post("/v1/principals", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/issuer")
    principals = (await admin.get("/v1/principals?limit=200")).json()["items"]
    known = next(one for one in principals if one["client_id"] == "official-1")
    assert known["issuer"] == baku.url
    assert (await trusting.as_("AZ").post(f"/v1/principals/{known['id']}/secrets", json={})).status_code == 409


async def test_a_new_key_is_found_and_rubbish_does_not_flood_the_provider(
    trusting: World, baku: Government, later: Later
) -> None:
    assert (await me(trusting, baku.token("official-1"))).status_code == 200
    assert baku.asked == 1
    baku.keys.append(ECKey.generate_key("P-256", {"kid": "second"}))
    for _ in range(5):
        assert (await me(trusting, baku.token("official-1"))).status_code == 401
    assert baku.asked == 1, "within a minute it is not asked again"
    later.pass_(UNKNOWN_SECONDS)
    assert (await me(trusting, baku.token("official-1"))).status_code == 200
    assert baku.asked == 2


async def test_a_provider_that_is_away_locks_nobody_out_whose_key_is_known(
    trusting: World, baku: Government, later: Later
) -> None:
    assert (await me(trusting, baku.token("official-1"))).status_code == 200
    baku.away = True
    later.pass_(UNKNOWN_SECONDS)
    unknown = baku.token("official-1", key=ECKey.generate_key("P-256", {"kid": "x"}))
    assert (await me(trusting, unknown)).status_code == 401
    later.pass_(FRESH_SECONDS)
    assert (await me(trusting, baku.token("official-1", iat=1, exp=NEVER))).status_code == 200
    assert baku.asked == 3
    # It is tried again within seconds, and not with every request.
    for seconds, asked in ((0, 3), (RETRY_SECONDS - 1, 3), (1, 4)):
        later.pass_(seconds)
        assert (await me(trusting, baku.token("official-1", jti=f"{seconds}", exp=NEVER))).status_code == 200
        assert baku.asked == asked
    later.pass_(KEPT_SECONDS)
    assert (await me(trusting, baku.token("official-1", exp=NEVER))).status_code == 503, "not for ever"
    baku.away = False
    later.pass_(RETRY_SECONDS)
    assert (await me(trusting, baku.token("official-1", exp=NEVER))).status_code == 200


async def test_a_key_that_was_withdrawn_is_out_after_a_while_with_all_that_it_signed(
    trusting: World, baku: Government, later: Later
) -> None:
    token = baku.token("official-1", exp=NEVER)
    assert (await me(trusting, token)).status_code == 200
    baku.keys = [ECKey.generate_key("P-256", {"kid": "second"})]
    later.pass_(FRESH_SECONDS - 1)
    # Verified once more by the old keys, as after any change of the registry, it lasts no longer for it.
    trusting.service.callers.forget()
    assert (await me(trusting, token)).status_code == 200
    later.pass_(2)
    assert (await me(trusting, token)).status_code == 401
    assert (await me(trusting, baku.token("official-1", exp=NEVER))).status_code == 200


async def test_who_comes_first_all_at_once_waits_for_one_answer(trusting: World, baku: Government) -> None:
    baku.answering.clear()
    waiting = [asyncio.create_task(me(trusting, baku.token("official-1", jti=str(n)))) for n in range(20)]
    await until(lambda: baku.asked > 0)
    baku.answering.set()
    assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [200] * 20
    assert baku.asked == 1


WRONG: list[bytes] = [
    b"",
    b"nonsense",
    b"\xff\xfe",
    b"[]",
    b"{}",
    b'{"keys": {}}',
    b'{"keys": "abc"}',
    b'{"keys": null}',
    b"[" * 100_000,
    b'{"keys": [' + b"[" * 100_000,
    json.dumps({"keys": [], "more": "x" * LONGEST_BYTES}).encode(),
]


@pytest.mark.parametrize("raw", WRONG, ids=range(len(WRONG)))
async def test_a_first_answer_that_is_none_is_nobodys_fault_who_calls(
    trusting: World, baku: Government, later: Later, raw: bytes
) -> None:
    baku.raw = raw
    for _ in range(3):
        answer = await me(trusting, baku.token("official-1"))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, str(RETRY_SECONDS)), answer.text
        assert "OpenID provider" in answer.json()["detail"]
    assert baku.asked == 1
    baku.raw = None
    later.pass_(RETRY_SECONDS)
    assert (await me(trusting, baku.token("official-1"))).status_code == 200


async def test_a_provider_that_does_not_answer_is_waited_for_two_seconds_without_a_connection(
    trusting: World, baku: Government, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert published_keys.FETCH_SECONDS == 2
    monkeypatch.setattr(published_keys, "FETCH_SECONDS", 0.2)
    baku.answering.clear()
    busy = []

    async def look(*args: Any, **kwargs: Any) -> outward.Answer:
        busy.append(trusting.pool.lent + trusting.service.readers.lent)
        return await outward.ask(*args, **kwargs)

    monkeypatch.setattr(published_keys, "ask", look)
    assert (await me(trusting, baku.token("official-1"))).status_code == 503
    assert busy == [0]


async def test_no_operation_waits_for_a_provider_with_a_connection_in_hand(
    trusting: World, baku: Government, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = []

    async def away(*_: Any, **__: Any) -> outward.Answer:
        busy.append(trusting.pool.lent + trusting.service.readers.lent)
        raise outward.Away("it is not there")

    monkeypatch.setattr(published_keys, "ask", away)
    monkeypatch.setattr(published_keys, "RETRY_SECONDS", 0)
    paths = trusting.app.openapi()["paths"]
    guarded = [(way, path) for path, ways in paths.items() for way in ways if paths[path][way]["security"]]
    assert len(guarded) > 40
    headers = {"Authorization": f"Bearer {baku.token('official-1')}", "Idempotency-Key": "k", "If-Match": "*"}
    for way, path in guarded:
        url = re.sub(r"{\w+}", "0", path)
        answer = await trusting.as_("").request(way, url, headers=headers, json={})
        assert answer.status_code == 503, (way, path, answer.text)
    assert busy == [0] * len(guarded)


NOT_KEYS: list[Any] = [
    {"kty": "ML-DSA", "kid": "new"},
    {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "BBBB", "kid": "first"},
    {"kty": "EC", "crv": "P-1", "x": "A", "y": "B"},
    {"kty": "RSA", "n": 1, "e": 2},
    {"kty": "RSA", "n": "AQAB", "e": "AQAB", "use": {}},
    {"kty": "OKP", "crv": "Ed25519", "x": "é"},
    {"kty": ["EC"]},
    {"kty": "EC", "kid": 7},
    {"kty": "oct", "k": "A" * 43, "kid": "first"},
    {"kty": "RSA", "n": "gA" + "A" * 167 + "E", "e": "AQAB", "kid": "first"},
    {},
    [],
    [[]],
    "key",
    1e999,
    None,
]


async def test_a_key_that_is_not_understood_is_skipped_and_no_other(trusting: World, baku: Government) -> None:
    baku.others = NOT_KEYS
    assert (await me(trusting, baku.token("official-1"))).status_code == 200


async def test_deactivation_works_for_them_too(trusting: World, baku: Government) -> None:
    token = baku.token("official-1")
    who = (await me(trusting, token)).json()["principal_id"]
    assert (await end_principal(trusting.as_("AZ"), who)).status_code == 201
    assert (await me(trusting, token)).status_code == 401


async def test_swagger_ui_offers_the_provider_and_may_call_it(trusting: World, baku: Government) -> None:
    document = trusting.app.openapi()
    flow = document["components"]["securitySchemes"]["OpenIDAZ"]["flows"]["authorizationCode"]
    assert flow["authorizationUrl"] == f"{baku.url}/authorize"
    assert {"OpenIDAZ": ["openid"]} in document["paths"]["/v1/me"]["get"]["security"]
    page = await trusting.as_("").get("/docs")
    assert f"connect-src 'self' {baku.url};" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    "content", ["{}", '[{"issuer": "https://a.test"}]', "nonsense", '[{"issuer": "x", "algorithms": ["none"]}]']
)
def test_a_file_that_is_wrong_is_said_to_be_at_the_start(tmp_path: Path, content: str) -> None:
    file = tmp_path / "issuers.json"
    file.write_text(content)
    with pytest.raises(ValueError, match=r"issuer|JSON|list"):
        issuers.load(file)


def test_a_file_that_an_editor_saved_with_a_mark_and_other_lines_is_read(tmp_path: Path) -> None:
    file = tmp_path / "issuers.json"
    file.write_bytes(b"\xef\xbb\xbf[\r\n]\r\n")
    assert issuers.load(file).known == {}
