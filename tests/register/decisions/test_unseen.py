"""What a caller may not see is named to it nowhere: not by what it may see, not in evidence, not in a trail, and the rest goes on."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from service.register.decisions.unseen import named
from tests.conftest import COMMISSION, Maker, World, item, organisation
from tests.register.commissions import chartering
from tests.register.commitments.test_journey import confirmed
from tests.register.documents.files import PDF
from tests.register.groups.grouping import ENERGY
from tests.register.groups.grouping import confirmed as answered
from tests.register.instruments.recording import SIGN, agreed, entered, leaf_of, record
from tests.three_parties import in_force

HIDDEN: Final = "PK-AZ/08/005"
"""The pilot's item that is restricted here."""
ADDRESSES: Final = "{0} {0}?as_of={2} /v1/commitments?reference=PK-AZ/08/{1} /v1/commitments/by-reference/PK-AZ/08/{1}"


@pytest.fixture
async def told(make_world: Maker, tmp_path: Path) -> World:
    """A register in which something public names something that is kept closer, in each way that there is."""
    world = await make_world(documents_dir=tmp_path / "documents")
    await confirmed(world, item(7), {"action": "merge", "target": HIDDEN, "reason": "R"})
    await confirmed(world, item(11), {"action": "supersede", "successors": ["PK-AZ/08/003", HIDDEN], "reason": "R"})
    return world


async def read(world: World, path: str, who: str) -> Any:
    answer = await world.as_(who).get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def addresses(number: int) -> list[str]:
    return ADDRESSES.format(f"/v1/commitments/{item(number)}", f"{number:03}", datetime.now(UTC).date()).split()


async def test_a_successor_that_is_kept_closer_stands_nowhere_on_what_it_replaced(told: World) -> None:
    await told.sequence()
    for number, left in ((7, []), (11, ["PK-AZ/08/003"])):
        for path in addresses(number):
            for who, expected in (("observer", left), ("PK", [*left, HIDDEN]), ("auditor", [*left, HIDDEN])):
                found = await read(told, path, who)
                found = found["items"][0] if "items" in found else found
                assert (found["successors"], found["successor"]) == (expected, expected[0] if expected else None), path
                assert found["state"] in {"merged", "superseded"}
        for path in (f"/v1/commitments/{item(number)}/transitions", f"/v1/transitions?commission_id={COMMISSION}"):
            seen = (await read(told, path, "observer"))["items"]
            mine = [
                one for one in seen if one["matter"]["id"] == item(number) and one["action"] in {"merge", "supersede"}
            ]
            assert [one["evidence"] for one in mine] == [{"move": "withheld"}]
            assert await read(told, f"/v1/transitions/{mine[0]['id']}", "observer")
            whole = (await read(told, f"/v1/transitions/{mine[0]['id']}", "AZ"))["evidence"]
            assert HIDDEN in json.dumps(whole)
    for path in (
        f"/v1/commissions/{COMMISSION}/report?audience=public",
        f"/v1/commissions/{COMMISSION}/audit-trail?limit=200",
    ):
        assert HIDDEN not in json.dumps(await read(told, path, "observer"))
    assert HIDDEN not in (await told.as_("observer").get(f"/v1/commissions/{COMMISSION}/export.csv")).text


async def test_an_entry_that_names_it_is_left_out_and_the_next_one_has_its_hash(told: World) -> None:
    await told.sequence()
    reason = {"action": "correct", "fact": "remark", "value": "Said later.", "reason": "R"}
    trail = f"/v1/commitments/{item(7)}/audit-trail"
    whole = (await read(told, trail, "PK"))["items"]
    await confirmed(told, item(7), reason | {"corrects": whole[-1]["leaf_hash"]})
    await told.sequence()
    whole = (await read(told, trail, "PK"))["items"]
    for limit in (1, 2, 50):
        seen, query = [], f"?limit={limit}"
        while query:
            page = await read(told, trail + query, "observer")
            seen += page["items"]
            assert len(page["items"]) == limit or page["next_cursor"] is None
            query = page["next_cursor"] and f"?limit={limit}&cursor={page['next_cursor']}"
        assert HIDDEN not in json.dumps(seen)
        left_out = {one["seq"] for one in whole} - {one["seq"] for one in seen}
        assert len(left_out) == 2
        after = next(one for one in seen if one["seq"] == max(left_out) + 1)
        assert json.loads(after["canonical"])["prev"] == whole[max(left_out)]["leaf_hash"]


