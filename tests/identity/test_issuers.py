"""Governments' own OpenID providers: each vouches for its own party, and for nobody else."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from typing_extensions import override

from service.identity import issuers
from tests.conftest import Maker, World, organisation

AUDIENCE = "https://pacta.test"


class Government:
    """An OpenID provider that publishes its keys and counts how often it is asked."""

    def __init__(self) -> None:
        self.keys = [ECKey.generate_key("P-256", {"kid": "first"})]
        self.asked, self.away = 0, False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked += 1
                body = json.dumps({"keys": [key.as_dict(private=False) for key in outer.keys]}).encode()
                self.send_response(503 if outer.away else 200)
                self.end_headers()
                self.wfile.write(body)

            @override
            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def token(self, subject: str, key: ECKey | None = None, **others: Any) -> str:
        key = key or self.keys[-1]
        now = int(time.time())
        claims = {"iss": self.url, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 300} | others
        return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def baku() -> Iterator[Government]:
    provider = Government()
    yield provider
    provider.close()


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
    made = await world.as_("administrator").post("/v1/principals", json=official(baku.url))
    assert (made.status_code, made.json()["client_secret"]) == (201, None), made.text
    return world


def official(issuer: str | None, number: int = 201, client_id: str = "official-1") -> dict[str, Any]:
    return {
        "client_id": client_id,
        "name": "An official (sample)",
        "kind": "representative",
        "organisation_id": organisation(number),
        "issuer": issuer,
    }


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
        "without an end": baku.token("official-1", exp=None),
        "for another service": baku.token("official-1", aud="https://elsewhere.test"),
        "of an issuer that is not trusted": baku.token("official-1", iss="https://elsewhere.test"),
        "of nobody": baku.token("official-2"),
        "of a principal of ours": baku.token("pk-secretariat"),
        "with another key": baku.token("official-1", key=stranger),
    }
    for name, token in wrong.items():
        assert (await me(trusting, token)).status_code == 401, name
    own = trusting.app.state.callers.issuer.issue("official-1", now)
    assert (await me(trusting, own)).status_code == 401, "our own token for another's principal"


async def test_an_issuer_vouches_for_its_own_party_only(trusting: World, baku: Government) -> None:
    admin = trusting.as_("administrator")
    for body in (
        official(baku.url, 101, "official-3"),
        official("https://elsewhere.test", 201, "official-3"),
        official(baku.url, 201, "official-3") | {"kind": "auditor", "organisation_id": None},
    ):
        refused = await admin.post("/v1/principals", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/issuer")
    principals = (await admin.get("/v1/principals?limit=200")).json()["items"]
    known = next(one for one in principals if one["client_id"] == "official-1")
    assert known["issuer"] == baku.url
    assert (await admin.post(f"/v1/principals/{known['id']}/secrets", json={})).status_code == 409


async def test_a_new_key_is_found_and_rubbish_does_not_flood_the_provider(
    trusting: World, baku: Government, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await me(trusting, baku.token("official-1"))).status_code == 200
    assert baku.asked == 1
    baku.keys.append(ECKey.generate_key("P-256", {"kid": "second"}))
    for _ in range(5):
        assert (await me(trusting, baku.token("official-1"))).status_code == 401
    assert baku.asked == 1, "within a minute it is not asked again"
    monkeypatch.setattr(issuers, "REFRESH_SECONDS", -1)
    assert (await me(trusting, baku.token("official-1"))).status_code == 200
    assert baku.asked == 2


async def test_a_provider_that_is_away_locks_nobody_out_whose_key_is_known(
    trusting: World, baku: Government, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await me(trusting, baku.token("official-1"))).status_code == 200
    baku.away = True
    monkeypatch.setattr(issuers, "REFRESH_SECONDS", -1)
    assert (
        await me(trusting, baku.token("official-1", key=ECKey.generate_key("P-256", {"kid": "x"})))
    ).status_code == 401
    assert (await me(trusting, baku.token("official-1", iat=1))).status_code == 200


async def test_deactivation_works_for_them_too(trusting: World, baku: Government) -> None:
    token = baku.token("official-1")
    who = (await me(trusting, token)).json()["principal_id"]
    assert (await trusting.as_("administrator").post(f"/v1/principals/{who}/deactivation")).status_code == 201
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
