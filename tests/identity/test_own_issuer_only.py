"""A party that takes its own identity provider's logins alone: nobody whom the service itself vouches for acts for it any more."""

import io
import json
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.database.state import state_of
from service.main import Service, create_app
from service.tlog.policy_file import parse_policy
from service.verify.export import open_directory
from service.verify.judgement import verify
from tests.conftest import Maker, World, end_principal, item, organisation, settings_for
from tests.http.test_refusals import pointers, refused
from tests.identity.test_issuers import AUDIENCE, Government, official

URL = "/v1/parties/AZ/own-issuer-only"
ONLY, AGAIN = {"own_issuer_only": True}, {"own_issuer_only": False}
DAY = 24 * 3600


@pytest.fixture
def provider() -> Iterator[Government]:
    found = Government()
    yield found
    found.close()


@pytest.fixture
async def ours(make_world: Maker, provider: Government, tmp_path: Path) -> World:
    """A register that trusts Azerbaijan's provider, with an official of its registrar and one of another ministry."""
    one = {"issuer": provider.url, "party": "AZ", "audience": AUDIENCE, "algorithms": ["ES256"], "jwks_uri": f"{provider.url}/keys"}  # fmt: skip
    file = tmp_path / "issuers.json"
    file.write_text(json.dumps([one]))
    world = await make_world(issuers_file=file)
    for number, client_id in ((201, "official-1"), (202, "official-2")):
        made = await world.as_("AZ").post("/v1/principals", json=official(provider.url, number, client_id))
        assert made.status_code == 201, made.text
    return world


async def said(world: World, token: str, body: dict[str, bool] = ONLY, url: str = URL) -> httpx.Response:
    return await world.as_("").post(url, json=body, headers={"Authorization": f"Bearer {token}"})


async def asked(world: World, token: str, path: str = "/v1/me") -> httpx.Response:
    return await world.as_("").get(path, headers={"Authorization": f"Bearer {token}"})


async def ruled(world: World, provider: Government) -> None:
    made = await said(world, provider.token("official-1"))
    assert (made.status_code, made.json()["own_issuer_only"]) == (201, True), made.text


async def test_nobody_whom_the_service_vouches_for_acts_for_such_a_party_from_that_moment_in_every_process(
    ours: World, provider: Government
) -> None:
    az = ours.as_("AZ")
    # Nothing watches the registry there: that process knows the token still.
    elsewhere = create_app(settings_for(ours.server, ours.database))
    state_of(elsewhere, Service).callers.issuer = ours.service.callers.issuer
    other = ours.as_("AZ", elsewhere)
    try:
        assert [(await one.get("/v1/me")).status_code for one in (az, other)] == [200, 200]
        await ruled(ours, provider)
        assert state_of(elsewhere, Service).callers.known
        paths = ("/v1/me", "/v1/commitments", "/v1/commissions", "/v1/search?q=energy", "/v1/transitions")
        answers = [await one.get(path) for one in (other, az) for path in paths]
        assert {one.status_code for one in answers} == {401}
        assert "own_issuer_only" in answers[0].json()["detail"]
        moved = {"action": "suspend", "reason": "R", "review_on": "2027"}
        assert (await other.post(f"/v1/commitments/{item(5)}/transitions", json=moved)).status_code == 401
    finally:
        await state_of(elsewhere, Service).close()
    assert (await asked(ours, provider.token("official-2"))).json()["party"] == "AZ"
    assert (await ours.as_("PK").get("/v1/parties/AZ")).json()["own_issuer_only"] is True
    # The other side goes on as before.
    assert (await ours.as_("PK").get("/v1/me")).status_code == 200


async def test_a_secret_of_the_service_gets_no_token_and_who_knows_it_is_told_why(
    ours: World, provider: Government
) -> None:
    form = {"grant_type": "client_credentials", **ours.credentials["AZ"]}
    assert (await ours.as_("").post("/oauth/token", data=form)).status_code == 200
    await ruled(ours, provider)
    told = await ours.as_("").post("/oauth/token", data=form)
    assert (told.status_code, told.json()["error"]) == (401, "invalid_client")
    assert "own identity provider alone" in told.json()["error_description"]
    wrong = await ours.as_("").post("/oauth/token", data=form | {"client_secret": "x"})
    assert "own identity provider" not in wrong.json()["error_description"]


