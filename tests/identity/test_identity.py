"""Tokens, secrets, deactivation: who one is, and until when."""

import asyncio
import base64
import hmac
import json
import re
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey

from service.database.state import state_of
from service.identity import queries
from service.identity.epoch import watch
from service.identity.keys import load_or_create
from service.main import Service, create_app
from tests.conftest import Maker, World, end_principal, item, organisation, settings_for
from tests.http.test_declared import address

JSON = {"Content-Type": "application/json"}
GRANT = {"grant_type": "client_credentials"}


async def test_a_token_is_had_by_form_and_by_basic_and_says_who_one_is(world: World) -> None:
    one = world.credentials["PK"]
    nobody = world.as_("")
    form = await nobody.post("/oauth/token", data=GRANT | one)
    basic = await nobody.post("/oauth/token", data=GRANT, auth=(one["client_id"], one["client_secret"]))
    for answer in (form, basic):
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        found = answer.json()
        assert (found["token_type"], found["expires_in"]) == ("Bearer", 900)
        me = await nobody.get("/v1/me", headers={"Authorization": f"Bearer {found['access_token']}"})
        assert me.json()["party"] == "PK"
        assert {role["role"] for role in me.json()["roles"]} == {"party", "registrar", "secretariat"}


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({**GRANT, "scope": "everything"}, 400, "invalid_scope"),
        ({**GRANT, "client_id": "pk-secretariat", "client_secret": "wrong"}, 401, "invalid_client"),
        ({**GRANT, "client_id": "nobody", "client_secret": "x"}, 401, "invalid_client"),
        ({**GRANT, "client_id": "a\x00b", "client_secret": "x"}, 401, "invalid_client"),
        (GRANT, 401, "invalid_client"),
    ],
)
async def test_a_refusal_is_as_rfc_6749_says(still: World, form: dict[str, str], status: int, error: str) -> None:
    answer = await still.as_("").post("/oauth/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in answer.headers) is (status == 401)


@pytest.mark.parametrize(
    "header", ["Basic !!!", "Basic " + base64.b64encode(b"\xff:\xff").decode(), "Basic", "Digest x"]
)
async def test_a_header_that_cannot_be_read_is_no_login(still: World, header: str) -> None:
    answer = await still.as_("").post("/oauth/token", data=GRANT, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_the_published_keys_verify_the_token_which_is_as_rfc_9068_says(still: World) -> None:
    token = (await still.as_("").post("/oauth/token", data=GRANT | still.credentials["AZ"])).json()["access_token"]
    keys = (await still.as_("").get("/.well-known/jwks.json")).json()
    assert "d" not in keys["keys"][0]
    read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=["Ed25519"])
    assert read.header["typ"] == "at+jwt"
    assert {"iss", "aud", "sub", "client_id", "iat", "exp", "jti"} <= set(read.claims)
    assert read.claims["exp"] - read.claims["iat"] == 900


def forged(world: World) -> dict[str, str]:
    issuer = world.service.callers.issuer
    now = int(time.time())
    claims = {"iss": issuer.url, "aud": issuer.url, "sub": "pk-secretariat", "iat": now, "exp": now + 900}
    header = {"alg": "Ed25519", "typ": "at+jwt", "kid": issuer.key.kid}

    def signed(key: Any = issuer.key, head: dict[str, Any] = header, **others: Any) -> str:
        return jwt.encode(head, claims | others, key, algorithms=["Ed25519", "HS256"])

    def part_of(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    def part(content: dict[str, Any]) -> str:
        return part_of(json.dumps(content).encode())

    public = issuer.key.as_pem(private=False)
    keyed = f"{part(header | {'alg': 'HS256'})}.{part(claims)}"
    return {
        "expired": signed(exp=now - 1),
        "for another service": signed(aud="https://elsewhere.test"),
        "by another issuer": signed(iss="https://elsewhere.test"),
        "of another type": signed(head=header | {"typ": "JWT"}),
        "without an end": jwt.encode(
            header, {k: v for k, v in claims.items() if k != "exp"}, issuer.key, algorithms=["Ed25519"]
        ),
        "of nobody": signed(sub="nobody"),
        "with another key": signed(key=OKPKey.generate_key("Ed25519")),
        "unsigned": f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{part(claims)}.",
        "with the public key as a password": f"{keyed}.{part_of(hmac.digest(public, keyed.encode(), 'sha256'))}",
        "cut": signed()[:-4],
        "rubbish": "a.b.c",
    }


async def test_no_forged_or_stale_token_is_good(still: World) -> None:
    for name, token in forged(still).items():
        answer = await still.as_("").get("/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, name
        assert answer.headers["content-type"] == "application/problem+json"
        assert "invalid_token" in answer.headers["www-authenticate"]


async def test_secrets_are_stored_hashed_and_stand_in_no_entry(still: World) -> None:
    owner = await still.connect()
    for one in still.credentials.values():
        secret = one["client_secret"]
        for name in ("credential", "principal", "audit_entry", "idempotency_key"):
            rows = await owner.fetch(f"SELECT * FROM {name}")
            assert all(
                secret not in str(value) and secret.encode() not in _bytes(value) for row in rows for value in row
            )


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


async def login(world: World, client_id: str, secret: str) -> int:
    form = GRANT | {"client_id": client_id, "client_secret": secret}
    return (await world.as_("").post("/oauth/token", data=form)).status_code


async def test_a_secret_rotates_with_an_overlap_or_at_once(world: World) -> None:
    registrar, one = world.as_("PK"), world.credentials["PK"]
    principals = (await registrar.get("/v1/principals")).json()["items"]
    url = next(f"/v1/principals/{who['id']}/secrets" for who in principals if who["client_id"] == one["client_id"])
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    second = (await registrar.post(url, json={"old_secrets_expire_at": later})).json()["client_secret"]
    assert [await login(world, one["client_id"], key) for key in (one["client_secret"], second)] == [200, 200]
    now = datetime.now(UTC).isoformat()
    assert (await registrar.post(url, json={})).status_code == 201
    assert await login(world, one["client_id"], second) == 200, "no system stands still by mistake"
    third = (await registrar.post(url, json={"old_secrets_expire_at": now})).json()["client_secret"]
    keys = (one["client_secret"], second, third)
    assert [await login(world, one["client_id"], key) for key in keys] == [401, 401, 200]


async def guarded_operations(app: Any, who: httpx.AsyncClient, proposed: str) -> list[tuple[str, httpx.Response]]:
    """Ask every operation that needs a token."""
    answers = []
    for path, ways in app.openapi()["paths"].items():
        for way in ways:
            if path.startswith("/v1") and "401" in ways[way]["responses"]:
                known = path.replace("{commitment_id}", item(4)).replace("{transition_id}", proposed)
                url = address(known, ways[way])
                content = {"decision": "confirm"} if path.endswith("/confirmations") else {}
                asked = {
                    one["name"]: one["examples"]["of_the_pilot"]["value"]
                    for one in ways[way].get("parameters", ())
                    if one.get("required") and one["in"] == "query"
                }
                sent = await who.request(way, url, params=asked or None, json=content, headers={"If-Match": '"1"'})
                answers.append((f"{way} {path}", sent))
    return answers


async def test_a_deactivated_principal_is_refused_by_the_next_request_in_every_process(world: World) -> None:
    elsewhere = create_app(settings_for(world.server, world.database))
    state_of(elsewhere, Service).callers.issuer = world.service.callers.issuer
    registrar = world.as_(await world.second_principal("pk-registrar", organisation_id=organisation(101)))
    there = world.as_("PK", elsewhere)
    new = {"action": "suspend", "reason": "R", "review_on": "2027"}
    try:
        proposed = (await world.as_("AZ").post(f"/v1/commitments/{item(4)}/transitions", json=new)).json()["id"]
        me = (await there.get("/v1/me")).json()["principal_id"]
        again = {"Idempotency-Key": "before"}
        assert (await there.post(f"/v1/commitments/{item(9)}/transitions", json=new, headers=again)).status_code == 201
        assert (await end_principal(registrar, me)).status_code == 201
        # Nothing watches the registry here: the cache of the other process knows the token still.
        assert state_of(elsewhere, Service).callers.known
        moved = await there.post(f"/v1/commitments/{item(5)}/transitions", json=new)
        confirmed = await there.post(f"/v1/transitions/{proposed}/confirmations", json={"decision": "confirm"})
        replayed = await there.post(f"/v1/commitments/{item(9)}/transitions", json=new, headers=again)
        for refused in (moved, confirmed, replayed):
            assert (refused.status_code, refused.json()["title"]) == (401, "Who is calling is not known")
        answers = await guarded_operations(elsewhere, there, proposed)
        assert len(answers) > 40
        for name, answer in answers:
            assert answer.status_code == 401, (name, answer.text)
        assert (await end_principal(registrar, me)).status_code == 409
        assert (await registrar.post(f"/v1/principals/{me}/secrets", json={})).status_code == 409
    finally:
        await state_of(elsewhere, Service).close()


async def test_a_process_forgets_whom_it_knew_when_another_changes_the_registry(world: World) -> None:
    elsewhere = create_app(settings_for(world.server, world.database))
    state_of(elsewhere, Service).callers.issuer = world.service.callers.issuer
    assert (await world.as_("PK", elsewhere).get("/v1/me")).status_code == 200
    watching = asyncio.create_task(watch(state_of(elsewhere, Service).pool, state_of(elsewhere, Service).callers))
    try:
        # Whoever was known before the first look may have been known for longer than that.
        await _empty(state_of(elsewhere, Service).callers.known)
        assert (await world.as_("PK", elsewhere).get("/v1/me")).status_code == 200
        await world.second_principal("new", "observer")
        await _empty(state_of(elsewhere, Service).callers.known)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await state_of(elsewhere, Service).close()


async def _empty(known: Mapping[str, object]) -> None:
    async with asyncio.timeout(60):
        while known:  # noqa: ASYNC110 -- it is emptied by another task
            await asyncio.sleep(0.05)


def test_the_signing_key_is_made_once_and_is_its_owners_alone(tmp_path: Any) -> None:
    file = tmp_path / "keys" / "key.pem"
    first, second = load_or_create(file), load_or_create(file)
    assert first.kid == second.kid
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_or_create(None).kid != first.kid


def test_processes_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    for attempt in range(30):
        file, start = tmp_path / str(attempt) / "key.pem", threading.Barrier(8)

        def begin(file: Path = file, start: threading.Barrier = start) -> str | None:
            start.wait()
            return load_or_create(file).kid

        with ThreadPoolExecutor(8) as pool:
            assert len({one.result() for one in [pool.submit(begin) for _ in range(8)]}) == 1
        assert [found.name for found in file.parent.iterdir()] == ["key.pem"]


PEM = OKPKey.generate_key("Ed25519").as_pem(private=True)
DAMAGED = {
    "empty": b"",
    "cut": PEM[:60],
    "of zeros": bytes(len(PEM)),
    "public": OKPKey.generate_key("Ed25519").as_pem(private=False),
    "of another curve": OKPKey.generate_key("X25519").as_pem(private=True),
    "of another kind": ECKey.generate_key("P-256").as_pem(private=True),
    "behind a password": OKPKey.generate_key("Ed25519").as_pem(private=True, password="hidden"),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_key_is_named_with_what_to_do_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=f"{re.escape(str(file))}.*damaged.*Put back a copy.*remove the file"):
        load_or_create(file)
    assert file.read_bytes() == content


def test_a_key_that_cannot_be_read_or_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for file in (tmp_path, tmp_path / "file" / "key.pem"):
        with pytest.raises(ValueError, match=f"{re.escape(str(file))}.*PACTA_SIGNING_KEY_FILE.*must own"):
            load_or_create(file)


def coded(*parts: bytes) -> str:
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


OURS, HEADER, SIGNATURE = b'{"iss": "http://pacta.test"}', b'{"alg": "Ed25519"}', bytes(64)
STRANGE = {
    "a thousand brackets": coded(b"[" * 1000, OURS, SIGNATURE),
    "brackets beyond counting": coded(b"[" * 5000, OURS, SIGNATURE),
    "nested claims": coded(HEADER, b"[" * 9000, SIGNATURE),
    "a nested issuer": coded(HEADER, b'{"iss":' * 1200, SIGNATURE),
    "a list for a header": coded(b'["alg"]', OURS, SIGNATURE),
    "a text for a header": coded(b'"alg"', OURS, SIGNATURE),
    "a number for a header": coded(b"7", OURS, SIGNATURE),
    "an object for alg": coded(b'{"alg": {}}', OURS, SIGNATURE),
    "a list for alg": coded(b'{"alg": ["Ed25519"]}', OURS, SIGNATURE),
    "an object for kid": coded(b'{"alg": "Ed25519", "kid": {}}', OURS, SIGNATURE),
    "a number for crit": coded(b'{"alg": "Ed25519", "crit": 7}', OURS, SIGNATURE),
    "a number with too many digits": coded(b'{"alg": ' + b"9" * 6000 + b"}", OURS, SIGNATURE),
    "an issuer with too many digits": coded(HEADER, b'{"iss": ' + b"9" * 6000 + b"}", SIGNATURE),
    "claims that are none": coded(HEADER, b"[]", SIGNATURE),
    "an object for iss": coded(HEADER, b'{"iss": {}}', SIGNATURE),
    "bytes": coded(bytes(range(256)), bytes(range(256)), SIGNATURE),
    "UTF-16": coded(HEADER.decode().encode("utf-16"), OURS.decode().encode("utf-32"), SIGNATURE),
    "dots": "." * 5000,
    "no dot": "a" * 5000,
    "megabytes": coded(HEADER, b'{"iss": "' + b"x" * 2_000_000, SIGNATURE),
    "megabytes of brackets": coded(b"[" * 2_000_000, b"[" * 2_000_000, SIGNATURE),
    "letters": "é.é.é",
    "other letters": "\xff\xfe.\xa0.\x85",
    "blanks": "a b c",
    "nothing but dots": "..",
}


@pytest.mark.parametrize("token", STRANGE.values(), ids=STRANGE)
async def test_a_strange_token_is_refused_and_leaves_no_traceback(still: World, token: str, said: list[Any]) -> None:
    answer = await still.as_("").get("/v1/me", headers={b"Authorization": f"Bearer {token}".encode("latin-1")})
    assert (answer.status_code, answer.json()["title"]) == (401, "Who is calling is not known")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert not [one for one in said if "exc_info" in one or one["log_level"] in {"error", "critical"}]


HEADERS = [
    "é".encode(),
    b"\xff\xfe\x80",
    b'"\xe9"',
    b"Basic \xe9",
    b"Basic " + base64.b64encode(b"\xed\xa0\x80:\xed\xa0\x80"),
    b"Basic " + base64.b64encode(b"%ED%A0%80:%ED%A0%80"),
    b"Basic " + base64.b64encode(b"a%00b:c"),
    b"Basic " + base64.b64encode("Bakı:şifrə".encode()),
    b"Basic =",
    b"Bearer \xe9",
    b"Bearer",
    b"\xa0",
    b"9" * 6000,
    b"",
]


@pytest.mark.parametrize("value", HEADERS)
async def test_no_bytes_in_a_header_break_anything(still: World, value: bytes) -> None:
    token = still.as_("PK").headers["authorization"].encode()
    asked = (
        ("POST", "/oauth/token"),
        ("GET", "/v1/me"),
        ("PATCH", f"/v1/commitments/{item(4)}"),
        ("POST", "/v1/parties"),
    )
    names = (
        b"authorization",
        b"if-match",
        b"if-none-match",
        b"idempotency-key",
        b"accept",
        b"accept-language",
        b"x-request-id",
        b"traceparent",
        b"cookie",
    )
    for method, path in asked:
        for name in names:
            headers = {b"authorization": token, b"content-type": b"application/json", name: value}
            if path == "/oauth/token":
                headers[b"content-type"] = b"application/x-www-form-urlencoded"
            content = b"grant_type=client_credentials" if path == "/oauth/token" else b"{}"
            answer = await still.as_("").request(method, path, headers=headers.items(), content=content)  # type: ignore[arg-type]
            assert answer.status_code < 500, (method, path, name, answer.text)


async def test_who_says_nothing_is_told_how_to_and_of_no_error(still: World) -> None:
    for headers in ({}, {"Authorization": "Basic cGs6c2VjcmV0"}, {"Authorization": "Digest x"}):
        answer = await still.as_("").get("/v1/me", headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="pacta"')


async def test_who_one_is_is_said_once(still: World) -> None:
    one = still.credentials["PK"]
    basic = (one["client_id"], one["client_secret"])
    other = {"client_id": still.credentials["AZ"]["client_id"]}
    for form in (one, {"client_secret": "x"}, other, still.credentials["AZ"]):
        answer = await still.as_("").post("/oauth/token", data=GRANT | form, auth=basic)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), form
    # An id is no secret: many clients name themselves in the form, too.
    named = await still.as_("").post("/oauth/token", data=GRANT | {"client_id": one["client_id"]}, auth=basic)
    assert named.status_code == 200


async def test_a_token_is_revoked_by_whom_it_was_issued_to_for_every_process(world: World) -> None:
    elsewhere = create_app(settings_for(world.server, world.database))
    state_of(elsewhere, Service).callers.issuer = world.service.callers.issuer
    nobody, one = world.as_(""), world.credentials["PK"]
    try:
        new = {"action": "suspend", "reason": "R", "review_on": "2027"}
        proposed = (await world.as_("AZ").post(f"/v1/commitments/{item(4)}/transitions", json=new)).json()["id"]
        token = (await nobody.post("/oauth/token", data=GRANT | one)).json()["access_token"]
        there = world.as_("PK", elsewhere)
        there.headers["Authorization"] = f"Bearer {token}"
        assert (await there.get("/v1/me")).status_code == 200
        for times in range(2):
            revoked = await nobody.post("/oauth/revoke", data={"token": token, "token_type_hint": "x"} | one)
            assert (revoked.status_code, revoked.content) == (200, b""), times
        # Nothing watches the registry here: the other process knows the token still.
        assert token in state_of(elsewhere, Service).callers.known
        answers = await guarded_operations(elsewhere, there, proposed)
        assert len(answers) > 40
        for name, answer in answers:
            assert answer.status_code == 401, (name, answer.text)
        again = (await nobody.post("/oauth/token", data=GRANT | one)).json()["access_token"]
        assert (await nobody.get("/v1/me", headers={"Authorization": f"Bearer {again}"})).status_code == 200
    finally:
        await state_of(elsewhere, Service).close()


async def test_what_cannot_be_revoked_is_answered_as_rfc_7009_says(world: World) -> None:
    nobody, one = world.as_(""), world.credentials["PK"]
    tokens = forged(world)
    for name in ("expired", "with another key", "rubbish", "cut", "by another issuer"):
        answer = await nobody.post("/oauth/revoke", data={"token": tokens[name]} | one)
        assert (answer.status_code, answer.content) == (200, b""), name
    foreign = world.as_("AZ").headers["authorization"].removeprefix("Bearer ")
    refused: list[tuple[dict[str, str], int, str]] = [
        ({"token": foreign} | one, 400, "invalid_grant"),
        (one, 400, "invalid_request"),
        ({"token": foreign}, 401, "invalid_client"),
        ({"token": foreign} | one | {"client_secret": "wrong"}, 401, "invalid_client"),
    ]
    for form, status, error in refused:
        answer = await nobody.post("/oauth/revoke", data=form)
        assert (answer.status_code, answer.json()["error"]) == (status, error), form
    assert (await world.as_("AZ").get("/v1/me")).status_code == 200


async def test_revoked_tokens_are_forgotten_once_they_would_have_ended(world: World) -> None:
    pool, owner = world.pool, await world.connect()
    async with pool.transaction() as connection:
        await queries.revoke(connection, "over", datetime.now(UTC) - timedelta(seconds=1))
        await queries.revoke(connection, "going on", datetime.now(UTC) + timedelta(minutes=1))
        assert await queries.forget_ended_tokens(connection) == 1
    assert [row["token_id"] for row in await owner.fetch("SELECT token_id FROM revoked_token")] == ["going on"]


async def test_a_parameter_that_is_sent_twice_is_refused(still: World) -> None:
    one = still.credentials["PK"]
    for twice in ({"client_secret": ["x", one["client_secret"]]}, {"client_id": ["x", one["client_id"]]}):
        answer = await still.as_("").post("/oauth/token", data=GRANT | one | twice)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    long = await still.as_("").post("/oauth/token", data=GRANT | one | {"client_secret": "x" * 9999})
    assert (long.status_code, long.json()["error"]) == (401, "invalid_client")


PART = b'--x\r\nContent-Disposition: form-data; name="client_id"; filename="a"\r\n\r\nhello\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("multipart/form-data; boundary=x", PART),
        ("multipart/form-data; boundary=x", b"rubbish"),
        ("multipart/form-data", b"rubbish"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(2000))),
        ("application/x-www-form-urlencoded", b"\xff\xfe=\xff&token=%00&client_id=%ed%a0%80&client_secret=%00"),
        ("application/x-www-form-urlencoded; charset=utf-7", b"&&==&="),
        ("application/json", b'{"grant_type": "client_credentials"}'),
        ("text/plain", b"grant_type=client_credentials"),
    ],
)
@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke"])
async def test_what_is_no_form_is_refused_as_rfc_6749_says(still: World, path: str, kind: str, content: bytes) -> None:
    answer = await still.as_("").post(path, content=content, headers={"Content-Type": kind})
    assert answer.status_code in {400, 401}
    assert answer.json()["error"] in {"invalid_request", "invalid_client"}


