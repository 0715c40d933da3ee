"""The published document as generators and clerks meet it."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import sleep
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from service.http.openapi.document import document, published
from service.http.openapi.spelling import PREFIX, reached
from service.main import create_app
from service.main.routers import UNIONS
from service.register.commitments.rules.lifecycle import Action
from service.settings import Settings
from tests.contract import known_shapes, told

FILE = Path(__file__).parents[2] / "openapi" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text())
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


def every(value: Any) -> Iterator[dict[str, Any]]:
    """Return every object in the document."""
    if isinstance(value, list):
        for one in value:
            yield from every(one)
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from every(one)


def test_the_committed_document_is_the_one_that_the_service_publishes() -> None:
    assert document(create_app(Settings()), UNIONS) == DOCUMENT, (
        "stale: run `uv run poe openapi`, and say in CHANGELOG.md what changed"
    )


def test_an_operation_is_named_as_its_function_verb_first() -> None:
    verbs = {"create", "read", "list", "change", "put", "release", "appoint"}
    for name in OPERATIONS:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", name)
        assert name.split("_")[0] in verbs, name


@pytest.mark.parametrize("name", list(OPERATIONS))
def test_an_operation_says_what_a_clerk_needs(name: str) -> None:
    method, path, operation = OPERATIONS[name]
    assert 5 < len(operation["summary"]) < 60
    assert len(operation["description"]) > 20
    assert len(operation["tags"]) == 1
    assert "security" in operation
    if path.startswith("/v1") and not path.startswith("/v1/lifecycle"):
        scopes = operation["security"][0]["ClientCredentials"]
        assert scopes == (["read"] if method == "get" else ["write"])
    for status, answer in operation["responses"].items():
        assert answer["description"]
        if status.startswith(("4", "5")) and not path.startswith("/oauth/"):
            refused = answer["content"]["application/problem+json"]
            assert refused["schema"] == {"$ref": "#/components/schemas/Problem"}, status
            assert len(answer["content"]) == len(refused["examples"]) == 1
    if method in {"post", "patch", "put"} and "requestBody" in operation:
        for content in operation["requestBody"]["content"].values():
            assert content["examples"], "no example"
    for parameter in operation.get("parameters", []):
        assert parameter["description"]
        assert parameter["in"] != "path" or parameter["examples"]
        assert (
            parameter["name"] in {"cursor", "limit"} or "examples" in parameter or chosen_or_shown(parameter["schema"])
        )
        # Postman takes an example that is 0, false or empty for none, and sends the example's name instead.
        assert all(one["value"] for one in parameter.get("examples", {}).values())
        assert parameter["in"] != "header" or parameter["schema"]["examples"]


def chosen_or_shown(schema: dict[str, Any]) -> bool:
    """Tell whether a value is chosen from a few, or has an example for who types it; of a list, each item."""
    inner = schema.get("items", schema)
    return bool({"enum", "examples", "$ref"} & (set(inner) | set(schema))) or inner["type"] in (
        "boolean",
        ["boolean", "null"],
    )


def test_what_became_of_one_of_many_is_a_problem_as_every_refusal_is() -> None:
    told = DOCUMENT["components"]["schemas"]["OutcomeRead"]["properties"]["problem"]
    assert told["oneOf"] == [{"type": "null"}, {"$ref": "#/components/schemas/Problem"}]


def test_tags_stand_in_the_order_of_the_work_and_each_is_explained() -> None:
    names = [tag["name"] for tag in DOCUMENT["tags"]]
    assert names[:4] == ["tokens", "me", "registry", "commissions"]
    assert all(len(tag["description"]) > 20 for tag in DOCUMENT["tags"])
    assert {operation["tags"][0] for _, _, operation in OPERATIONS.values()} == set(names)


def test_the_introduction_is_short_and_leads_to_the_picture() -> None:
    # Generators copy it into every file.
    assert len(DOCUMENT["info"]["description"]) < 1000
    assert "/v1/lifecycle" in DOCUMENT["info"]["description"]
    assert DOCUMENT["openapi"].startswith("3.1")
    assert DOCUMENT["info"]["license"] == {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    assert DOCUMENT["servers"]


@pytest.mark.parametrize(
    "name", ["MetricsRead", "ReportRead", "ReturnRead", "ImportRead", "SetUpRead", "ProgressReportRead", "PastRead"]
)
def test_every_member_of_what_is_reported_and_imported_says_what_it_is(name: str) -> None:
    named = reached(SCHEMAS[name], SCHEMAS) | {name}
    members = ((one, member, told) for one in named for member, told in SCHEMAS[one].get("properties", {}).items())
    assert [(one, member) for one, member, told in members if not told.get("description")] == []


def test_schemas_have_no_made_up_titles_and_no_twins() -> None:
    assert not [name for name in SCHEMAS if re.search(r"-(Input|Output)$|__|_$|^Body_", name)]
    for name, schema in SCHEMAS.items():
        assert "title" not in schema, name
        assert schema.get("description"), name


HOLDS_ANY_EVIDENCE = "ProposalsCreate"
"""Beside its own members stand those of whatever action it names: what they must be, that action's evidence says."""


