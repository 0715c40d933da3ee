"""What no operation publishes is refused: query parameters that nobody would read, media types that nobody would write."""

from typing import Any

import pytest

from service.http.bodies import json_body
from service.http.declared import acceptable
from service.main import create_app
from service.settings import Settings
from tests.conftest import World, item
from tests.http.test_manners import check

DOCUMENT = create_app(Settings()).openapi()
EACH = [(method, path, found) for path, methods in DOCUMENT["paths"].items() for method, found in methods.items()]
NAMES = [operation["operationId"] for _, _, operation in EACH]
JSON = ("application/json",)


def address(path: str, operation: Any) -> str:
    """Return the path with the document's own example of each path parameter."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            (example, *_) = parameter["examples"].values()
            path = path.replace(f"{{{parameter['name']}}}", str(example["value"]))
    return path


def needed(operation: Any) -> dict[str, Any]:
    """Return the query parameters that the operation wants, by its own examples."""
    given = {}
    for one in operation.get("parameters", ()):
        if one["in"] == "query" and one.get("required"):
            published = [
                *(shown["value"] for shown in one.get("examples", {}).values()),
                *one["schema"].get("examples", ()),
            ]
            given[one["name"]] = next(iter(published), 1)
    return given


@pytest.mark.parametrize(("method", "path", "operation"), EACH, ids=NAMES)
async def test_no_operation_takes_a_query_parameter_that_it_does_not_publish(
    still: World, method: str, path: str, operation: Any
) -> None:
    published = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    query = "&".join(f"{name}={value}" for name, value in needed(operation).items())
    sent = f"{address(path, operation)}?as_of=2025-06-30&nonsense=1&{query}"
    answer = await still.as_("PK").request(method, sent, headers={"If-Match": "*"})
    if method != "get" and answer.status_code in {403, 404, 409, 415}:
        return
    found = check(answer, 422)
    unknown = [one["parameter"] for one in found["errors"] if "is not known here" in one["detail"]]
    assert unknown == [*({"as_of"} - published), "nonsense"]
    assert json_body(operation) is None or any("pointer" in one for one in found["errors"])


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("stat=implemented&limit=0", ["stat", "limit"]),
        ("limit=0&state=flown&expiring=true&sort=colour", ["expiring", "limit", "state", "sort"]),
        (
            "as_of=2025-6-30&limit=1_0&limit=2&nonsense=1&session_id=x",
            ["nonsense", "limit", "as_of", "limit", "session_id"],
        ),
        ("as_of=1735689600&as_of=0&colour=red", ["colour", "as_of", "as_of", "as_of"]),
    ],
)
async def test_an_unknown_name_hides_nothing_that_is_wrong_beside_it(
    still: World, query: str, named: list[str]
) -> None:
    found = check(await still.as_("PK").get(f"/v1/commitments?{query}"), 422, "invalid-content")
    assert sorted(one["parameter"] for one in found["errors"]) == sorted(named), found["errors"]
    assert found["detail"].startswith(f"{len(named)} things are wrong: ")


@pytest.mark.parametrize(
    ("path", "query", "named"),
    [
        ("/v1/commitments", "as_of=2199-01-01&known_at=2199-01-01T00:00:00Z&limit=0&x=1", "as_of known_at limit x"),
        (
            "/v1/commissions/PK-AZ/metrics",
            "as_of=2199-01-01&known_at=2199-01-01T00:00:00Z&audience=me",
            "as_of audience known_at",
        ),
        (
            "/v1/commissions/PK-AZ/report",
            "as_of=2025-01-01&compared_to=2025-02-01&since=2025-03-01",
            "compared_to since",
        ),
        (
            "/v1/returns/instruments",
            "as_of=2199-01-01&known_at=2199-01-01T00:00:00Z&format=doc",
            "as_of format known_at",
        ),
    ],
)
async def test_a_day_that_lies_ahead_hides_nothing_that_is_wrong_beside_it(
    still: World, path: str, query: str, named: str
) -> None:
    found = check(await still.as_("PK").get(f"{path}?{query}"), 422)
    assert sorted(one["parameter"] for one in found["errors"]) == named.split(), found["errors"]


@pytest.mark.parametrize(
    ("method", "path", "body", "pointers"),
    [
        ("POST", "/v1/commitments", {"titles": 5, "nonsense": 1}, ["/nonsense", "/titles"]),
        ("POST", "/v1/working-groups", {"titles": {"en": ""}}, ["/titles/en"]),
        ("PATCH", f"/v1/commitments/{item(4)}", {"nonsense": 1}, ["/nonsense"]),
        ("POST", f"/v1/commitments/{item(4)}/transitions", {"action": "redraft", "nonsense": 1}, ["/nonsense"]),
        ("POST", f"/v1/commitments/{item(4)}/transitions", {"action": "fly"}, ["/action"]),
        ("POST", "/v1/calculations/periods", {"nonsense": 1}, ["/nonsense"]),
    ],
)
async def test_what_is_wrong_with_the_query_and_with_the_body_is_told_at_once(
    still: World, method: str, path: str, body: Any, pointers: list[str]
) -> None:
    headers = {"If-Match": "*"}
    answer = await still.as_("PK").request(method, f"{path}?dry_rn=true", json=body, headers=headers)
    found = check(answer, 422)
    assert found["errors"][0]["parameter"] == "dry_rn"
    assert set(pointers) <= {one.get("pointer") for one in found["errors"]}, found["errors"]
    alone = check(await still.as_("PK").request(method, path, json=body, headers=headers), 422)
    assert found["errors"][1:] == alone["errors"]
    assert found["type"] == alone["type"]


async def test_a_set_up_makes_nothing_where_a_name_of_the_query_is_unknown(world: World) -> None:
    named = {"client_id": "tm-trade-system", "name": "Case system"}
    first = {
        "organisation": {"code": "TM/TRADE", "name": "Trade"},
        "principal": named,
    }
    filed = {"parties": [{"code": "TM", "names": {"en": "Turkmenistan"}, "registrar": first}]}
    for body, wrong in ((filed, ["dry_rn"]), (filed | {"nonsense": 1}, ["dry_rn", "/nonsense"])):
        answer = await world.as_("administrator").post("/v1/set-ups?dry_run=false&dry_rn=true", json=body)
        found = check(answer, 422)["errors"]
        assert [one.get("parameter") or one.get("pointer") for one in found] == wrong
    assert "TM" not in (await world.as_("PK").get("/v1/parties")).text
    made = await world.as_("administrator").post("/v1/set-ups?dry_run=false", json=filed)
    assert made.status_code == 200, made.text
    assert "TM" in (await world.as_("PK").get("/v1/parties")).text


async def test_a_sound_body_has_no_effect_where_a_name_of_the_query_is_unknown(world: World) -> None:
    path = f"/v1/commitments/{item(4)}/transitions"
    body = {"action": "redraft", "reason": "The text was put into the wrong paragraph."}
    key = {"Idempotency-Key": "the-same-one"}
    found = check(await world.as_("PK").post(f"{path}?dry_run=true", json=body, headers=key), 422)
    assert [one["parameter"] for one in found["errors"]] == ["dry_run"]
    # Nothing is open, and the key is free: without the name it is done.
    assert (await world.as_("PK").post(path, json=body, headers=key)).status_code == 201


@pytest.mark.parametrize(("method", "path", "operation"), EACH, ids=NAMES)
async def test_no_operation_answers_in_a_media_type_that_it_does_not_publish(
    still: World, method: str, path: str, operation: Any
) -> None:
    offered = [
        kind for status, one in operation["responses"].items() if status[0] == "2" for kind in one.get("content", ())
    ]
    query = "&".join(f"{name}={value}" for name, value in needed(operation).items())
    sent = f"{address(path, operation)}?{query}"
    answer = await still.as_("PK").request(method, sent, headers={"accept": "text/turtle"})
    if offered and not ("requestBody" in operation and answer.status_code in {403, 404, 415, 422, 428}):
        assert check(answer, 406, "not-acceptable")["media_types"] == offered
    else:
        assert answer.status_code != 406


async def test_a_parameter_without_a_name_is_told_as_one_and_not_as_the_body(still: World) -> None:
    refused = check(await still.as_("PK").get("/v1/commitments?=x"), 422)
    assert "1 thing is wrong: a parameter without a name is not known here" in refused["detail"]


@pytest.mark.parametrize(
    ("query", "named", "said"),
    [
        ("stat=implemented", "stat", "did you mean state?"),
        ("State=signed", "State", "did you mean state?"),
        ("state[]=signed", "state[]", "did you mean state, repeated for several values (state=...&state=...)?"),
        ("state%5B0%5D=signed", "state[0]", "did you mean state, repeated"),
        ("limit[]=2", "limit[]", "did you mean limit?"),
        ("sortBy=newest", "sortBy", "did you mean sort?"),
        ("expiring=true", "expiring", "those of this address are: commission_id"),
        ("%C3%A9=1", "é", "is not known here"),
        ("limit=1&limit=200", "limit", "is given more than once"),
        ("overdue=true&overdue=false", "overdue", "is given more than once"),
        ("state=signed,implemented", "state", "one value each time that it is given: state=signed&state=implemented"),
        ("state=[signed;implemented]", "state", "state=signed&state=implemented"),
        ("session_id=PK-AZ/08%20PK-AZ/07", "session_id", "session_id=PK-AZ/08&session_id=PK-AZ/07"),
        ("awaiting=PK,AZ", "awaiting", "awaiting=PK&awaiting=AZ"),
        ("reference=08/004,08/005", "reference", "reference=08/004&reference=08/005"),
        ("unknown_fact=plce", "unknown_fact", 'did you mean "place"?'),
        ("q=a", "q", "must have two letters or digits at least"),
        ("q=-customs", "q", "two letters or digits at least, beside what is left out (-)"),
    ],
)
async def test_an_unknown_parameter_is_named_with_the_nearest_one(
    still: World, query: str, named: str, said: str
) -> None:
    (wrong,) = check(await still.as_("PK").get(f"/v1/commitments?{query}"), 422)["errors"]
    assert wrong["parameter"] == named
    assert said in wrong["detail"]


async def test_thousands_of_unknown_parameters_are_refused_by_the_first_of_them(still: World) -> None:
    query = "&".join(f"stat{number}=1" for number in range(3000))
    assert len(check(await still.as_("PK").get(f"/v1/commitments?{query}"), 422)["errors"]) == 20


async def test_what_is_repeated_and_what_is_empty_counts_as_before(still: World) -> None:
    answer = await still.as_("PK").get("/v1/commitments?state=signed&state=agreed&stat=&nonsense&limit=&sort=newest")
    assert answer.status_code == 200
    assert {one["state"] for one in answer.json()["items"]} == {"signed", "agreed"}


async def test_the_page_that_a_provider_sends_people_back_to_keeps_its_own_parameters(still: World) -> None:
    answer = await still.as_("").get("/docs/oauth2-redirect.html?code=1&state=2", headers={"accept": "text/html"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("accept", "offered", "takes"),
    [
        ("", JSON, True),
        ("*/*", JSON, True),
        ("*", JSON, True),
        ("application/*", JSON, True),
        ("Application/JSON; charset=UTF-8", JSON, True),
        ("application/problem+json, application/json", JSON, True),
        ("text/csv, */*;q=0.1", JSON, True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON, True),
        ("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4", ("text/plain",), True),
        ("text/csv", (), True),
        ("text/*", ("application/json", "text/plain"), True),
        ("application/json; q=0.001", JSON, True),
        ("text/csv", JSON, False),
        ("text/*", JSON, False),
        ("json", JSON, False),
        ("application/jsonp", JSON, False),
        ("application/json;q=0", JSON, False),
        ("application/json;q=0.000, */*", JSON, False),
        ("application/*;q=0, */*", JSON, False),
        ("*/*;q=0", JSON, False),
        ("application/problem+json", JSON, False),
    ],
)
def test_accept_is_read_as_it_is_meant(accept: str, offered: tuple[str, ...], takes: bool) -> None:
    assert acceptable(accept, offered) is takes


@pytest.mark.parametrize("accept", [b"\xff/\xe9", "é/*".encode(), b";;,,q=x", b"a" * 10_000, b"text/csv\x00"])
async def test_an_accept_that_nobody_can_read_takes_nothing(still: World, accept: bytes) -> None:
    check(await still.as_("PK").get("/v1/me", headers=[(b"accept", accept)]), 406)


async def test_accept_may_be_broken_into_several_headers(still: World) -> None:
    headers = [("accept", "text/csv"), ("accept", "application/json;q=0.5")]
    assert (await still.as_("PK").get("/v1/me", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("limit=1_0", "limit"),
        ("limit=5.0", "limit"),
        ("limit=%2B5", "limit"),
        ("limit=%205", "limit"),
        ("as_of=1735689600", "as_of"),
        ("as_of=0", "as_of"),
        ("as_of=2025-06-30T00:00:00", "as_of"),
    ],
)
async def test_numbers_and_days_are_written_as_such(still: World, query: str, named: str) -> None:
    answer = await still.as_("PK").get(f"/v1/commitments?{query}")
    assert [one["parameter"] for one in check(answer, 422, "invalid-content")["errors"]] == [named]
