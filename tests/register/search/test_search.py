"""Search finds what people mean, however they type it, and tells nothing of what they may not see."""

import asyncio
from typing import Any
from uuid import uuid4

import orjson
import pytest

from service.errors import TooManyRequests
from service.http.at_once import AtOnce, Most
from tests.conftest import SESSION_9, World, item, organisation
from tests.database.test_moves_of_any_matter import upgrade

WRITTEN = {
    1: ("İxracın təşviqi üzrə birgə plan", "Işıqlandırma şəbəkəsi və əməkdaşlıq"),
    2: ("О сотрудничестве в чёрной металлургии", "Строительство железнодорожных мостов и порта"),
    3: ("مشترکہ یادداشت", "دونوں ممالک کے درمیان تعاون اور تجارتی معاہدے؛ جائزہ ۱۲۳۴"),
    4: (
        "Co-operation programmes of the Mərkəzi Bank",
        "Exchange of the banks' e-mail, re-export duties; the Qur'an; l’énergie",
    ),
    7: ("Free trade 100% agreed", "Straße; cœur; naïve; ﬁnancial; workinggroup"),
}


@pytest.fixture(scope="module")
async def library(worn: World) -> World:
    """The pilot's register, with titles and texts in many scripts."""
    owner = await worn.connect()
    for number, (title, text) in WRITTEN.items():
        await owner.execute(
            "UPDATE commitment SET titles = jsonb_build_object('x', $2::text), texts = jsonb_build_object('x', $3::text) WHERE id = $1",
            item(number),
            title,
            text,
        )
    return worn


async def found(world: World, q: str, who: str = "PK", **asked: Any) -> list[dict[str, Any]]:
    answer = await world.as_(who).get("/v1/search", params={"q": q, **asked})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def numbers(world: World, q: str, who: str = "PK") -> list[int]:
    """Return the item numbers of the commitments that are found, in their order."""
    return [int(one["reference"][-3:]) for one in await found(world, q, who, kind="commitment")]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("İXRACIN", 1), ("ixracin", 1), ("IŞIQ", 1), ("ışıq", 1), ("ƏMƏKDAŞLIQ", 1), ("sebekesi", 1), ("emekdaslığın", 1), ("ixracda", 1),
        ("сотрудничество", 2), ("СОТРУДНИЧЕСТВОМ", 2), ("черная", 2), ("мост", 2), ("порты", 2), ("железнодорожный", 2), ("металургия", 2),
        ("\u064aادداشت", 3), ("تعاون", 3), ("مشتر\u0643ه", 3), ("تجارت", 3), ("معاہدہ", 3), ("جايزه", 3), ("1234", 3), ("١٢٣٤", 3), ("مُشترکہ", 3),
        ("co-operation", 4), ("cooperation", 4), ("co operation", 4), ("Co‑operation", 4), ("programme", 4), ("merkezi banq", 4),
        ("email", 4), ("e mail", 4), ("reexport", 4), ("quran", 4), ("Qur’an", 4), ("energie", 4), ("L'ENERGIE", 4), ("programms", 4),
        ("freetrade", 7), ("free-trade", 7), ("strasse", 7), ("STRASSE", 7), ("coeur", 7), ("naive", 7), ("financial", 7), ("100%", 7),
    ],
)  # fmt: skip
async def test_what_is_typed_finds_what_was_written(library: World, typed: str, number: int) -> None:
    assert (await numbers(library, typed))[0] == number


@pytest.mark.parametrize(
    "typed",
    [
        "08/004", "8/4", "PK-AZ/08/4", "pk-az/08/004", "PK AZ 08 004", "PK–AZ / ٠٨ / ۰۰۴", "pk-az\\8\\4", "004",
        "PK-AZ/08/004.", "(PK-AZ/08/004)", "«08/004»,", "PK-AZ-08-004", "PK_AZ_08_004", "PK—AZ—08—004", "08-004", "8.4", "AZ-PK/08/004",
        "az pk 8 4",
    ],
)  # fmt: skip
async def test_a_reference_and_parts_of_it_come_first(library: World, typed: str) -> None:
    first = (await found(library, typed))[0]
    assert (first["reference"], first["found_by"]) == ("PK-AZ/08/004", "reference")