def test_a_request_knows_all_its_members_and_an_answer_always_has_them_all() -> None:
    for name, schema in SCHEMAS.items():
        if name.endswith(("Create", "Patch", "Put")) or name in {"Sign", "Agree", "SharedChanges"}:
            assert schema["additionalProperties"] is (name == HOLDS_ANY_EVIDENCE), name
        if name.endswith(("Read", "Page", "Detail")):
            assert set(schema["required"]) == set(schema["properties"]), name


def test_a_proposal_is_one_of_those_told_apart_by_its_action() -> None:
    _, _, operation = OPERATIONS["create_transition"]
    assert operation["requestBody"]["content"]["application/json"]["schema"] == {"$ref": f"{PREFIX}Proposal"}
    union = SCHEMAS["Proposal"]["discriminator"]
    assert union["propertyName"] == "action"
    assert set(union["mapping"]) == {str(action) for action in Action}
    for reference in union["mapping"].values():
        assert "action" in SCHEMAS[reference.removeprefix(PREFIX)]["required"]


def test_what_is_written_by_a_pattern_has_an_example_by_which_a_refusal_tells_it() -> None:
    bodies = [one["requestBody"] for _, _, one in OPERATIONS.values() if "requestBody" in one]
    asked = [*bodies, *(SCHEMAS[name] for name in reached(bodies, SCHEMAS))]
    written = [one for one in every(asked) if isinstance(one.get("pattern"), str) and "format" not in one]
    # The names of a map are told by the example of the map.
    names = [one["propertyNames"] for one in every(asked) if "propertyNames" in one]
    assert len(written) > 20
    assert [one for one in written if not one.get("examples") and one not in names] == []


def test_what_a_request_holds_no_answer_does() -> None:
    """Requests are closed, answers are open: no schema can be both."""
    operations = [operation for _, _, operation in OPERATIONS.values()]
    asked = reached([[one.get("parameters"), one.get("requestBody")] for one in operations], SCHEMAS)
    assert not asked & reached([one["responses"] for one in operations], SCHEMAS)


def test_evidence_and_entries_are_read_as_unions_open_to_what_comes_later() -> None:
    assert SCHEMAS["TransitionRead"]["properties"]["evidence"]["$ref"] == f"{PREFIX}Evidence"
    assert SCHEMAS["EntryRead"]["properties"]["data"]["$ref"] == f"{PREFIX}EntryData"
    sent, read = SCHEMAS["Sign"]["properties"], SCHEMAS["CommitmentSign"]["properties"]
    assert sent.keys() - read.keys() == {"action", "expires_at"}
    for name, tag in (("Evidence", "move"), ("EntryData", "event")):
        assert [one["$ref"] for one in SCHEMAS[name]["anyOf"]] == [f"{PREFIX}Known{name}", f"{PREFIX}Other{name}"]
        known, other = SCHEMAS[f"Known{name}"], SCHEMAS[f"Other{name}"]
        assert known["discriminator"]["propertyName"] == tag
        assert other["additionalProperties"] is True
        for value, reference in known["discriminator"]["mapping"].items():
            alternative = SCHEMAS[reference.removeprefix(PREFIX)]
            assert alternative["properties"][tag]["const"] == value
            assert "additionalProperties" not in alternative


