"""A release is replaced by the next under load: it goes on while the next one's migrations run, and nobody sees an error."""

import asyncio
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from service.database.revisions import NEWEST
from tests.conftest import World, item
from tests.register.commitments.test_journey import SIGN
from tests.serving import free_port

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
NEXT = '''"""A column and an index that the next release brings; it can be run again after a failure at any point."""

from alembic import op

from service.database.building import build_index

revision, down_revision, branch_labels, depends_on = "9000", "{newest}", None, None
serves_from = "{newest}"


def upgrade() -> None:
    op.execute("ALTER TABLE commitment ADD COLUMN IF NOT EXISTS later text")
    build_index("ix_commitment_later", "commitment (later)")
'''


@pytest.fixture
def following(tmp_path: Path) -> Path:
    """The next release: this one, with one migration more."""
    made = tmp_path / "next"
    for name in ("service", "alembic"):
        # What is compiled goes along, or three processes would compile it again.
        shutil.copytree(ROOT / name, made / name)
    (made / "alembic" / "versions" / "9000_next.py").write_text(NEXT.format(newest=NEWEST))
    return made


def environment(world: World, tmp_path: Path) -> dict[str, str]:
    url = world.server.url
    return {
        **os.environ,
        "PACTA_DATABASE_URL": url("pacta_app", world.database),
        "PACTA_SEQUENCER_DATABASE_URL": url("pacta_sequencer", world.database),
        "PACTA_OWNER_DATABASE_URL": url("pacta_owner", world.database),
        "PACTA_SIGNING_KEY_FILE": str(tmp_path / "signing-key.pem"),
        "PACTA_LOG_DIR": str(world.sequencer.directory.path),
        "PACTA_LOG_LEVEL": "WARNING",
        # A release that starts beside the one before it shares the machine with it, here with whatever else is tested too.
        "PACTA_DATABASE_CONNECT_SECONDS": "15",
        "PACTA_DATABASE_STATEMENT_SECONDS": "15",
    }


@asynccontextmanager
async def serving(release: Path, given: dict[str, str]) -> AsyncIterator[str]:
    """Run `pacta serve` of this release, and give its address once it is ready; at the end tell it to end, and see it end well."""
    port = free_port()
    process = await pacta(release, given, "serve", "--port", str(port), "--with-sequencer")
    origin = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(240), httpx.AsyncClient() as client:
            while not await is_ready(client, origin):
                assert process.returncode is None
                await asyncio.sleep(0.1)
        yield origin
    finally:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0


async def is_ready(client: httpx.AsyncClient, origin: str) -> bool:
    with suppress(httpx.TransportError):
        return (await client.get(f"{origin}/readyz")).status_code == 200
    return False


async def pacta(release: Path, given: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "service.cli", *arguments, cwd=release, env=given)


class Load:
    """Clients that move and read without a pause, at whichever address is served now."""

    def __init__(self, world: World, origin: str) -> None:
        self.world, self.origin, self.answers = world, origin, Counter[int]()

    @asynccontextmanager
    async def on(self) -> AsyncIterator[None]:
        form = {"grant_type": "client_credentials", **self.world.credentials["PK"]}
        async with httpx.AsyncClient(timeout=120) as client:
            token = (await client.post(f"{self.origin}/oauth/token", data=form)).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            tasks = [asyncio.create_task(self.move(client, number)) for number in (4, 4, 5)]
            tasks += [asyncio.create_task(self.read(client)) for _ in range(2)]
            try:
                yield
                self.ending = True
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()

    ending = False

    async def move(self, client: httpx.AsyncClient, number: int) -> None:
        while not self.ending:
            moves = f"/v1/commitments/{item(number)}/transitions"
            made = await self.asked(client, "POST", moves, SIGN)
            if made.status_code == 201:
                await self.asked(client, "POST", f"/v1/transitions/{made.json()['id']}/withdrawal", {})

    async def read(self, client: httpx.AsyncClient) -> None:
        while not self.ending:
            await self.asked(client, "GET", "/v1/commitments?limit=20")

    async def asked(self, client: httpx.AsyncClient, method: str, path: str, body: object = None) -> httpx.Response:
        answer = await client.request(method, f"{self.origin}{path}", json=body)
        self.answers[answer.status_code] += 1
        return answer


async def test_the_next_release_takes_over_under_load_and_nobody_is_refused(
    world: World, following: Path, tmp_path: Path
) -> None:
    given, owner = environment(world, tmp_path), await world.connect()
    async with serving(ROOT, given) as before:
        load = Load(world, before)
        async with load.on():
            async with owner.transaction():
                # A long reading, of which the migration waits for the end; the writers behind it do not wait as long.
                await owner.execute("SELECT FROM commitment LIMIT 1")
                migrating = await pacta(following, given, "migrate")
                await asyncio.sleep(3)
            assert await migrating.wait() == 0
            async with httpx.AsyncClient() as client:
                # It says that it goes on.
                assert (await client.get(f"{before}/readyz")).status_code == 200
            async with serving(following, given) as after:
                load.origin = after
                count = load.answers[201]
                while load.answers[201] < count + 20:  # noqa: ASYNC110 -- as fast as it is
                    await asyncio.sleep(0.05)
                load.ending = True
                await asyncio.sleep(1)
    assert set(load.answers) <= {200, 201, 409}, load.answers
    assert min(load.answers[200], load.answers[201]) > 20
    assert await owner.fetchval("SELECT version_num FROM alembic_version") == "9000"
    assert await owner.fetchval("SELECT oldest FROM schema_range") == NEWEST
