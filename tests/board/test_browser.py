"""The pages in a real browser: a co-chair before a session without a mouse, and what every page must be like."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, Request, expect

from service.main import create_app
from tests.conftest import World, item, settings_for
from tests.serving import served_here
from tests.swagger.conftest import PATIENCE, is_trouble

pytestmark = pytest.mark.browser
PATHS = [
    "/",
    "/read/commissions/PK-AZ",
    "/read/sessions/PK-AZ/08",
    "/read/commitments/PK-AZ/08/004",
    "/read/sessions/PK-AZ/08/figures",
    "/read/search?q=custums",
    "/read/search?q=gas&lang=ur",
    "/read/groups/PK-AZ/JWG/defence",
    "/read/sign-in",
    "/read/nothing",
    "/read/commissions/PK-AZ?lang=ur",
    "/read/commitments/PK-AZ/08/004?lang=ur",
    "/read/sessions/PK-AZ/08?lang=az",
    "/read/instruments/PK-AZ/I/0001?lang=ru",
    "/read/commitments/PK-AZ/08/004?lang=fr&as_of=2025-02-01",
]
EACH = [
    "/read/commissions/PK-AZ",
    "/read/sessions/PK-AZ/08",
    "/read/sessions/PK-AZ/08?as_of=2025-02-01",
    "/read/sessions/PK-AZ/08/figures",
    "/read/commitments/PK-AZ/08/004",
    "/read/instruments/PK-AZ/I/0001",
    "/read/search?q=gas",
]
"""What is looked at in each language."""
WEIGHT = 60_000
MOST_TABS = 150
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "preload": False}


@asynccontextmanager
async def demonstrated(world: World) -> AsyncIterator[str]:
    """Serve a register as the demonstration does, with something that awaits Azerbaijan; give its origin."""
    body = {"action": "suspend", "reason": "Elections (sample).", "review_on": "2027"}
    made = await world.as_("PK").post(f"/v1/commitments/{item(4)}/transitions", json=body)
    assert made.status_code == 201, made.text
    await world.sequence()
    app = create_app(settings_for(world.server, world.database), takes_secrets=True)
    async with served_here(app) as origin:
        yield origin
    await app.state.service.pool.close()


def watched(context: BrowserContext, origin: str) -> list[str]:
    """Return where complaints of the browser, and requests to any other host, are going to stand."""
    troubles: list[str] = []
    expected = re.compile("status of 40[14]")
    context.on(
        "console",
        lambda said: troubles.append(said.text) if is_trouble(said) and not expected.search(said.text) else None,
    )
    host = urlsplit(origin).netloc
    context.on("request", lambda asked: None if urlsplit(asked.url).netloc == host else troubles.append(asked.url))
    return troubles


def counted(page: Page) -> list[str]:
    """Return where the addresses that the page asks for are going to stand."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    return asked


async def reach(page: Page, text: str) -> None:
    """Press Tab until what has the focus is called `text`."""
    called = """() => { const e = document.activeElement;
        return e === document.body ? '' : (e.labels?.[0] ?? e).textContent.replace(/\\s+/g, ' ').trim() }"""
    for _ in range(MOST_TABS):
        await page.keyboard.press("Tab")
        if text in await page.evaluate(called):
            return
    pytest.fail(f"{text} is not reached with the keyboard at {page.url}")


async def follow(page: Page, text: str) -> None:
    await reach(page, text)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def download(page: Page, text: str) -> tuple[str, bytes]:
    """Return the name and the bytes of the file behind the link called `text`, reached by keyboard."""
    await reach(page, text)
    async with page.expect_download() as begun:
        await page.keyboard.press("Enter")
    done = await begun.value
    return done.suggested_filename, await asyncio.to_thread((await done.path()).read_bytes)


async def sound(page: Page) -> None:
    """Assert that axe-core finds nothing, and that the page does not scroll sideways."""
    found = (await Axe().run(page, options=RULES)).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    width = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"{page.url} scrolls sideways"


async def pictured(page: Page, name: str) -> None:
    if directory := os.environ.get("PACTA_SCREENSHOTS"):
        await page.screenshot(path=Path(directory) / f"{name}.png", full_page=True)


