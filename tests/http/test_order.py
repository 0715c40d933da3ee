"""In which order a request is judged: who asks (401), what is there (404), who may (403), and only then what was sent (422)."""

from typing import Any
from uuid import uuid4

import pytest

from service.http.bodies import json_body
from service.http.openapi.pilot import PILOT
from tests.conftest import SESSION_8, World, item
from tests.http.test_refusals import refused

BODIES: list[Any] = [None, {}, [], "x", {"nonsense": 1}, {"action": "fly"}, {"titles": 5}]
"""None is no body at all."""
ANYBODYS = {"/v1/me/secrets", "/v1/calculations/entry-into-force", "/v1/calculations/periods"}


async def operations(world: World) -> list[tuple[str, str, bool]]:
    """Return method, path and whether there is an id in it, of each operation that takes a body in JSON."""
    document = world.app.openapi()
    return [
        (method, path, "{" in path)
        for path, found in document["paths"].items()
        for method, operation in found.items()
        if json_body(operation)
    ]


def placed(path: str, given: dict[str, str] | None = None) -> str:
    """Return the path with ids of the pilot, or the same id everywhere."""
    return path.format(**{**{name: str(value) for name, value in PILOT.items()}, **(given or {})})


async def test_a_patch_is_among_what_is_asked(still: World) -> None:
    """It has a media type of its own; whoever looks for plain JSON passes over it without a word."""
    asked = [method for method, _, _ in await operations(still)]
    assert asked.count("patch") == 2
    assert len(asked) > 28


async def test_nobody_is_told_of_its_content_before_it_is_known_who_asks(still: World) -> None:
    for method, path, _ in await operations(still):
        for body in BODIES:
            assert (await still.as_("").request(method, placed(path), json=body)).status_code == 401, path


async def test_who_may_not_is_told_so_before_its_content_is_judged(worn: World) -> None:
    public = {"commitment_id": item(4), "transition_id": item(4)}
    for method, path, _ in await operations(worn):
        if path in ANYBODYS:
            continue
        for who in ("observer", "auditor"):
            for body in BODIES:
                answer = await worn.as_(who).request(method, placed(path, public), json=body)
                # What one may not see is not there; a commitment of the parties is not there for an observer.
                assert answer.status_code in {403, 404}, (who, method, path, answer.text)


async def test_what_is_not_there_is_told_before_the_content_is_judged(still: World) -> None:
    absent = {**dict.fromkeys(PILOT, str(uuid4())), "party": "XX"}
    for method, path, has_id in await operations(still):
        if not has_id:
            continue
        who = "administrator" if "/principals/" in path else "PK"
        for body in BODIES:
            answer = await still.as_(who).request(method, placed(path, absent), json=body)
            assert answer.status_code == 404, (method, path, answer.text)


async def test_a_representative_without_a_part_is_told_so_before_its_content_is_judged(world: World) -> None:
    tr = await world.second_principal("pk-health", organisation_id="01940000-0000-7000-8000-000000000106")
    made = await world.as_("PK").post(
        f"/v1/commitments/{item(4)}/transitions", json={"action": "redraft", "reason": "x"}
    )
    for path, body in (
        ("/v1/commitments", {"commission_id": str(PILOT["commission_id"]), "titles": 5}),
        ("/v1/working-groups", {"commission_id": str(PILOT["commission_id"]), "titles": 5}),
        (f"/v1/commissions/{PILOT['commission_id']}/sessions", {}),
        (f"/v1/transitions/{made.json()['id']}/confirmations", {"decision": "perhaps"}),
        (f"/v1/transitions/{made.json()['id']}/withdrawal", {"reason": 5}),
    ):
        found = refused(await world.as_(tr).post(path, json=body), 403)
        part = (
            "and not of its secretariat"
            if path.endswith("/sessions")
            else "of neither its secretariat nor the working group"
        )
        assert f"You are a representative of PK, {part}" in found["detail"]
    patched = await world.as_(tr).patch(f"/v1/commitments/{item(4)}", json={"nonsense": 1})
    assert refused(patched, 403)["permission"] == "edit_party_facts"


async def test_a_version_is_asked_for_after_what_is_there_and_who_may(still: World) -> None:
    for who, path, status in (
        ("PK", f"/v1/sessions/{uuid4()}", 404),
        ("administrator", f"/v1/sessions/{SESSION_8}", 403),
        ("PK", f"/v1/commitments/{uuid4()}", 404),
        ("auditor", f"/v1/commitments/{item(4)}", 403),
        ("PK", f"/v1/commitments/{item(4)}", 428),
    ):
        assert (await still.as_(who).patch(path, json={})).status_code == status, path


async def test_an_id_in_the_path_that_does_not_exist_is_not_there(still: World) -> None:
    path = placed("/v1/working-groups/{working_group_id}/members/{organisation_id}", {"organisation_id": str(uuid4())})
    answer = await still.as_("PK").put(path, json={"role": "member"})
    assert answer.status_code == 404, answer.text


async def test_a_body_that_did_not_come_is_told_to_be_needed_whatever_it_was_to_be(still: World) -> None:
    told = 0
    for method, path, _ in await operations(still):
        for kind in ({}, {"Content-Type": "application/json"}):
            answer = await still.as_("PK").request(method, placed(path), headers={"If-Match": '"0"'} | kind)
            if answer.status_code not in {403, 404, 409, 412}:
                (fault,) = refused(answer, 422)["errors"]
                assert not fault["pointer"]
                assert fault["detail"].startswith("is needed: "), path
                told += 1
    assert told > 30


async def test_a_parameter_that_two_readers_want_is_missed_once(still: World) -> None:
    for query, wrong in (
        ("", ["matter_id", "role"]),
        ("?matter_id=PK-AZ", ["role"]),
        ("?role=anex", ["matter_id", "role"]),
    ):
        found = refused(await still.as_("PK").post(f"/v1/documents{query}"), 422)
        assert [one["parameter"] for one in found["errors"]] == wrong
        assert found["detail"].startswith(f"{len(wrong)} thing"), found["detail"]


@pytest.mark.parametrize(("body", "instead"), [([{"action": "sign"}], "a list"), ("sign", '"sign"'), (5, "5")])
async def test_a_body_that_is_no_object_is_told_that_one_is_expected(still: World, body: object, instead: str) -> None:
    told = 0
    for method, path, _ in await operations(still):
        sent = {"json": body, "headers": {"If-Match": '"0"'}}
        answer = await still.as_("PK").request(method, placed(path), **sent)  # type: ignore[arg-type]
        if answer.status_code not in {403, 404, 409, 412}:
            (fault,) = refused(answer, 422)["errors"]
            assert not fault["pointer"]
            assert fault["detail"].startswith("must be an object"), path
            assert fault["detail"].endswith(f", not {instead}"), path
            told += 1
    assert told > 15