@pytest.mark.parametrize(
    ("typed", "kind", "reference"),
    [
        ("PK-AZ/08", "session", "PK-AZ/08"),
        ("session 8", "session", "PK-AZ/08"),
        ("PK-AZ", "commission", "PK-AZ"),
        ("az/modi", "organisation", "AZ/MODI"),
        ("customs", "working_group", None),
        ("preferencial", "instrument", "PK-AZ/I/0001"),
        ("ministry of", "organisation", None),
    ],
)
async def test_other_things_are_found_too(library: World, typed: str, kind: str, reference: str | None) -> None:
    hits = await found(library, typed, kind=kind)
    assert hits, typed
    assert {one["kind"] for one in hits} == {kind}
    assert reference is None or hits[0]["reference"] == reference


async def test_a_commitment_is_found_by_the_body_that_leads_it_and_by_its_group(library: World) -> None:
    owner = await library.connect()
    facts = {
        "PK": {"lead_organisation_id": organisation(104)},
        "AZ": {"further_lead_organisation_ids": [organisation(204)]},
    }
    await owner.execute("UPDATE commitment SET party_facts = $2 WHERE id = $1", item(8), orjson.dumps(facts).decode())
    for told in (104, 204):
        name = (await library.as_("PK").get(f"/v1/organisations/{organisation(told)}")).json()["name"]
        assert 8 in await numbers(library, name)
        await owner.execute("UPDATE organisation SET name = name || ' Fluorite' WHERE id = $1", organisation(told))
        assert 8 in await numbers(library, "fluorite")
    assert {7, 8} <= {*await numbers(library, "energy group")}


@pytest.mark.parametrize("typed", ["%", "_", "*", "''", "a", "\\", ":*", "   ", "é", "%%%%"])
async def test_too_little_to_look_for_is_refused(still: World, typed: str) -> None:
    answer = await still.as_("PK").get("/v1/search", params={"q": typed})
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "q")


@pytest.mark.parametrize(
    "typed",
    [
        "pip%",
        "p_peline",
        "pi*line",
        "!pipeline & x",
        "pipeline:*zz",
        "'; DROP TABLE spelling --",
        "a\"b'c\\d",
        "((( ))) ab",
        "#8/4 ^pk @x",
    ],
)
async def test_wildcards_and_operators_are_text(still: World, typed: str) -> None:
    await found(still, typed)
    assert await numbers(still, "zz%") == []


async def test_phrases_alternatives_and_exclusions_are_understood(still: World) -> None:
    assert await numbers(still, '"gas storage"') == [7]
    assert await numbers(still, '"storage gas"') == []
    assert {*await numbers(still, "cotton or pipeline")} == {8, 9}
    assert 4 not in await numbers(still, "mou -customs")
    for nothing in ("-customs", "or", '-"gas storage" or -customs'):
        assert (await still.as_("PK").get("/v1/search", params={"q": nothing})).status_code == 422


async def test_a_snippet_is_escaped_and_then_marked(world: World) -> None:
    owner = await world.connect()
    text = "<script>alert('x')</script> & Pambıq <b>bazarı</b> " + "söz " * 200
    await owner.execute("UPDATE commitment SET texts = jsonb_build_object('az', $2::text) WHERE id = $1", item(9), text)
    (hit,) = await found(world, "BAZARI")
    assert hit["snippet"].startswith("&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; Pambıq &lt;b&gt;")
    assert "<mark>" in hit["snippet"]
    assert hit["snippet"].replace("<mark>", "").replace("</mark>", "").count("<") == 0
    assert (hit["language"], len(hit["snippet"]) < 500) == ("az", True)


async def test_what_one_may_not_see_is_not_found_and_changes_nothing_of_what_is(make_world: Any) -> None:
    bare, full = await make_world(), await make_world()
    owner = await full.connect()
    secret = orjson.dumps({"en": "Zirconium pipelines pipeline pipelin"}).decode()
    await owner.execute("UPDATE commitment SET titles = $1, texts = $1 WHERE confidentiality = 'restricted'", secret)
    for typed in ("zirconium", "zirkonium", "pipeline", "pipelnie", "gas", "PK-AZ/08/005", "005"):
        answers = [await one.as_("observer").get("/v1/search", params={"q": typed}) for one in (bare, full)]
        assert answers[0].content == answers[1].content
        assert "Zirconium" not in answers[1].text
    assert await numbers(full, "zirconium", "PK")
    assert await numbers(full, "zirconium", "observer") == []


async def test_what_changes_is_found_by_its_new_words_at_once(world: World) -> None:
    pk, az = world.as_("PK"), world.as_("AZ")
    body = {
        "action": "amend",
        "reason": "R",
        "changes": {"titles": {"en": "Vanadium smelting"}, "texts": {"en": "A plant."}},
    }
    made = (await pk.post(f"/v1/commitments/{item(9)}/transitions", json=body)).json()
    assert await numbers(world, "vanadium") == []
    await az.post(f"/v1/transitions/{made['id']}/confirmations", json={"decision": "confirm"})
    assert await numbers(world, "vanadium") == await numbers(world, "vanadum") == [9]
    assert await numbers(world, "cotton") == []


