"""What whoever opens the pages reads, and what nobody reads there without having signed in."""

import re
from collections.abc import AsyncIterator
from html import unescape
from urllib.parse import urljoin

import httpx
import pytest
from markupsafe import escape

from service.board.words import NAMES
from service.register.matters import MATTERS
from tests.conftest import COMMISSION, SESSION_8, World, end_principal, item
from tests.register.commitments.test_mending import confirmed, leaf_of, trail
from tests.register.instruments.recording import SIGN, agreed, entered

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
PAGES = [
    "/",
    "/read/",
    "/read/commissions/PK-AZ",
    "/read/sessions/PK-AZ/08",
    "/read/commissions/PK-AZ/figures",
    "/read/sessions/PK-AZ/08/figures",
    "/read/groups/PK-AZ/JWG/defence",
    "/read/commitments/PK-AZ/08/001",
    "/read/commitments/PK-AZ/08/001/proof",
]
SECRET = "Whatever the two of them keep to themselves"


async def opened(world: World, path: str, **headers: str) -> httpx.Response:
    return await world.as_("").get(path, headers={**BROWSER, **headers})


async def crawled(world: World) -> AsyncIterator[httpx.Response]:
    """Give every page that can be reached from the front page without signing in, each once."""
    known, waiting = {"/"}, ["/"]
    while waiting:
        answer = await opened(world, path := waiting.pop())
        yield answer
        for found in re.findall(r'(?:href|src|action)="([^"]+)"', answer.text):
            address = urljoin(path, unescape(found)).partition("#")[0]
            if address not in known and address.startswith("/read/"):
                known.add(address)
                waiting.append(address)


@pytest.mark.parametrize("path", [*PAGES, "/read/search", "/read/search?q=custums", "/read/search?q=gas&lang=ur"])
async def test_a_page_is_read_without_signing_in_and_loads_nothing_but_our_style(still: World, path: str) -> None:
    answer = await opened(still, path)
    assert answer.status_code == 200, answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'")
    assert "frame-ancestors 'none'; base-uri 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    again = await opened(still, path, **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await still.as_("").head(path, headers=BROWSER)
    assert (head.status_code, head.content) == (200, b"")


async def test_at_the_root_a_browser_gets_the_front_page_and_a_program_what_it_always_got(still: World) -> None:
    page = await opened(still, "/")
    assert 'href="/read/commissions/PK-AZ"' in page.text
    assert 'href="/docs"' in page.text
    assert "Accept" in page.headers["vary"]
    assert (await still.as_("").get("/")).json()["service"] == "Pacta"


async def test_a_crawler_finds_all_that_is_public_and_nothing_else(world: World) -> None:
    pakistan = world.as_("PK")
    body = {"changes": {"titles": {"en": SECRET}}, "action": "amend", "reason": "So that it would be noticed."}
    made = await pakistan.post(f"/v1/commitments/{item(6)}/transitions", json=body)
    await world.as_("AZ").post(f"/v1/transitions/{made.json()['id']}/confirmations", json={"decision": "confirm"})
    await world.sequence()
    everything = (await world.as_("auditor").get("/v1/commitments?limit=200")).json()["items"]
    public = {one["reference"] for one in everything if one["confidentiality"] == "public"}
    read = ""
    async for answer in crawled(world):
        assert answer.status_code == 200, f"{answer.url} is linked, and is {answer.status_code}"
        read += answer.text
        if answer.headers["content-type"].startswith("text/html"):
            shown = re.sub(r"<pre.*?</pre>|<[^>]*>", " ", answer.text, flags=re.DOTALL)
            assert not re.findall("[0-9a-f]{8}-[0-9a-f]{4}-[^ ]*", shown), f"{answer.url} shows people an id"
    for one in everything:
        is_there = one["reference"] in read or str(one["id"]) in read or one["texts"]["en"] in read
        assert is_there == (one["reference"] in public), one["reference"]
    assert SECRET not in read
    assert "PK-AZ/09" not in read, "a session that one party has planned is not there for others"