def test_every_reference_leads_somewhere() -> None:
    for one in every(DOCUMENT):
        if isinstance(one.get("$ref"), str):
            found: Any = DOCUMENT
            for part in one["$ref"].removeprefix("#/").split("/"):
                found = found[part]


def test_links_lead_from_what_was_made_to_what_can_be_done_with_it() -> None:
    for name, (_, _, operation) in OPERATIONS.items():
        for answer in operation["responses"].values():
            for link in answer.get("links", {}).values():
                _, path, _ = OPERATIONS[link["operationId"]]
                assert set(link["parameters"]) == set(re.findall(r"\{(\w+)\}", path)), name
    made = OPERATIONS["create_transition"][2]["responses"]["201"]["links"]
    assert {link["operationId"] for link in made.values()} == {
        "read_transition",
        "create_confirmation",
        "create_withdrawal",
    }


def test_links_lead_from_what_is_read_to_what_is_below_and_from_no_list() -> None:
    links = {
        name: set(operation["responses"].get("200", {}).get("links", ()))
        for name, (_, _, operation) in OPERATIONS.items()
    }
    assert links["read_session"] == {"read_session_report", "read_session_trail", "list_session_transitions"}
    assert {"read_commitment_trail", "list_transitions", "list_progress_reports"} <= links["read_commitment"]
    # A proof needs an index, and a list may be empty.
    assert "read_inclusion_proof" not in links["read_commission"]
    assert not any(found for name, found in links.items() if name.startswith("list_"))


def test_parameters_are_never_null() -> None:
    for _, _, operation in OPERATIONS.values():
        for parameter in operation.get("parameters", []):
            assert "anyOf" not in parameter["schema"], parameter["name"]


WITHOUT_KEY = ("/oauth", "/v1/calculations/")
"""What keeps nothing to be replayed."""


def test_every_post_but_those_for_tokens_and_calculations_takes_an_idempotency_key_and_every_patch_a_version() -> None:
    for name, (method, path, operation) in OPERATIONS.items():
        headers = {one["name"] for one in operation.get("parameters", []) if one["in"] == "header"}
        assert ("idempotency-key" in headers) is (method == "post" and not path.startswith(WITHOUT_KEY)), name
        assert method != "patch" or "if-match" in headers


def test_what_may_be_null_is_a_list_of_types_or_one_reference_beside_null() -> None:
    for one in schemas(DOCUMENT):
        assert {"type": "null"} not in one.get("anyOf", []), one
        if {"type": "null"} in one.get("oneOf", []):
            assert len(one["oneOf"]) == 2, one
            assert "$ref" in one["oneOf"][1], one


def test_nothing_is_only_ever_null() -> None:
    for name, schema in SCHEMAS.items():
        assert not [member for member, one in schema.get("properties", {}).items() if kinds(one) == ["null"]], name


def test_integers_have_64_bits_and_maps_say_what_their_values_are() -> None:
    for one in schemas(DOCUMENT):
        if "integer" in kinds(one):
            assert one["format"] == "int64", one
        assert "patternProperties" not in one, one
        if "propertyNames" in one:
            assert {"type", "$ref"} & one["additionalProperties"].keys(), one


def test_what_may_be_left_out_has_no_default_that_says_so() -> None:
    assert not [one for one in schemas(DOCUMENT) if one.get("default", "there is none") in (None, "", {}, [])]


def test_a_reduced_date_has_its_pattern_wherever_it_stands() -> None:
    assert "pattern" in SCHEMAS["Agreement"]["properties"]["agreed_on"]
    for name, schema in SCHEMAS.items():
        for member, one in schema.get("properties", {}).items():
            date = member.endswith("_on") or member == "target_date"
            if date and one.get("format") != "date" and not name.startswith("Entry"):
                assert one["pattern"] == r"^[1-9][0-9]{3}(-[0-9]{2}){0,2}$", (name, member)


def test_an_answer_holds_no_closed_enumeration_and_a_request_no_open_one() -> None:
    """A new value comes within /v1: no generated client may refuse to read it."""
    operations = [operation for _, _, operation in OPERATIONS.values()]
    asked = reached([[one.get("parameters"), one.get("requestBody")] for one in operations], SCHEMAS)
    for name in reached([one["responses"] for one in operations], SCHEMAS) - asked:
        for one in every(SCHEMAS[name]):
            assert "enum" not in one or set(one) == {"enum"}, (name, one)
            assert "enum" not in SCHEMAS.get(str(one.get("$ref")).removeprefix(PREFIX), {}), (name, one)
    for name in asked:
        assert not [one for one in every(SCHEMAS[name]) if "x-extensible-enum" in one], name


