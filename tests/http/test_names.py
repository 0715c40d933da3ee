"""Wherever a request takes the id of a thing it takes its code too: in path, query and body, and it tells nothing more by it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.conftest import COMMISSION, SESSION_8, SESSION_9, World, item, organisation
from tests.register.commissions.meeting import CANCEL, HOLD, agreed, begin, read
from tests.register.commitments.test_journey import RECORD
from tests.three_parties import record_in

OWN = {"request_id", "instance"}
"""Members of a problem that differ from request to request."""


@pytest.mark.parametrize(
    ("code", "address"),
    [
        ("/v1/commissions/PK-AZ", f"/v1/commissions/{COMMISSION}"),
        ("/v1/commissions/PK-AZ/sessions", f"/v1/commissions/{COMMISSION}/sessions"),
        ("/v1/sessions/PK-AZ/08", f"/v1/sessions/{SESSION_8}"),
        ("/v1/sessions/PK-AZ%2F08", f"/v1/sessions/{SESSION_8}"),
        ("/v1/sessions/PK-AZ/08/transitions", f"/v1/sessions/{SESSION_8}/transitions"),
        ("/v1/commitments/PK-AZ/08/004", f"/v1/commitments/{item(4)}"),
        ("/v1/commitments/PK-AZ%2F08%2F004/transitions", f"/v1/commitments/{item(4)}/transitions"),
        ("/v1/commitments/PK-AZ/08/004/audit-trail", f"/v1/commitments/{item(4)}/audit-trail"),
        ("/v1/commitments?session_id=PK-AZ/08&state=signed", f"/v1/commitments?session_id={SESSION_8}&state=signed"),
        (
            "/v1/commitments?commission_id=PK-AZ&q=cotton%20%26%20seed&sector=",
            f"/v1/commitments?commission_id={COMMISSION}&q=cotton%20%26%20seed&sector=",
        ),
        ("/v1/commissions/pk-az", f"/v1/commissions/{COMMISSION}"),
        ("/v1/sessions/pk-Az/08/transitions", f"/v1/sessions/{SESSION_8}/transitions"),
        ("/v1/commitments/pk-az/08/004", f"/v1/commitments/{item(4)}"),
        ("/v1/working-groups/pk-az/jwg/Trade", "/v1/working-groups/PK-AZ/JWG/trade"),
        ("/v1/organisations/pk/ead", f"/v1/organisations/{organisation(101)}"),
        ("/v1/commitments?session_id=pk-az/08&state=signed", f"/v1/commitments?session_id={SESSION_8}&state=signed"),
        ("/v1/transitions?commission_id=PK-AZ", f"/v1/transitions?commission_id={COMMISSION}"),
    ],
)
async def test_what_is_read_by_its_code_is_what_is_read_by_its_id(still: World, code: str, address: str) -> None:
    by_code, by_id = [await still.as_("PK").get(one) for one in (code, address)]
    assert by_id.status_code == 200, by_id.text
    assert by_code.status_code == 200, by_code.text
    assert by_code.json() == by_id.json()


async def test_a_body_names_things_by_their_codes_and_the_record_holds_their_ids(world: World) -> None:
    named = {**RECORD, "commission_id": "PK-AZ", "session_id": "PK-AZ/08", "titles": {"en": "PK-AZ/08"}}
    made = await world.as_("PK").post("/v1/commitments", json=named)
    assert made.status_code == 201, made.text
    assert made.json()["session_id"] == SESSION_8
    assert made.json()["titles"] == {"en": "PK-AZ/08"}, "a text is left as it is"
    again = await world.as_("PK").get(f"/v1/commitments/{made.json()['id']}/audit-trail")
    assert again.json()["items"][0]["data"]["commitment"]["session_id"] == SESSION_8


async def test_codes_are_read_in_large_and_small_letters_and_a_client_id_that_looks_like_one_is_none(
    world: World,
) -> None:
    named = {**RECORD, "commission_id": "pk-az", "session_id": "Pk-aZ/08", "working_group_id": "pk-az/jwg/TRADE"}
    made = await world.as_("PK").post("/v1/commitments", json=named)
    assert made.status_code == 201, made.text
    assert (made.json()["session_id"], made.json()["working_group"]["code"]) == (SESSION_8, "PK-AZ/JWG/trade")
    draft = made.json()["reference"]
    for spelling in (draft, draft.lower(), draft.upper()):
        assert (await world.as_("PK").get(f"/v1/commitments/{spelling}")).json()["id"] == made.json()["id"]
    for client_id in ("PK-EA", "pk-ea"):
        body = {"client_id": client_id, "name": "N", "kind": "representative", "organisation_id": "pk/ead"}
        registered = await world.as_("PK").post("/v1/principals", json=body)
        assert (registered.status_code, registered.json().get("client_id")) == (201, client_id), registered.text
        assert registered.json()["organisation"]["code"] == "PK/EAD"


async def test_evidence_and_lists_of_matters_name_them_so_too(world: World) -> None:
    moved = {"action": "carry_over", "session_id": "PK-AZ/09", "reason": "It was not dealt with (sample)."}
    made = await world.as_("PK").post("/v1/commitments/PK-AZ/08/004/transitions", json=moved)
    assert made.status_code == 201, made.text
    assert made.json()["evidence"]["session_id"] == SESSION_9
    many = {"action": "suspend", "reason": "Elections (sample).", "matters": ["PK-AZ/08/007", item(8)]}
    told = await world.as_("PK").post("/v1/commissions/PK-AZ/proposals", json=many)
    assert told.status_code == 200, told.text
    assert [one["id"] for one in told.json()["results"]] == [item(7), item(8)]


@pytest.mark.parametrize("address", ["/v1/commitments/{}", "/v1/commitments/{}/transitions"])
async def test_what_one_may_not_see_and_what_is_not_there_are_refused_alike(still: World, address: str) -> None:
    refused = [
        await still.as_("observer").get(address.format(code)) for code in ("PK-AZ/08/005", "PK-AZ/08/999", item(99))
    ]
    assert [one.status_code for one in refused] == [404] * 3
    told = [{name: value for name, value in one.json().items() if name not in OWN} for one in refused]
    assert told[0] == told[1] == told[2]


async def test_of_many_at_once_they_are_refused_alike_too(still: World) -> None:
    many = {"action": "suspend", "reason": "Elections (sample).", "matters": ["PK-AZ/08/998", "PK-AZ/08/999"]}
    told = await still.as_("PK").post("/v1/commissions/PK-AZ/proposals", json=many)
    assert [one["problem"]["status"] for one in told.json()["results"]] == [404, 404], told.text


async def test_nobody_learns_the_id_of_what_it_may_not_see_by_sending_its_code(world: World) -> None:
    made = await record_in(world, COMMISSION, 1, confidentiality="restricted")
    await world.second_principal("pk-health", organisation_id=organisation(106))
    codes, ids, refused = [made["reference"], "PK-AZ/00/d-2222"], [], []
    for code in codes:
        for matters in ([code], [{"matter_id": code, "version": 1}], code):
            many = {"action": "suspend", "reason": "Elections (sample).", "matters": matters}
            told = await world.as_("pk-health").post("/v1/commissions/PK-AZ/proposals", json=many)
            assert made["id"] not in told.text
            ids += [UUID(one["id"]).version for one in told.json().get("results", [])]
            refused += [one["detail"] for one in told.json().get("errors", [])]
    assert ids == [5] * 4, "an id of which nobody knows what it names, or whether"
    assert [code in said for code, said in zip(codes, refused, strict=True)] == [True, True], refused


async def test_a_code_that_names_nothing_is_refused_where_it_stands(still: World) -> None:
    for session in ("PK-AZ/77", "PK-AZ", "PK/MODP"):
        refused = await still.as_("PK").post("/v1/commitments", json={**RECORD, "session_id": session})
        assert refused.status_code == 422, refused.text
        assert [one["pointer"] for one in refused.json()["errors"]] == ["/session_id"]


async def test_what_is_no_code_is_told_how_one_looks(still: World) -> None:
    refused = await still.as_("PK").post("/v1/commitments", json={**RECORD, "session_id": "the eighth"})
    assert refused.status_code == 422
    (said,) = [one["detail"] for one in refused.json()["errors"] if one["pointer"] == "/session_id"]
    assert "PK-AZ/08" in said


async def test_a_number_that_two_plans_share_names_neither_and_later_the_one_that_was_held(world: World) -> None:
    first, second = [await begin(world, by, ordinal=12, starts_on="2030-05") for by in ("PK", "AZ")]
    assert (await world.as_("PK").get("/v1/sessions/PK-AZ/12")).status_code == 404
    await agreed(world, first["id"], HOLD)
    assert (await world.as_("PK").get("/v1/sessions/PK-AZ/12")).json()["id"] == first["id"]
    await agreed(world, second["id"], CANCEL)
    assert (await read(world, "PK-AZ/12"))["id"] == first["id"]


async def test_a_session_of_a_group_has_the_groups_code_and_is_not_taken_for_the_commissions(world: World) -> None:
    body = {"action": "plan", "working_group_id": "pk-az/jwg/trade", "ordinal": 8, "starts_on": "2030-05"}
    made = (await world.as_("PK").post("/v1/commissions/PK-AZ/sessions", json=body)).json()
    assert made["reference"] == "PK-AZ/JWG/trade/08"
    for code in ("PK-AZ/JWG/trade/08", "pk-az/jwg/Trade/08", "PK-AZ%2FJWG%2Ftrade%2F08"):
        assert (await read(world, code))["id"] == made["id"]
    assert (await read(world, "PK-AZ/08"))["id"] == SESSION_8
    named = {**RECORD, "session_id": "PK-AZ/JWG/trade/08"}
    recorded = await world.as_("PK").post("/v1/commitments", json=named)
    assert recorded.status_code == 201, recorded.text
    assert recorded.json()["session"] == {"id": made["id"], "code": "PK-AZ/JWG/trade/08", "name": "Session 8"}
    extraordinary = (await world.as_("PK").post("/v1/commissions/PK-AZ/sessions", json={"action": "plan"})).json()
    assert (await read(world, extraordinary["id"]))["reference"] == "PK-AZ/00"
    assert (await world.as_("PK").get("/v1/sessions/PK-AZ/00")).status_code == 404


async def test_no_session_tells_of_a_group_that_only_its_parties_may_know(world: World) -> None:
    founding = {
        "commission_id": "PK-AZ",
        "sector": "education",
        "titles": {"en": "Education (sample)"},
        "founding_act": "Letters (sample)",
        "co_lead_organisation_id": "PK/EAD",
    }
    group = (await world.as_("PK").post("/v1/working-groups", json=founding)).json()
    body = {"action": "plan", "working_group_id": group["id"], "ordinal": 3, "host_party": "PK", "venue": "V (sample)"}
    made = (await world.as_("PK").post("/v1/commissions/PK-AZ/sessions", json=body)).json()
    await agreed(world, made["id"], HOLD)
    code = f"{group['reference']}/03"
    for who in ("PK", "observer"):
        told = (await world.as_(who).get(f"/v1/sessions/{made['id']}")).json()
        assert told["reference"] == "PK-AZ/03"
        assert (await world.as_(who).get(f"/v1/sessions/{code}")).status_code == 404
    await world.as_("AZ").post(
        f"/v1/transitions/{group['open_transition']['id']}/confirmations", json={"decision": "confirm"}
    )
    for who in ("PK", "observer"):
        found = await world.as_(who).get(f"/v1/sessions/{code}")
        assert (found.json()["id"], found.json()["reference"]) == (made["id"], code)


async def test_a_trailing_slash_another_method_and_head_are_as_everywhere(still: World) -> None:
    there = still.as_("PK")
    assert (await there.get("/v1/sessions/PK-AZ/08/")).status_code == 404
    assert (await there.head("/v1/sessions/PK-AZ/08")).status_code == 200
    refused = await there.delete("/v1/commitments/PK-AZ/08/004")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, PATCH")


async def test_more_codes_than_any_list_holds_are_refused_before_they_are_looked_up(still: World) -> None:
    many: dict[str, Any] = {"action": "suspend", "matters": [f"PK-AZ/08/{number:04}" for number in range(1500)]}
    refused = await still.as_("PK").post("/v1/commissions/PK-AZ/proposals", json=many)
    assert refused.status_code == 422
    assert "1501" in refused.json()["detail"]


async def test_one_session_in_two_spellings_is_found_under_both(still: World) -> None:
    found = await still.as_("PK").get("/v1/commitments?session_id=PK-AZ/08&session_id=PK-AZ/008&limit=200")
    assert len(found.json()["items"]) == 14


async def test_the_name_of_a_parameter_may_be_spelled_by_percent(still: World) -> None:
    assert len((await still.as_("PK").get("/v1/commitments?session%5Fid=PK-AZ%2F08")).json()["items"]) == 14


async def test_nobody_makes_the_database_look_for_codes_without_a_good_token(
    still: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    async def named(_: object, codes: Collection[str]) -> dict[str, UUID]:
        asked.append(codes)
        return {}

    monkeypatch.setattr(still.service, "named", named)
    for address in ("/v1/commitments/PK-AZ/08/004", "/v1/commitments?session_id=PK-AZ/08"):
        for token in ({}, {"Authorization": "Bearer nonsense"}):
            assert (await still.as_("").get(address, headers=token)).status_code == 401
    assert asked == []


async def test_bytes_that_are_no_text_in_a_query_are_refused(still: World) -> None:
    for query in (b"session_id=%FF", b"session_id=PK-AZ/08&working_group_id=%FF"):
        address = httpx.URL("http://test/v1/commitments").copy_with(query=query)
        assert (await still.as_("PK").get(address)).status_code in {400, 422}