async def test_what_a_page_names_is_a_link_to_its_page(still: World) -> None:
    commitment = (await opened(still, "/read/commitments/PK-AZ/08/001")).text
    carrier = (await still.as_("PK").get(f"/v1/commitments/{item(1)}")).json()["instrument"]["id"]
    assert f'href="/read/instruments/{carrier}"' in commitment
    assert 'href="/read/groups/PK-AZ/JWG/trade"' in commitment
    assert f'href="/read/instruments/{carrier}"' in (await opened(still, "/read/sessions/PK-AZ/08")).text
    instrument = (await opened(still, f"/read/instruments/{carrier}")).text
    assert 'href="/read/commitments/PK-AZ/08/001"' in instrument
    assert "signed_on" not in instrument, "a code is no word"


@pytest.mark.parametrize("path", ["commitments/PK-AZ/08/004", "commissions/PK-AZ", "sessions/PK-AZ/08"])
async def test_a_code_in_an_address_is_read_in_large_and_small_letters(still: World, path: str) -> None:
    typed, written = await opened(still, f"/read/{path.lower()}"), await opened(still, f"/read/{path}")
    assert (typed.status_code, written.status_code) == (200, 200)


async def test_what_is_not_public_is_not_there_whether_or_not_it_exists(still: World) -> None:
    there, not_there = [await opened(still, f"/read/commitments/PK-AZ/08/{number}") for number in ("006", "999")]
    assert there.status_code == not_there.status_code == 404
    assert there.text.replace("006", "999") == not_there.text
    assert (await opened(still, "/read/commitments/PK-AZ/08/006/proof")).status_code == 404


async def test_a_commission_is_public_as_long_as_its_charter_says_so(world: World) -> None:
    path = f"/v1/commissions/{COMMISSION}/transitions"
    body = {"action": "amend", "changes": {"confidentiality": "parties"}, "reason": "It is nobody else's affair."}
    made = await world.as_("PK").post(path, json=body)
    assert made.status_code == 201, made.text
    assert (await opened(world, "/read/commissions/PK-AZ")).status_code == 200
    await world.as_("AZ").post(f"/v1/transitions/{made.json()['id']}/confirmations", json={"decision": "confirm"})
    assert (await world.as_("PK").get("/v1/commissions/PK-AZ")).json()["confidentiality"] == "parties"
    for page in PAGES[2:]:
        assert (await opened(world, page)).status_code == 404, page
    assert "PK-AZ" not in (await opened(world, "/")).text