def test_a_patch_is_declared_as_the_merge_patch_that_it_is() -> None:
    """Alone: of two media types beside each other openapi-python-client makes code that fails its own type check."""
    patches = [operation for method, _, operation in OPERATIONS.values() if method == "patch"]
    assert [list(one["requestBody"]["content"]) for one in patches] == [["application/merge-patch+json"]] * 2
    assert all("`application/json` is read as one" in one["description"] for one in patches)


def test_bounds_are_published_by_the_names_of_json_schema() -> None:
    """Behind a validator pydantic writes its own, `ge` and `max_length`, which no reader of the document holds anything to."""
    assert not [one for one in every(SCHEMAS) if {"ge", "gt", "le", "lt", "min_length", "max_length"} & one.keys()]


def test_a_change_needs_its_version() -> None:
    for name, (_, _, operation) in OPERATIONS.items():
        for parameter in operation.get("parameters", []):
            if parameter["name"] == "if-match":
                assert parameter["required"] is ("428" in operation["responses"]), name


def test_the_served_document_can_be_imported_as_it_is() -> None:
    served = create_app(Settings(public_url="https://pacta.example/register/")).openapi()
    assert [one["url"] for one in served["servers"]] == ["https://pacta.example/register"]
    flow = served["components"]["securitySchemes"]["ClientCredentials"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "https://pacta.example/register/oauth/token"
    assert served["security"] == [{"ClientCredentials": ["read", "write"]}, {"BearerToken": []}]
    assert DOCUMENT["servers"][0]["url"] == "/"


async def test_the_service_answers_while_its_document_is_still_being_made(monkeypatch: pytest.MonkeyPatch) -> None:
    app, answered = create_app(Settings()), Event()
    monkeypatch.setattr(app, "openapi", lambda: answered.wait(60) or pytest.fail("nobody was answered before"))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://pacta.test") as client,
    ):
        assert (await client.get("/livez")).status_code == 200
        answered.set()


def test_a_document_that_several_ask_for_at_once_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[FastAPI] = []

    def make(app: FastAPI, _: object) -> Any:
        made.append(app)
        sleep(0.05)
        return json.loads(FILE.read_text())

    monkeypatch.setattr("service.http.openapi.document.document", make)
    openapi = published(app := FastAPI(), (), "https://pacta.example", {})
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(openapi) for _ in range(4)]
    assert made == [app]
    assert all(one.result() is asked[0].result() for one in asked)


def schemas(value: Any) -> Iterator[dict[str, Any]]:
    """Return every schema in the document, at any depth, without examples."""
    if isinstance(value, list):
        for one in value:
            yield from schemas(one)
    if isinstance(value, dict):
        yield value
        for name, one in value.items():
            if name not in {"examples", "example"}:
                yield from schemas(one)


def kinds(schema: dict[str, Any]) -> list[str]:
    """Return the types of a schema."""
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else list(kind)


def test_no_member_has_the_name_of_its_own_schema() -> None:
    """Python's generator keeps both in one variable, which its type-checker refuses."""
    written = {name: re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in SCHEMAS}
    assert not [name for name, snake in written.items() if snake in SCHEMAS[name].get("properties", {})]


def test_every_answer_and_every_refusal_has_an_example_of_its_shape() -> None:
    kept = DOCUMENT["components"]["examples"]
    for operation in (one for item in DOCUMENT["paths"].values() for one in item.values()):
        for status, answered in operation["responses"].items():
            content = answered.get("content", {})
            for media in content.keys() & {"application/json", "application/problem+json"}:
                (one, *_) = content[media]["examples"].values()
                value = kept[one["$ref"].rpartition("/")[2]]["value"] if "$ref" in one else one["value"]
                assert known_shapes(operation["operationId"], int(status)).is_valid(value), (
                    operation["operationId"],
                    "write the examples anew: `uv run poe answers`, then `uv run poe openapi`",
                )
                assert media == "application/json" or (value["status"] == int(status) and told(value))