async def test_only_a_registrar_that_has_logged_in_there_within_a_day_says_so(
    ours: World, provider: Government
) -> None:
    now = int(time.time())
    local = refused(await ours.as_("AZ").post(URL, json=ONLY), 409)
    assert "logged in there within a day" in local["detail"]
    for claims in ({"iat": now - DAY - 60}, {"auth_time": now - DAY - 60}, {"auth_time": "now"}, {"auth_time": 1e300}):
        assert (await said(ours, provider.token("official-1", **claims))).status_code == 409, claims
    # Another ministry, the administrator, and the other side are told whose it is to say.
    assert (await said(ours, provider.token("official-2"))).status_code == 403
    for who in ("administrator", "PK"):
        assert (await ours.as_(who).post(URL, json=ONLY)).status_code == 403
    assert (await said(ours, provider.token("official-1"), url="/v1/parties/PK/own-issuer-only")).status_code == 403
    assert (await said(ours, provider.token("official-1"), url="/v1/parties/XX/own-issuer-only")).status_code == 404
    assert (await said(ours, provider.token("official-1"), AGAIN)).status_code == 409
    assert (await said(ours, provider.token("official-1", auth_time=now - DAY + 60))).status_code == 201
    assert (await said(ours, provider.token("official-1"))).status_code == 409


async def test_none_is_registered_there_whom_the_provider_does_not_vouch_for_nor_given_a_secret(
    ours: World, provider: Government
) -> None:
    await ruled(ours, provider)
    headers = {"Authorization": f"Bearer {provider.token('official-1')}"}
    http = ours.as_("")
    none = await http.post("/v1/principals", json=official(None, 202, "az-3"), headers=headers)
    assert pointers(refused(none, 422)) == {"/issuer"}
    named = {"organisation_id": organisation(202), "principal": {"client_id": "az-4", "name": "N"}}
    assert pointers(refused(await http.post("/v1/parties/AZ/registrar", json=named, headers=headers), 422)) == {
        "/principal/issuer"
    }
    made = await http.post("/v1/principals", json=official(provider.url, 202, "official-3"), headers=headers)
    assert (made.status_code, made.json()["refused_at"]) == (201, None)
    mine = {
        one["client_id"]: one
        for one in (await asked(ours, provider.token("official-1"), "/v1/principals")).json()["items"]
    }
    old = mine["az-secretariat"]
    assert old["refused_at"] is not None
    secret = await http.post(f"/v1/principals/{old['id']}/secrets", json={}, headers=headers)
    assert "own identity provider alone" in refused(secret, 409)["detail"]
    # One whom it refuses does not register for it: the official is the last, and is not ended.
    http.headers.update(headers)
    last = await end_principal(http, mine["official-1"]["id"])
    assert "the last principal" in refused(last, 409)["detail"]


async def test_the_party_undoes_it_by_itself_and_its_old_secrets_are_good_again(
    ours: World, provider: Government
) -> None:
    await ruled(ours, provider)
    assert (await ours.as_("AZ").post(URL, json=AGAIN)).status_code == 401
    # The login may be of long ago: what opens locks nobody out.
    undone = await said(ours, provider.token("official-1", auth_time=1), AGAIN)
    assert (undone.status_code, undone.json()["own_issuer_only"]) == (201, False)
    assert (await ours.as_("AZ").get("/v1/me")).json()["party"] == "AZ"


async def test_the_registrys_log_tells_it_and_is_proven(ours: World, provider: Government, tmp_path: Path) -> None:
    await ruled(ours, provider)
    await said(ours, provider.token("official-1"), AGAIN)
    admin = ours.as_("administrator")
    trail: list[dict[str, Any]] = (await admin.get("/v1/registry/audit-trail?limit=200")).json()["items"]
    told = [json.loads(one["canonical"]) for one in trail if one["kind"] == "party.credentials_ruled"]
    assert [one["data"]["own_issuer_only"] for one in told] == [True, False]
    while await ours.sequence():
        pass
    log = (await admin.get("/v1/registry/log")).json()
    archive = await admin.get("/v1/registry/log/export")
    with tarfile.open(fileobj=io.BytesIO(archive.content)) as files:
        files.extractall(tmp_path, filter="data")
    verdict = verify(open_directory(tmp_path), parse_policy(f"log {log['verifier_key']}\nquorum none\n".encode()))
    assert verdict.findings.listed == []
