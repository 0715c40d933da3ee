"""Setting up over the API: the command's file and steps, within the caller's own rights; secrets are in the answer alone."""

import asyncio
from typing import Any

import httpx
import pytest

from service.exchange.setting_up import over_http
from service.exchange.setting_up.calls import Api, Unanswered
from service.exchange.setting_up.file import EXAMPLE, read
from service.http.at_once import AtOnce
from tests.conftest import World
from tests.http.test_refusals import refused

TEXT = EXAMPLE.read_text()
PATH = "/v1/set-ups?dry_run=false"


async def sent(world: World, who: str, text: str = TEXT, path: str = PATH, **headers: str) -> httpx.Response:
    headers = {"Content-Type": "application/yaml"} | {name.replace("_", "-"): one for name, one in headers.items()}
    return await world.as_(who).post(path, content=text.encode(), headers=headers)


async def done(world: World, who: str, text: str = TEXT, path: str = PATH) -> Any:
    answer = await sent(world, who, text, path)
    assert answer.status_code == 200, answer.text
    assert answer.json()["unfinished"] is None
    return answer.json()


def did(answer: Any) -> set[str]:
    return {one["did"] for one in answer["lines"]}


def enter(world: World, answer: Any) -> None:
    """Let whoever was registered log in from now on."""
    for one in answer["secrets"]:
        world.credentials[one["client_id"]] = one


async def test_two_governments_are_set_up_by_one_operation_that_each_calls_for_itself(world: World) -> None:
    tried = await done(world, "administrator", path="/v1/set-ups")
    assert tried["dry_run"]
    assert all(one["planned"] for one in tried["lines"])
    assert not tried["secrets"]
    made = await done(world, "administrator")
    assert (did(made), made["part"]) == ({"made"}, "administrator")
    assert [one["client_id"] for one in made["secrets"]] == ["tr-trade-system", "kz-industry-system"]
    again = await done(world, "administrator")
    assert (did(again), again["secrets"]) == ({"there"}, [])
    enter(world, made)
    first = await done(world, "tr-trade-system")
    assert did(first) == {"made", "waits"}
    assert [one["client_id"] for one in first["secrets"]] == ["tr-customs-system"]
    second = await done(world, "kz-industry-system")
    assert did(second) == {"made", "proposed", "there"}
    third = await done(world, "tr-trade-system")
    assert {"made", "confirmed"} <= did(third) <= {"made", "confirmed", "there"}
    for who in ("tr-trade-system", "kz-industry-system", "administrator"):
        assert did(await done(world, who)) == {"there"}
    group = (await world.as_("tr-trade-system").get("/v1/working-groups/TR-KZ/JWG/trade")).json()
    assert (group["state"], group["without_co_lead"], len(group["members"])) == ("active", [], 3)


async def test_json_of_the_same_shape_does_the_same(world: World) -> None:
    said = read(TEXT.encode()).model_dump(mode="json", exclude_unset=True)
    answer = await world.as_("administrator").post(PATH, json=said)
    assert (answer.status_code, did(answer.json())) == (200, {"made"})
    assert did(await done(world, "administrator")) == {"there"}