async def test_the_administrator_closes_reading_without_signing_in(world: World) -> None:
    listed = (await world.as_("administrator").get("/v1/principals")).json()["items"]
    anybody = next(one for one in listed if one["client_id"] == "anybody")
    closed = await end_principal(world.as_("administrator"), anybody["id"])
    assert closed.status_code == 201, closed.text
    for page in PAGES:
        answer = await opened(world, page)
        assert (answer.status_code, answer.headers["cache-control"]) == (401, "private, no-store")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/read/nothing", 404, "There is no page /read/nothing"),
        ("/read", 404, "The pages begin at /read/"),
        ("/read/sessions/PK-AZ/08?stat=agreed", 422, "stat"),
        ("/read/sessions/PK-AZ/08?state=aggreed", 422, "state"),
        ("/read/?cursor=x", 400, "next_cursor"),
        ("/read/commissions/%3Cscript%3E", 404, "There is no such"),
    ],
)
async def test_a_refusal_is_a_page_for_people(still: World, path: str, status: int, said: str) -> None:
    answer = await opened(still, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert said in unescape(answer.text)
    assert "<script" not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_nothing_is_changed_by_a_page(still: World, method: str) -> None:
    answer = await still.as_("").request(method, PAGES[2], headers=BROWSER)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert "pages are read" in answer.text


async def test_items_of_a_session_are_chosen_by_the_address_alone(still: World) -> None:
    chosen = await opened(still, "/read/sessions/PK-AZ/08?state=signed")
    assert "PK-AZ/08/001" in chosen.text
    assert "PK-AZ/08/014" not in chosen.text
    assert '<option value="signed" selected>' in chosen.text
    by_words = await opened(still, "/read/sessions/PK-AZ/08?q=Baku")
    assert "PK-AZ/08/014" in by_words.text
    assert "PK-AZ/08/001" not in by_words.text


async def test_a_story_tells_the_day_in_the_world_and_the_moment_of_the_record_apart(still: World) -> None:
    page = (await opened(still, "/read/commitments/PK-AZ/08/001")).text
    recorded, confirmed = page.split('<li class="')[1:3]
    assert "Recorded by PK" in recorded
    assert "claimed" in recorded
    assert "AZ confirmed that it was agreed" in confirmed
    assert "takes effect" in confirmed
    for told in (recorded, confirmed):
        assert re.search(r"In the world on</dt><dd>July 2024", told)
        assert re.search(r"Recorded on</dt><dd>\d+ \w+ 20\d\d, \d\d:\d\d UTC", told)
    trail = (await still.as_("observer").get(f"/v1/commitments/{item(1)}/audit-trail")).json()["items"]
    for entry in trail:
        assert f"number {entry['index']} in the log, in a signed checkpoint" in page
        assert entry["leaf_hash"] in page


ITS_PAGES = ("/read/commitments/PK-AZ/08/007", "/read/sessions/PK-AZ/08", "/read/groups/PK-AZ/JWG/energy")


async def test_every_page_of_what_changes_is_read_as_it_was_on_a_day(world: World) -> None:
    await confirmed(world, item(7), {"action": "suspend", "reason": "Elections.", "review_on": "2099"})
    day = {"as_of": "2025-02-01"}
    for path in (*ITS_PAGES, "/read/commissions/PK-AZ"):
        now, then = await opened(world, path), await opened(world, f"{path}?as_of=2025-02-01")
        assert (now.status_code, then.status_code) == (200, 200), then.text
        assert "s-suspended" in now.text
        assert "s-suspended" not in then.text
        assert "As it was on 1 February 2025" in then.text
        assert "As it was on" not in now.text
        assert f'href="{path}"' in then.text, "from there one comes to what is so today"
    board = (await opened(world, "/read/sessions/PK-AZ/08?as_of=2025-02-01")).text
    assert "/read/commitments/PK-AZ/08/007?as_of=2025-02-01" in board, "what is opened from there is of the same day"
    assert "/read/sessions/PK-AZ/08/figures?as_of=2025-02-01" in board
    story = (await opened(world, "/read/commitments/PK-AZ/08/007?as_of=2025-02-01")).text
    assert "Elections." not in story
    commission = (await opened(world, "/read/commissions/PK-AZ?as_of=2025-02-01")).text
    for led in ("/read/sessions/PK-AZ/08", "/read/commissions/PK-AZ/figures", "/read/instruments/PK-AZ/I/0001"):
        assert f"{led}?as_of=2025-02-01" in commission
    assert "fully implemented as at 1 February 2025" in commission
    assert "What awaits whom" not in commission, "of which today alone can tell"
    assert "/read/instruments/" not in (await opened(world, "/read/commissions/PK-AZ?as_of=2020-01-01")).text
    told = (await world.as_("PK").get(f"/v1/commitments/{item(7)}", params=day)).json()
    assert (told["state"], "In this state since" in story) == ("agreed", bool(told["effective_on"]))


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/read/commitments/PK-AZ/08/007?as_of=2025-01-01", 404, "It was not there on that day"),
        ("/read/commitments/PK-AZ/08/007?as_of=2199-01-01", 422, "lies in the future"),
        ("/read/commissions/PK-AZ?as_of=2199-01-01", 422, "lies in the future"),
        ("/read/instruments/PK-AZ/I/0001?as_of=2199-01-01", 422, "lies in the future"),
        ("/read/sessions/PK-AZ/08?as_of=2025-02-01&q=gas", 422, "is asked of today alone"),
    ],
)
async def test_a_day_of_which_nothing_can_be_told_is_refused_by_a_page(
    still: World, path: str, status: int, said: str
) -> None:
    answer = await opened(still, path)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


async def test_a_session_s_page_of_a_day_before_it_has_no_item_and_an_instrument_s_tells_what_was_so(
    still: World,
) -> None:
    assert (
        "No item that you may see is of this kind."
        in (await opened(still, "/read/sessions/PK-AZ/08?as_of=2020-01-01")).text
    )
    assert (await opened(still, "/read/instruments/PK-AZ/I/0001?as_of=2024-12-31")).status_code == 200
    assert "As it was on" not in (await opened(still, "/read/sessions/PK-AZ/08?as_of=")).text, "empty is not asked for"


