"""Refusals are problem documents, whatever is sent; nothing a client can send is a 500."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from service.database.state import state_of
from service.http.pages import encode
from service.main import Service, create_app
from tests.conftest import COMMISSION, World, item, settings_for
from tests.register.commitments.test_journey import RECORD, SIGN

PROBLEM = "application/problem+json"


def check(answer: httpx.Response, status: int, kind: str | None = None) -> Any:
    """Assert that `answer` is a problem document of this status, and return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    found = answer.json()
    assert found["status"] == status
    assert found["detail"]
    assert found["request_id"] == answer.headers["x-request-id"]
    if kind:
        assert found["type"] == f"/problems/{kind}"
    return found


async def test_an_unknown_route_is_a_problem(still: World) -> None:
    check(await still.as_("PK").get("/v1/nothing"), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/commitments", "GET, HEAD, POST"),
        ("PUT", f"/v1/commitments/{item(1)}", "GET, HEAD, PATCH"),
        ("POST", "/livez", "GET, HEAD"),
    ],
)
async def test_a_method_that_is_not_possible_names_all_that_are(
    still: World, method: str, path: str, allowed: str
) -> None:
    answer = await still.as_("PK").request(method, path)
    check(answer, 405)
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{", {"content-type": "application/json"}, 400),
        (b"\xff", {"content-type": "application/json"}, 400),
        (b"[]", {"content-type": "application/json"}, 422),
        (b"null", {"content-type": "application/json"}, 422),
        (b"1" * 400_000, {"content-type": "application/json"}, 413),
        (b"a=b", {"content-type": "application/x-www-form-urlencoded"}, 415),
        (b"{}", {"content-type": "text/plain"}, 415),
        (b"", {}, 422),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused_clearly(
    still: World, content: bytes, headers: dict[str, str], status: int
) -> None:
    for path in ("/v1/commitments", f"/v1/commitments/{item(4)}/transitions"):
        check(await still.as_("PK").post(path, content=content, headers=headers), status)


RUBBISH = ["\x00", "\ud800", "", " ", "a" * 30_000, 1, -1, 2**70, 1.5, True, None, [], {}, [[]], {"a": {"b": []}}]


@pytest.mark.parametrize("member", [*RECORD, "working_group_id", "target_date", "lead_organisation_id", "nonsense"])
async def test_rubbish_in_any_member_is_a_client_error_and_records_nothing(worn: World, member: str) -> None:
    for value in RUBBISH:
        answer = await _send(worn, "/v1/commitments", {**RECORD, "item_number": 900, member: value})
        if answer.status_code != 201:
            # What reads as a number or as yes and no is one; the item is then recorded once.
            assert answer.status_code in {400, 422} or answer.json()["reference"], (member, value)
            check(answer, answer.status_code)


@pytest.mark.parametrize("member", [*SIGN, "expires_at", "remark", "nonsense"])
async def test_rubbish_in_any_member_of_a_proposal_is_a_client_error(worn: World, member: str) -> None:
    for value in RUBBISH:
        answer = await _send(worn, f"/v1/commitments/{item(4)}/transitions", {**SIGN, member: value})
        assert answer.status_code < 500, (member, value, answer.text)
        if answer.status_code == 201:
            taken_back = await worn.as_("PK").post(f"/v1/transitions/{answer.json()['id']}/withdrawal", json={})
            assert taken_back.status_code == 201


EDGES = ["9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.9999999Z", "9999-12-31T21:59:59.999999-02:00"]
EDGES += ["0001-01-01T00:00:00Z", "0001-01-01T02:00:00+02:00", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00"]


@pytest.mark.parametrize("moment", EDGES)
async def test_a_moment_that_the_database_would_take_for_infinity_is_refused(worn: World, moment: str) -> None:
    where = f"/v1/commitments/{item(4)}/transitions"
    principal = (await worn.as_("PK").get("/v1/me")).json()["principal_id"]
    for who, path, body in (
        ("PK", where, {**SIGN, "expires_at": moment}),
        ("PK", f"/v1/principals/{principal}/secrets", {"old_secrets_expire_at": moment}),
    ):
        found = check(await worn.as_(who).post(path, json=body), 422)
        assert [one["pointer"] for one in found["errors"]] == [f"/{list(body)[-1]}"]
    cursor = encode("activity", moment, item(4))
    answer = await worn.as_("PK").get(f"/v1/commitments?sort=activity&cursor={cursor}")
    assert check(answer, 400, "invalid-cursor")["errors"][0]["parameter"] == "cursor"


async def test_an_end_that_is_taken_can_be_read_again_and_confirmed(world: World) -> None:
    last = f"{datetime.now(UTC) + timedelta(days=729):%Y-%m-%d}T23:59:59.999998Z"
    where = f"/v1/commitments/{item(4)}"
    made = await world.as_("PK").post(f"{where}/transitions", json={**SIGN, "expires_at": last})
    assert made.json()["expires_at"] == last
    assert (await world.as_("PK").get(where)).status_code == 200
    url = f"/v1/transitions/{made.json()['id']}/confirmations"
    assert (await world.as_("AZ").post(url, json={"decision": "confirm"})).status_code == 201


@pytest.mark.parametrize("action", ["agree", "amend", "supersede", "merge", "draft_mou", "suspend"])
async def test_rubbish_as_evidence_of_any_action_is_a_client_error(worn: World, action: str) -> None:
    where = f"/v1/commitments/{item(2)}/transitions"
    for name in ("found_in", "agreed_on", "changes", "reason", "successor", "target", "review_on", "effective_on"):
        for value in [*RUBBISH, {"titles": {"en": None}}, {"working_group_id": item(1)}, {"texts": {"": "x"}}]:
            answer = await _send(worn, where, {"action": action, name: value})
            assert answer.status_code in {400, 409, 422}, (action, name, value, answer.text)


async def _send(world: World, path: str, body: Any) -> httpx.Response:
    content = json.dumps(body).encode()
    return await world.as_("PK").post(path, content=content, headers={"content-type": "application/json"})


@pytest.mark.parametrize(
    "path",
    [
        "/v1/commitments?limit=0",
        "/v1/commitments?limit=201",
        "/v1/commitments?state=asleep",
        "/v1/commitments?cursor=nonsense",
        "/v1/commitments?cursor=WyJyZWZlcmVuY2UiLCJcdTAwMDAiXQ",
        "/v1/commitments?sort=size",
        "/v1/commitments?awaiting=Pakistan",
        "/v1/commitments?overdue=perhaps",
        "/v1/commitments?q=%00",
        "/v1/commitments/not-an-id",
        f"/v1/commissions/{COMMISSION}/audit-trail?after=99999999999999999999",
        f"/v1/commissions/{COMMISSION}/sessions?cursor=WyJzZXNzaW9uIiw5OTk5OTk5OTk5OTk5XQ",
        "/v1/parties/Pakistan",
        "/%00",
        "/v1/commitments?q=%ff",
    ],
)
async def test_rubbish_in_the_address_is_a_client_error(still: World, path: str) -> None:
    answer = await still.as_("PK").get(path)
    assert answer.status_code in {400, 422}
    check(answer, answer.status_code)


async def test_an_empty_query_value_counts_as_absent(still: World) -> None:
    answer = await still.as_("PK").get("/v1/commitments?state=&q=&cursor=&overdue=&limit=3&sort=")
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["items"]) == 3


async def test_a_member_that_is_not_known_is_a_mistake_and_is_named(still: World) -> None:
    found = check(await still.as_("PK").post("/v1/commitments", json={**RECORD, "titel": "x"}), 422)
    assert [fault["pointer"] for fault in found["errors"]] == ["/titel"]


async def test_without_a_token_or_with_a_bad_one_the_answer_says_how_to_get_one(still: World) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}):
        answer = await still.as_("").get("/v1/me", headers=headers)
        check(answer, 401, "not-authenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_request_id_is_kept_if_it_is_sane_and_made_if_not(still: World) -> None:
    kept = await still.as_("PK").get("/v1/me", headers={"X-Request-ID": "case-17"})
    assert kept.headers["x-request-id"] == "case-17"
    made = await still.as_("PK").get("/v1/me", headers={"X-Request-ID": "a b"})
    assert len(made.headers["x-request-id"]) == 32


async def test_a_fault_of_ours_is_a_500_that_tells_nothing_and_is_logged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        message = "the secret word"
        raise RuntimeError(message)

    monkeypatch.setattr("service.register.parties.roles.mine", broken)
    answer = await world.as_("PK").get("/v1/me")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == PROBLEM
    assert "secret word" not in answer.text


async def test_the_answer_leaves_only_after_the_commit(world: World) -> None:
    seen: list[int] = []
    token = world.as_("PK").headers["authorization"].encode()
    body = json.dumps(SIGN).encode()
    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/v1/commitments/{item(4)}/transitions",
        "raw_path": f"/v1/commitments/{item(4)}/transitions".encode(),
        "query_string": b"",
        "headers": [(b"authorization", token), (b"content-type", b"application/json")],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("t", 80),
        "client": ("t", 1),
        "root_path": "",
        "asgi": {"version": "3.0"},
    }
    other = await world.connect("pacta_app")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 201
            seen.append(await other.fetchval("SELECT count(*) FROM transition WHERE status = 'open'"))

    await world.app(scope, receive, send)
    assert seen == [1]