async def test_clients_find_how_to_get_tokens_at_the_well_known_address(make_world: Maker) -> None:
    world = await make_world(public_url="https://gov.example/pacta")
    nobody = world.as_("")
    here, there = "/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/pacta"
    found = (await nobody.get(here)).json()
    assert found == (await nobody.get(there)).json() == (await nobody.get(f"/pacta{here}")).json()
    assert found["issuer"] == "https://gov.example/pacta"
    assert found["token_endpoint"] == "https://gov.example/pacta/oauth/token"
    for member in ("token_endpoint", "revocation_endpoint"):
        path = found[member].removeprefix("https://gov.example")
        assert (await nobody.post(path)).json()["error"] in {"invalid_request", "invalid_client"}
    assert (await nobody.get(found["jwks_uri"].removeprefix("https://gov.example"))).json()["keys"]
    assert (await nobody.get(f"{here}/elsewhere")).status_code == 404


async def test_a_ministry_rotates_its_own_secret_and_its_systems_go_on_for_a_day(world: World) -> None:
    one, mine = world.credentials["PK"], world.as_("PK")
    before = datetime.now(UTC)
    made = await mine.post("/v1/me/secrets", json={"client_secret": one["client_secret"]})
    assert (made.status_code, made.json()["client_id"]) == (201, one["client_id"]), made.text
    ends = datetime.fromisoformat(made.json()["old_secrets_expire_at"])
    assert timedelta(hours=23) < ends - before < timedelta(hours=25)
    second = made.json()["client_secret"]
    assert [await login(world, one["client_id"], key) for key in (one["client_secret"], second)] == [200, 200]
    now = datetime.now(UTC).isoformat()
    third = await mine.post("/v1/me/secrets", json={"client_secret": second, "old_secrets_expire_at": now})
    keys = (one["client_secret"], second, third.json()["client_secret"])
    assert [await login(world, one["client_id"], key) for key in keys] == [401, 401, 200]
    owner = await world.connect()
    entry = json.loads(
        await owner.fetchval(
            "SELECT convert_from(canonical, 'UTF8') FROM audit_entry WHERE kind = 'principal.secret_rotated' LIMIT 1"
        )
    )
    me = (await mine.get("/v1/me")).json()
    assert (entry["actor"], entry["party"], entry["data"]["id"]) == (me["principal_id"], "PK", me["principal_id"])
    secrets = [one["client_secret"], second]
    assert not any(secret in json.dumps(entry) for secret in secrets)