async def test_a_reason_that_was_corrected_is_shown_as_it_is_now_and_by_which_entry(world: World) -> None:
    await confirmed(world, item(4), {"action": "suspend", "reason": "The wrong reason", "review_on": "2027"})
    body = {
        "action": "correct",
        "corrects": await leaf_of(world, "suspend"),
        "fact": "reason",
        "value": "The right one",
    }
    await confirmed(world, item(4), body | {"reason": "R"})
    (entry,) = [one["seq"] for one in await trail(world) if "The right one" in str(one) and "proposal" in one["data"]]
    page = (await world.as_("").get("/read/commitments/PK-AZ/08/004")).text
    assert "The wrong reason" in page
    assert f'The right one</bdi> <a class="flag" href="#entry-{entry + 1}">corrected by entry {entry + 1}</a>' in page


async def test_how_much_was_carried_out_is_what_the_api_counts_for_the_same_reader(still: World) -> None:
    url = f"/v1/commissions/{COMMISSION}/metrics"
    counted = (await still.as_("observer").get(url)).json()["fully_implemented"]
    said = f"{counted['numerator']} of {counted['denominator']} fully implemented as at"
    for path in PAGES[2:6]:
        page = (await opened(still, path)).text
        assert said in page, path
        assert "How it is counted" in page
    assert escape(counted["rule"]["text"]) in page
    before = (await opened(still, f"{PAGES[4]}?as_of=2024-12-31")).text
    assert "0 of 0 fully implemented as at 31 December 2024" in before
    assert (await opened(still, f"{PAGES[4]}?as_of=2199-01-01")).status_code == 422


async def test_an_instrument_s_page_says_whose_step_is_missing_and_why_a_day_was_computed(world: World) -> None:
    rule = {"anchor": "last_notification", "steps": [{"days": 30}]}
    made = await entered(world, confidentiality="public", entry_into_force=rule)
    signed = await agreed(world, made["id"], SIGN)
    page = (await opened(world, f"/read/instruments/{signed['reference']}")).text
    assert signed["missing_steps"]
    for step in signed["missing_steps"]:
        assert f"<strong>{step['party']}</strong>" in page
        assert escape(step["detail"]) in page
    assert escape(signed["computed_entry_into_force"]["explanation"]) in page
    assert "1 March 2025" in page
    assert f"/read/instruments/{signed['reference']}" in (await opened(world, PAGES[2])).text
    hidden = await entered(world, titles={"en": SECRET}, confidentiality="parties")
    assert (await opened(world, f"/read/instruments/{hidden['reference']}")).status_code == 404
    assert SECRET not in (await opened(world, PAGES[2])).text


async def test_a_text_that_is_only_spelled_as_a_date_is_shown_as_it_was_written(world: World) -> None:
    body = {
        "action": "draft_mou",
        "instrument_kind": "mou",
        "instrument_title": "2024-99",
        "drafting_party": "PK",
        "effective_on": "2025-05",
        "text_reference": "2025-02-30",
    }
    made = await world.as_("PK").post(f"/v1/commitments/{item(7)}/transitions", json=body)
    assert made.status_code == 201, made.text
    page = await opened(world, "/read/commitments/PK-AZ/08/007")
    assert page.status_code == 200
    assert "<bdi>2024-99</bdi>" in page.text
    assert "<bdi>2025-02-30</bdi>" in page.text


async def test_the_proof_that_a_page_gives_is_the_one_that_the_api_gives(still: World) -> None:
    from_page = await opened(still, "/read/commitments/PK-AZ/08/001/proof")
    from_api = await still.as_("observer").get(f"/v1/commitments/{item(1)}/proof")
    assert from_page.text == from_api.text
    assert from_page.headers["content-disposition"] == from_api.headers["content-disposition"]


async def test_a_board_with_fifty_more_items_is_one_light_page(world: World) -> None:
    body = {
        "commission_id": COMMISSION,
        "session_id": SESSION_8,
        "sector": "transport",
        "titles": {"en": "Direct flights, and what both sides need to begin with them (sample)"},
        "texts": {"en": "Begin direct flights between the two capitals."},
        "confidentiality": "public",
        "target_date": "2027-06",
        "instrument_required": False,
        "agreement": {"agreed_on": "2025-01-24"},
    }
    pakistan, proposals = world.as_("PK"), []
    for number in range(100, 150):
        made = await pakistan.post("/v1/commitments", json={**body, "item_number": number})
        proposals.append(made.json()["open_transition"]["id"])
    many = {"transitions": proposals, "decision": "confirm"}
    told = await world.as_("AZ").post(f"/v1/commissions/{COMMISSION}/confirmations", json=many)
    assert all(one["transition"] for one in told.json()["results"])
    page = await opened(world, "/read/sessions/PK-AZ/08")
    assert page.text.count('<li><a href="/read/commitments/') == 62
    assert len(page.content) < 60_000
    assert 'rel="next"' not in page.text