async def test_a_group_that_hands_over_what_is_kept_closer_names_it_to_nobody_who_may_not_see_it(told: World) -> None:
    group = "/v1/working-groups/PK-AZ/JWG/defence"
    body = {"action": "hand_over", "receiver_id": ENERGY, "commitments": [HIDDEN, "PK-AZ/08/006"]}
    made = await told.as_("PK").post(f"{group}/transitions", json=body)
    assert made.status_code == 201, made.text
    await answered(told, made.json()["id"])
    await told.sequence()
    for path in (f"{group}/transitions", f"{group}/audit-trail", group):
        said = json.dumps(await read(told, path, "observer"))
        assert item(5) not in said
        assert HIDDEN not in said
    (seen,) = [
        one for one in (await read(told, f"{group}/transitions", "observer"))["items"] if one["action"] == "hand_over"
    ]
    assert (seen["status"], seen["evidence"]) == ("effective", {"move": "withheld"})
    assert item(5) in json.dumps(await read(told, f"{group}/transitions", "AZ"))


async def test_an_instrument_that_is_kept_closer_is_named_by_no_commitment_that_it_carries(told: World) -> None:
    one = (await entered(told, commitment_ids=[item(2)], confidentiality="parties"))["id"]
    await agreed(told, one, SIGN)
    await told.sequence()
    for path in (
        *addresses(2),
        f"/v1/commitments/{item(2)}/audit-trail",
        f"/v1/commissions/{COMMISSION}/audit-trail?limit=200",
    ):
        assert one not in json.dumps(await read(told, path, "observer")), path
        assert one in json.dumps(await read(told, path, "AZ")), path
    found = (await read(told, f"/v1/commitments/{item(2)}", "observer"))["instrument"]
    assert (found["id"], found["state"]) == (None, "signed")


async def test_an_instrument_that_is_kept_closer_is_named_by_none_that_is_related_to_it(told: World) -> None:
    hidden, open_one = [
        (await entered(told, commitment_ids=[item(number)], confidentiality=kept))["id"]
        for number, kept in ((2, "parties"), (3, "public"))
    ]
    both = [{"kind": "implements", "instrument_id": one} for one in (hidden, open_one)]
    recorded = (await entered(told, commitment_ids=[item(4)], confidentiality="public", relations=both))["id"]
    amended = (await entered(told, confidentiality="public"))["id"]
    await agreed(told, amended, {"action": "amend", "changes": {"relations": both}, "reason": "R"})
    fact = {"action": "correct", "fact": "relations", "value": both[::-1], "reason": "R"}
    await agreed(told, amended, fact | {"corrects": await leaf_of(told, amended)})
    await told.sequence()
    for one in (recorded, amended):
        address = f"/v1/instruments/{one}"
        paths = [
            address,
            f"{address}?as_of={datetime.now(UTC).date()}",
            f"/v1/instruments?kind=agreement&commission_id={COMMISSION}",
        ]
        for path in [*paths, f"{address}/transitions", f"{address}/audit-trail"]:
            assert hidden not in json.dumps(await read(told, path, "observer")), path
            # Confirming what was recorded says no more than that.
            told_of = one == amended or path != f"{address}/transitions"
            assert (hidden in json.dumps(await read(told, path, "AZ"))) is told_of, path
        seen = (await read(told, address, "observer"))["relations"]
        assert [each["instrument_id"] for each in seen] == [open_one]


@pytest.mark.parametrize("part", [None, "provisional", "later_parties"])
async def test_an_instrument_that_is_kept_closer_is_named_by_no_clause_that_awaits_it(
    told: World, part: str | None
) -> None:
    hidden = (await entered(told, commitment_ids=[item(2)], confidentiality="parties"))["id"]
    awaiting = {"anchor": "last_notification", "not_before": hidden.upper()}
    rule = {"anchor": "signature", part: awaiting} if part else awaiting
    recorded = (await entered(told, confidentiality="public", entry_into_force=rule, entering={"found_in": "signed"}))[
        "id"
    ]
    later = {"entry_into_force": {**rule, "steps": [{"days": 30}]}}
    await agreed(told, recorded, {"action": "amend", "changes": later, "reason": "R"})
    await told.sequence()
    address = f"/v1/instruments/{recorded}"
    listed = f"/v1/instruments?commission_id={COMMISSION}"
    report = f"/v1/commissions/{COMMISSION}/report"
    for path in (address, f"{address}?as_of={datetime.now(UTC).date()}", listed, report):
        assert hidden not in json.dumps(await read(told, path, "observer")).lower(), path
        assert hidden in json.dumps(await read(told, path, "AZ")).lower(), path
    for path in (f"{address}/transitions", f"{address}/audit-trail"):
        assert hidden not in json.dumps(await read(told, path, "observer")).lower(), path
    seen, whole = [await read(told, address, who) for who in ("observer", "AZ")]
    assert (seen["entry_into_force"][part] if part else seen["entry_into_force"])["not_before"] == "withheld"
    for name in ("in_force_from", "force", "steps_missing_of"):
        assert seen[name] == whole[name]