async def test_a_secret_is_in_the_answer_and_nowhere_else(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    answer = await sent(world, "administrator", Idempotency_Key="set-up-1")
    secrets = [one["client_secret"] for one in answer.json()["secrets"]]
    assert answer.headers["cache-control"] == "no-store"
    assert len(secrets) == 2
    connection = await world.connect()
    kept = await connection.fetch("SELECT body FROM idempotency_key")
    assert len(kept) > 2
    told = capfd.readouterr()
    for secret in secrets:
        assert not any(secret.encode() in (row["body"] or b"") for row in kept)
        assert secret not in told.out + told.err
    again = await sent(world, "administrator", Idempotency_Key="set-up-1")
    assert (did(again.json()), again.json()["secrets"]) == ({"there", "made"}, [])
    founded = "SELECT count(*) FROM commission WHERE code = 'TR-KZ'"
    assert await connection.fetchval(founded) == 1, (
        "the administrator, who cannot read it, is answered as the first time"
    )


async def test_under_one_key_two_runs_that_meet_make_one_of_each(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(world, await done(world, "administrator"))
    await done(world, "kz-industry-system")
    await done(world, "tr-trade-system")
    # In two processes the bound of one run for each caller does not hold.
    monkeypatch.setattr(over_http, "running", AtOnce())
    later = TEXT.replace("ordinal: 1", "ordinal: 2").replace("founded_at_session: 1", "founded_at_session: 2")
    runs = [sent(world, "kz-industry-system", later, Idempotency_Key="twice") for _ in range(2)]
    for answer in await asyncio.gather(*runs):
        assert answer.status_code == 200, answer.text
    sessions = (await world.as_("kz-industry-system").get("/v1/commissions/TR-KZ/sessions")).json()["items"]
    assert [one["ordinal"] for one in sessions].count(2) == 1


async def test_nobody_does_more_than_its_own_part(world: World) -> None:
    enter(world, await done(world, "administrator"))
    enter(world, await done(world, "tr-trade-system"))
    customs = await done(world, "tr-customs-system")
    assert did(customs) == {"waits"}
    assert {one["why"] for one in customs["lines"]} == {"whoever acts for TR/TRADE sends the same file"}
    assert (await done(world, "PK"))["lines"] == []
    for who in ("observer", "auditor"):
        found = refused(await sent(world, who), 403)
        assert found["detail"].startswith("Only the administrator, a party's registrar or a party's secretariat may")
    foreign = TEXT.replace("TR", "PK").replace("KZ", "AZ")
    told = await done(world, "administrator", foreign)
    assert not told["secrets"], "a party that registers for itself gets nobody from the administrator"


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("parties: [", 400, "The file cannot be read: line 1, column 11: expected the node content"),
        ("parties: &a []\ncommissions: *a", 400, "line 1, column 10: anchors and aliases are not taken; write it out."),
        ("parties: []\nparties: []", 400, "parties stands twice"),
        ("? [a]\n: 1\n? [a]\n: 2", 400, "stands twice"),
        ("parties: " + "[" * 40 + "]" * 40, 400, "it is larger or deeper than a set-up"),
        ('"\\uD800": 1', 400, "half of a surrogate pair is no letter"),
        ("", 422, "the body is needed"),
        ("party: []", 422, '/party is not known here; did you mean "parties"?'),
        ("commissions: [{code: TR-KZ, titles: {en: X}, languages: [en]}]", 422, "/commissions/0/secretariats is needed"),
        (TEXT.replace("ordinal: 1", "ordinal: first"), 422, "/commissions/0/sessions/0/ordinal must be a whole number"),
        (TEXT.replace("code: TR/CUSTOMS", "code: KZ/CUSTOMS"), 422, "KZ/CUSTOMS is no organisation of TR"),
        ("x" * 1_000_001, 413, "longer than the service accepts"),
    ],
)  # fmt: skip
async def test_what_is_no_set_up_is_refused_as_a_clerk_can_read_it(
    still: World, text: str, status: int, said: str
) -> None:
    found = refused(await sent(still, "administrator", text), status)
    assert said in found["detail"], found["detail"]


async def test_a_file_names_so_many_things_at_once_and_is_of_a_kind_that_is_known(still: World) -> None:
    many = "".join(f"      - {{code: TR/A{one}, name: A{one}}}\n" for one in range(499))
    text = TEXT.replace("      - {code: TR/CUSTOMS, name: Directorate of Customs (sample)}\n", many)
    found = refused(await sent(still, "administrator", text), 422)
    assert "and 500 are the most at once" in found["detail"]
    found = refused(await sent(still, "administrator", Content_Type="application/pdf"), 415)
    assert "A set-up comes as application/yaml or as application/json, not application/pdf." in found["detail"]
    answer = await sent(still, "administrator", Content_Type="application/json")
    assert (answer.status_code, "a value is wanted" in answer.json()["detail"]) == (400, True)


async def test_a_service_in_trouble_amid_a_run_tells_what_was_made_and_its_secrets(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted = Api.post

    async def post(api: Api, path: str, body: Any) -> Any:
        if path == "commissions":
            raise Unanswered("The service does not answer as it should: 503.")
        return await posted(api, path, body)

    monkeypatch.setattr(Api, "post", post)
    answer = (await sent(world, "administrator")).json()
    assert answer["unfinished"].startswith("The service is too busy. What is made stays: send the same file again")
    assert (len(answer["lines"]), len(answer["secrets"])) == (4, 2)
    monkeypatch.undo()
    assert did(await done(world, "administrator")) == {"there", "made"}


async def test_whoever_has_a_run_going_is_told_to_wait_for_it(world: World) -> None:
    answers = await asyncio.gather(*(sent(world, "administrator") for _ in range(2)))
    assert sorted(one.status_code for one in answers) == [200, 429]