async def test_what_is_found_leads_to_its_page_and_only_what_is_public_is_found_without_signing_in(
    world: World,
) -> None:
    page = await opened(world, "/read/search?q=custums mou")
    assert 'href="/read/commitments/PK-AZ/08/004"' in page.text
    assert "<mark>Customs</mark>" in page.text
    for typed in ("PK-AZ/08/006", "ministry"):
        assert "PK-AZ/08/006" not in (await opened(world, f"/read/search?q={typed}")).text.replace(
            'value="PK-AZ/08/006"', ""
        )
    assert "Give two letters" in (await opened(world, "/read/search?q=%25")).text
    few = (await opened(world, "/read/sessions/PK-AZ/08?q=b")).text
    assert "Give two letters" in few
    assert "PK-AZ/08/007" in few
    owner = await world.connect()
    await owner.execute('UPDATE commitment SET titles = \'{"en": "<img src=x> Customs"}\' WHERE id = $1', item(4))
    assert "&lt;img src=x&gt; <mark>Customs</mark>" in (await opened(world, "/read/search?q=customs img")).text
    await owner.execute("UPDATE commission SET confidentiality = 'parties'")
    assert "/read/commitments/" not in (await opened(world, "/read/search?q=customs")).text


@pytest.mark.parametrize("at", ["commissions/PK-AZ", "sessions/PK-AZ/08"])
async def test_a_report_is_downloaded_under_the_pages_as_the_api_gives_it(still: World, at: str) -> None:
    for kind in ("csv", "xlsx"):
        file = await opened(still, f"/read/{at}/report?format={kind}")
        same = await still.as_("observer").get(f"/v1/{at}/report?format={kind}&audience=public")
        assert (file.status_code, file.content) == (200, same.content)
        assert file.headers["content-disposition"] == same.headers["content-disposition"]
        assert file.headers["x-content-type-options"] == "nosniff"
    assert (await opened(still, f"/read/{at}/report?as_of=2199-01-01")).status_code == 422


async def test_who_asks_for_strangers_is_told_the_commission_s_own_parties_alone(still: World) -> None:
    page = await opened(still, "/read/sessions/PK-AZ/08?awaiting=ZZ")
    assert page.status_code == 422
    assert "its parties are: PK, AZ" in page.text


@pytest.mark.parametrize("path", ["/read/%FF", "/read/search?q=%C3%28", "/read/%00"])
async def test_an_address_that_nobody_can_read_is_refused_by_a_page(still: World, path: str) -> None:
    page = await opened(still, path)
    assert (page.status_code, page.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert (await opened(still, path.replace("/read/", "/v1/"))).headers["content-type"] == "application/problem+json"


def test_every_move_of_every_matter_has_a_name() -> None:
    lacking = [(matter.kind, action) for matter in MATTERS for action in matter.rules.evidence if action not in NAMES]
    assert lacking == []


async def test_the_pages_of_a_commitment_and_of_a_session_tell_each_sides_steps_at_home(world: World) -> None:
    step = {"action": "record_step", "step": "ratification", "status": "needed", "effective_on": "2025-03-01"}
    for matter, path in ((f"commitments/{item(1)}", PAGES[7]), (f"sessions/{SESSION_8}", PAGES[3])):
        assert 'id="steps"' not in (await opened(world, path)).text
        made = await world.as_("AZ").post(f"/v1/{matter}/transitions", json=step | {"note": "By law (sample)"})
        assert made.status_code == 201, made.text
        page = (await opened(world, path)).text
        assert "<strong>AZ</strong>: Ratification · 1 March 2025" in page
        assert "Needed · 1 March 2025 · <bdi>By law (sample)</bdi>" in page
    assert "Whose step is missing" in (await opened(world, PAGES[2])).text