async def test_a_stolen_token_is_worth_no_secret(world: World) -> None:
    mine, foreign = world.as_("PK"), world.credentials["AZ"]["client_secret"]
    for secret in ("wrong", foreign, "x\ud800", "a\x00b"):
        refused = await mine.post("/v1/me/secrets", content=json.dumps({"client_secret": secret}), headers=JSON)
        assert refused.status_code in {400, 422}, refused.text
    assert (await mine.post("/v1/me/secrets", json={})).status_code == 422
    assert (await world.as_("").post("/v1/me/secrets", json={"client_secret": foreign})).status_code == 401


async def test_a_new_secret_is_shown_once_also_to_whom_asks_again(world: World) -> None:
    one, mine = world.credentials["PK"], world.as_("PK")
    key, body = {"Idempotency-Key": "rotation"}, {"client_secret": one["client_secret"]}
    first = await mine.post("/v1/me/secrets", json=body, headers=key)
    again = await mine.post("/v1/me/secrets", json=body, headers=key)
    assert (again.status_code, again.json()) == (201, first.json() | {"client_secret": None})


async def test_a_principal_ends_only_by_its_own_client_id(world: World) -> None:
    registrar = world.as_("PK")
    who = await world.second_principal("pk-mistaken", organisation_id=organisation(104))
    me = (await world.as_(who).get("/v1/me")).json()["principal_id"]
    for body in ({"confirm": "pk-secretariat"}, {"confirm": ""}, {}):
        refused = await registrar.post(f"/v1/principals/{me}/deactivation", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/confirm")
    assert (await world.as_(who).get("/v1/me")).status_code == 200
    assert (await end_principal(registrar, me)).status_code == 201
    assert (await world.as_(who).get("/v1/me")).status_code == 401