async def test_nobody_confirms_a_text_that_is_related_to_what_it_may_not_see(world: World) -> None:
    await world.second_principal("az-co-lead", organisation_id=organisation(204))
    hidden = (await entered(world, confidentiality="restricted"))["id"]
    related = [{"kind": "implements", "instrument_id": hidden}]
    made = await record(world, commitment_ids=[item(7)], confidentiality="parties", relations=related)
    address, yes = f"/v1/transitions/{made['open_transition']['id']}", {"decision": "confirm"}
    refused = await world.as_("az-co-lead").post(f"{address}/confirmations", json=yes)
    assert (refused.status_code, "It names what you may not see" in refused.json()["detail"]) == (403, True), (
        refused.text
    )
    assert (await world.as_("AZ").post(f"{address}/confirmations", json=yes)).json()["status"] == "effective"


async def test_a_document_that_is_kept_closer_has_no_entry_for_who_may_not_read_it(told: World) -> None:
    made = []
    for said in ({"confidentiality": "restricted"}, {}):
        address = f"/v1/documents?{urlencode({'matter_id': 'PK-AZ/08/008', 'role': 'annex', **said})}"
        done = await told.as_("PK").post(address, files={"file": ("plan.pdf", PDF)})
        assert done.status_code == 201, done.text
        made.append(done.json()["id"])
    for document in made:
        await told.as_("PK").post(f"/v1/documents/{document}/withdrawal", json={"reason": "R"})
    await told.sequence()
    for path in (f"/v1/commitments/{item(8)}/audit-trail", f"/v1/commissions/{COMMISSION}/audit-trail?limit=200"):
        seen = json.dumps(await read(told, path, "observer"))
        assert [one in seen for one in made] == [False, True]
        whole = json.dumps(await read(told, path, "AZ"))
        assert [one in whole for one in made] == [True, True]


async def test_nobody_confirms_what_names_what_it_may_not_see_and_its_secretariat_does(world: World) -> None:
    await world.second_principal("az-co-lead", organisation_id=organisation(204))
    body = {"action": "merge", "target": HIDDEN, "reason": "R"}
    made = await world.as_("PK").post(f"/v1/commitments/{item(7)}/transitions", json=body)
    address, yes = f"/v1/transitions/{made.json()['id']}", {"decision": "confirm"}
    assert (await read(world, address, "az-co-lead"))["evidence"] == {"move": "withheld"}
    refused = await world.as_("az-co-lead").post(f"{address}/confirmations", json=yes)
    assert (refused.status_code, "It names what you may not see" in refused.json()["detail"]) == (403, True)
    many = {"transitions": [{"id": made.json()["id"]}], **yes}
    answer = await world.as_("az-co-lead").post(f"/v1/commissions/{COMMISSION}/confirmations", json=many)
    assert (await read(world, address, "AZ"))["status"] == "open", answer.text
    assert (await world.as_("AZ").post(f"{address}/confirmations", json=yes)).json()["status"] == "effective"


async def test_who_may_not_see_it_still_refuses(world: World) -> None:
    await world.second_principal("az-co-lead", organisation_id=organisation(204))
    body = {"action": "merge", "target": HIDDEN, "reason": "R"}
    made = await world.as_("PK").post(f"/v1/commitments/{item(7)}/transitions", json=body)
    no = {"decision": "refuse", "reason": "R"}
    done = await world.as_("az-co-lead").post(f"/v1/transitions/{made.json()['id']}/confirmations", json=no)
    assert (done.status_code, done.json()["status"]) == (201, "refused")


@pytest.mark.parametrize("spelled", ["id", "code"])
async def test_a_commission_that_follows_is_named_to_nobody_who_may_not_see_it(world: World, spelled: str) -> None:
    seats = {"PK": organisation(101), "AZ": organisation(201)}
    follower = await in_force(world, seats, founded_on="2020", suffix="DEF")
    assert (await world.as_("observer").get(f"/v1/commissions/{follower['id']}")).status_code == 404
    await chartering.agreed(world, chartering.DISSOLVE | {"successor": follower[spelled]})
    await world.sequence()
    trail = f"/v1/commissions/{COMMISSION}"
    for path in (trail, "/v1/commissions", f"{trail}/transitions", f"{trail}/audit-trail?limit=200"):
        for name in ("id", "code"):
            assert follower[name] not in json.dumps(await read(world, path, "observer")), path
        shown = follower[spelled] if "/transitions" in path or "/audit-trail" in path else follower["code"]
        assert shown in json.dumps(await read(world, path, "AZ")), path
    found = [(await read(world, trail, who))["successor"] for who in ("observer", "AZ")]
    assert found == [None, "PK-AZ.DEF"]


def test_what_a_commission_with_a_suffix_numbers_is_a_name_too() -> None:
    said = ["PK-AZ.DEF/08/005", "PK-AZ/08/d-7kq2", "PK-AZ-TR/I/0003", "PK-AZ", "PK-AZ.2"]
    assert list(named({"evidence": [{"successors": said}, {"target": "no name"}, {"reason": said[0]}]})) == said