async def test_the_pool_exhausted_is_a_503_with_retry_after_and_passes(make_world: Any) -> None:
    world: World = await make_world(read_pool_size=1, pool_timeout=0.3)
    await world.as_("PK").get("/v1/me")
    async with world.service.readers.connection():
        answer = await world.as_("PK").get("/v1/me")
    check(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "1"
    assert (await world.as_("PK").get("/v1/me")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/me", None, 200),
        ("POST", f"/v1/commitments/{item(4)}/transitions", SIGN, 201),
    ],
    ids=["reading", "in a transaction"],
)
async def test_connections_that_were_cut_while_nobody_used_them_are_a_503_once_at_most(
    world: World, method: str, path: str, body: Any, status: int
) -> None:
    assert (await world.as_("PK").get("/v1/me")).status_code == 200
    owner = await world.connect("postgres")
    await owner.execute(CUT)
    answer = await world.as_("PK").request(method, path, json=body)
    if answer.status_code != status:
        # It was asked before word of the end had come.
        check(answer, 503, "unavailable")
        answer = await world.as_("PK").request(method, path, json=body)
    assert answer.status_code == status


async def test_a_connection_that_is_cut_while_a_request_waits_is_a_503_and_the_next_is_well(world: World) -> None:
    owner, cutting = await world.connect(), await world.connect("postgres")
    async with owner.transaction():
        await owner.execute("SELECT FROM commitment WHERE id = $1 FOR UPDATE", item(4))
        asked = asyncio.create_task(world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN))
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'pacta_app' AND wait_event_type = 'Lock'"
        while not await cutting.fetchval(waiting):  # noqa: ASYNC110 -- it becomes so in the database
            await asyncio.sleep(0.01)
        await cutting.execute(CUT)
        check(await asked, 503, "unavailable")
    assert (await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=SIGN)).status_code == 201


CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'pacta_app' AND datname = current_database()"
MIGRATED = ("commitment ALTER COLUMN item_number TYPE bigint", "principal ALTER COLUMN name TYPE varchar(400)")


async def test_a_schema_that_changes_under_the_service_is_a_503_once_and_then_all_is_well(make_world: Any) -> None:
    world: World = await make_world(pool_size=1)
    me = (await world.as_("PK").get("/v1/me")).json()["principal_id"]
    moves, secrets = f"/v1/commitments/{item(4)}/transitions", f"/v1/principals/{me}/secrets"
    made = await world.as_("PK").post(moves, json=SIGN)
    await world.as_("PK").post(f"/v1/transitions/{made.json()['id']}/withdrawal", json={})
    assert (await world.as_("PK").post(secrets, json={})).status_code == 201
    owner = await world.connect()
    for change in MIGRATED:
        await owner.execute(f"ALTER TABLE {change}")
    key = {"idempotency-key": "one"}
    answer = await world.as_("PK").post(moves, json=SIGN, headers=key)
    check(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "1"
    # That connection is gone, with all that it remembered, of whichever table.
    assert (await world.as_("PK").post(moves, json=SIGN, headers=key)).status_code == 201
    assert (await world.as_("PK").post(secrets, json={})).status_code == 201


async def test_a_schema_that_changes_is_no_matter_to_who_only_reads(make_world: Any) -> None:
    world: World = await make_world(read_pool_size=1)
    assert (await world.as_("administrator").get("/v1/principals")).status_code == 200
    owner = await world.connect()
    await owner.execute(f"ALTER TABLE {MIGRATED[1]}")
    assert (await world.as_("administrator").get("/v1/principals")).status_code == 200


async def test_a_database_that_is_gone_is_a_503_within_two_and_a_half_seconds(world: World) -> None:
    settings = settings_for(world.server, world.database).model_copy(
        update={
            "database_url": type(settings_for(world.server, "x").database_url)("postgresql+asyncpg://x@127.0.0.1:1/x")
        }
    )
    app = create_app(settings)
    async with asyncio.timeout(2.5):
        check(await world.as_("PK", app).get("/v1/me"), 503, "unavailable")
    ready = await world.as_("", app).get("/readyz")
    assert check(ready, 503)["checks"]["database"].startswith("not reachable")
    await state_of(app, Service).close()


async def test_a_database_that_lets_nobody_more_in_is_a_503_and_passes(world: World) -> None:
    await world.service.close()
    owner = await world.connect("postgres")
    await owner.execute(f"ALTER DATABASE {world.database} CONNECTION LIMIT 0")
    answer = await world.as_("PK").get("/v1/me")
    check(answer, 503, "unavailable")
    assert "retry-after" in answer.headers
    await owner.execute(f"ALTER DATABASE {world.database} CONNECTION LIMIT -1")
    assert (await world.as_("PK").get("/v1/me")).status_code == 200


async def test_session_of_another_commission_is_not_found_in_the_body(world: World) -> None:
    body = {**RECORD, "commission_id": item(1)}
    assert (
        check(await world.as_("PK").post("/v1/commitments", json=body), 422)["errors"][0]["pointer"] == "/commission_id"
    )
    body = {**RECORD, "session_id": item(1)}
    assert check(await world.as_("PK").post("/v1/commitments", json=body), 422)["errors"][0]["pointer"] == "/session_id"


@pytest.mark.parametrize("name", ["Authorization", "Content-Type", "Idempotency-Key"])
async def test_a_header_that_says_one_thing_is_not_said_twice(still: World, name: str) -> None:
    token = still.as_("PK").headers["authorization"]
    once = [("Authorization", token), ("Content-Type", "application/json"), ("Idempotency-Key", "one")]
    anybody = still.as_("")
    answer = await anybody.post("/v1/parties", content=b"{}", headers=[*once, *((n, v) for n, v in once if n == name)])
    problem = check(answer, 400, "unreadable")
    assert problem["detail"] == f"{name} is given more than once; give it once."
    check(await anybody.post("/v1/parties", content=b"{}", headers=once), 403)