async def test_a_co_chair_prepares_a_session_without_a_mouse(browser: Browser, world: World) -> None:
    async with demonstrated(world) as origin:
        context = await browser.new_context()
        troubles = watched(context, origin)
        page = await context.new_page()
        await page.goto(origin)
        await follow(page, "Sign in")
        await reach(page, "Client id")
        await page.keyboard.type(world.credentials["AZ"]["client_id"])
        await reach(page, "Secret")
        await page.keyboard.type(world.credentials["AZ"]["client_secret"])
        await follow(page, "Sign in")
        await follow(page, "What awaits me")
        await expect(page.get_by_text("You may answer it")).to_be_visible()
        await sound(page)
        await pictured(page, "board-awaiting")
        await follow(page, "PK-AZ/08/004")
        await expect(page.get_by_text("PK proposed that it is suspended")).to_be_visible()
        await follow(page, "PK-AZ/08")
        await reach(page, "Awaits")
        await page.keyboard.type("AZ")
        await follow(page, "Show")
        assert "awaiting=AZ" in page.url
        items = page.locator(".items > li")
        await expect(items).to_have_count(1)
        await expect(items).to_contain_text("Awaits AZ")
        for format_, begins in (("PDF", b"%PDF-"), ("XLSX", b"PK"), ("CSV", b"\xef\xbb\xbf")):
            _, content = await download(page, format_)
            assert content.startswith(begins)
        await follow(page, "PK-AZ/08/004")
        name, _ = await download(page, "Download the proof")
        assert name.endswith(".tlog-proof")
        await follow(page, "Sign out")
        await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
        await context.close()
        assert troubles == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 320), ("dark", 320)])
async def test_every_page_is_sound_at_any_width_and_in_both_schemes(
    browser: Browser, world: World, scheme: str, width: int
) -> None:
    async with demonstrated(world) as origin:
        context = await browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 800}
        )
        troubles = watched(context, origin)
        for number, path in enumerate(PATHS):
            page = await context.new_page()
            asked = counted(page)
            answer = await page.goto(f"{origin}{path}")
            assert answer
            assert len(await answer.body()) < WEIGHT
            assert len(asked) <= 2, "a page is itself and its style"
            await sound(page)
            await pictured(page, f"board-{number}-{scheme}-{width}")
            await page.close()
        await context.close()
        assert troubles == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_reader_opens_the_drawn_lifecycle_on_a_page_of_a_commitment(
    browser: Browser, still: World, scheme: Literal["light", "dark"]
) -> None:
    async with served_here(still.app) as origin:
        context = await browser.new_context(color_scheme=scheme)
        context.set_default_timeout(PATIENCE)
        troubles = watched(context, origin)
        page = await context.new_page()
        await page.goto(f"{origin}/read/commitments/PK-AZ/08/004?lang=ur")
        picture = page.locator("img.drawn")
        await expect(picture).to_be_hidden()
        await page.locator("details:has(img) summary").click()
        await expect(picture).to_be_visible()
        await page.wait_for_function("document.querySelector('img.drawn').naturalWidth > 1000")
        await sound(page)
        await context.close()
        assert troubles == []


async def test_a_page_is_printed_without_what_is_for_the_screen_alone(browser: Browser, still: World) -> None:
    async with served_here(still.app) as origin:
        page = await browser.new_page()
        await page.goto(f"{origin}/read/sessions/PK-AZ/08")
        await expect(page.get_by_role("search")).to_be_visible()
        await page.emulate_media(media="print")
        await expect(page.get_by_role("search")).to_be_hidden()
        await expect(page.get_by_role("link", name="PK-AZ/08/001")).to_be_visible()
        assert (await page.pdf()).startswith(b"%PDF")
        await page.close()


async def test_a_newcomer_reaches_the_commission_and_its_newest_board_from_the_root_in_one_click(
    browser: Browser, still: World
) -> None:
    async with served_here(still.app) as origin:
        page = await browser.new_page()
        await page.goto(origin)
        await page.get_by_role("link", name="Pakistan-Azerbaijan Joint Commission").click()
        await expect(page.get_by_role("heading", name="Where its commitments stand")).to_be_visible()
        assert page.url.endswith("/read/commissions/PK-AZ")
        await page.goto(origin)
        await page.get_by_role("link", name="Session 8").click()
        await expect(page.get_by_role("link", name="PK-AZ/08/001")).to_be_visible()
        assert page.url.endswith("/read/sessions/PK-AZ/08")
        await page.close()


@pytest.mark.parametrize("language", ["en", "ur", "az", "ru", "fr"])
async def test_every_language_has_its_pages_at_the_width_of_a_tablet(
    browser: Browser, world: World, language: str
) -> None:
    async with demonstrated(world) as origin:
        context = await browser.new_context(viewport={"width": 768, "height": 1024})
        troubles = watched(context, origin)
        page = await context.new_page()
        for number, path in enumerate(EACH):
            await page.goto(f"{origin}{path}{'&' if '?' in path else '?'}lang={language}")
            assert await page.locator("html").get_attribute("lang") == language
            await sound(page)
            await pictured(page, f"board-{language}-{number}")
        await context.close()
        assert troubles == []