async def test_pages_join_without_seams(library: World) -> None:
    whole = await found(library, "ministry")
    url: str | None = "/v1/search?q=ministry&limit=3"
    pages: list[Any] = []
    while url:
        answer = await library.as_("PK").get(url)
        pages += answer.json()["items"]
        url = answer.links.get("next", {}).get("url")
    assert pages == (await found(library, "ministry", limit=200))
    assert pages[: len(whole)] == whole


@pytest.mark.parametrize("typed", ["PK-AZ/08/004", "pk-az/8/4", "PK%E2%80%93AZ/%DB%B0%DB%B8/4"])
async def test_a_commitment_is_read_by_its_reference(still: World, typed: str) -> None:
    answer = await still.as_("PK").get(f"/v1/commitments/by-reference/{typed}")
    assert answer.content == (await still.as_("PK").get(f"/v1/commitments/{item(4)}")).content
    assert answer.headers["etag"]


@pytest.mark.parametrize("typed", ["08/004", "PK-AZ/08/999", "PK-AZ", "%25", "x"])
async def test_a_part_of_a_reference_names_no_commitment(still: World, typed: str) -> None:
    assert (await still.as_("PK").get(f"/v1/commitments/by-reference/{typed}")).status_code == 404


@pytest.mark.parametrize("typed", ["PK-AZ/08/004/", "PK-AZ/08/004//", "/"])
async def test_an_address_with_a_slash_too_many_is_no_address(still: World, typed: str) -> None:
    answer = await still.as_("PK").get(f"/v1/commitments/by-reference/{typed}")
    assert (answer.status_code, answer.json()["detail"][:32]) == (404, "The service has no such address.")


async def test_the_hundredth_session_is_found_by_its_own_number_also_after_it_was_cut(world: World) -> None:
    owner = await world.connect()
    await owner.execute("UPDATE session SET ordinal = 100 WHERE id = $1", SESSION_9)
    for typed in ("PK-AZ/100", "session 100"):
        assert (await found(world, typed, kind="session"))[0]["reference"] == "PK-AZ/100"
    assert await found(world, "PK-AZ/10", kind="session") == []
    kept = "SELECT words::text FROM searchable WHERE id = $1"
    words = await owner.fetchval(kept, SESSION_9)
    await owner.execute("UPDATE searchable SET words = 'cut' WHERE id = $1", SESSION_9)
    await owner.execute("UPDATE alembic_version SET version_num = '0056'")
    await asyncio.to_thread(upgrade, world, "0061")
    assert await owner.fetchval(kept, SESSION_9) == words


async def test_a_reference_that_one_may_not_see_is_as_one_that_is_not_there(still: World) -> None:
    hidden, absent = [
        await still.as_("observer").get(f"/v1/commitments/by-reference/{one}")
        for one in ("PK-AZ/08/005", "PK-AZ/08/998")
    ]
    told = [{**one.json(), "request_id": "", "instance": ""} for one in (hidden, absent)]
    assert (told[0]["status"], told[0]) == (404, told[1])


async def test_a_list_takes_references_as_they_are_typed(still: World) -> None:
    answer = await still.as_("PK").get("/v1/commitments?reference=8/4&reference=pk-az/8/7&reference=%25")
    assert [one["item_number"] for one in answer.json()["items"]] == [4, 7]


async def test_only_a_few_searches_of_one_caller_run_at_once() -> None:
    bound, me = AtOnce(of_each=Most(1, "One at a time.", 1)), uuid4()
    with bound.one(me):
        with pytest.raises(TooManyRequests), bound.one(me):
            pass
        with bound.one(uuid4()):
            pass
    with bound.one(me):
        pass
    assert not bound.running


async def test_who_was_deactivated_searches_no_more(world: World) -> None:
    principal = await world.second_principal("pk-other", organisation_id="01940000-0000-7000-8000-000000000106")
    client = world.as_(principal)
    assert (await client.get("/v1/search?q=gas")).status_code == 200
    owner = await world.connect()
    await owner.execute("UPDATE principal SET deactivated_at = now() WHERE subject = $1", principal)
    answers = await asyncio.gather(*(client.get(f"/v1/search?q={one}") for one in ("gas", "zzzzzz")))
    assert {one.status_code for one in answers} == {401}
