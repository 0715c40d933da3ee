"""The service is killed before every statement, and around every step of writing a file, of an upload: by SIGKILL, a real process."""

import asyncio
import hashlib
import os
import sys
import time
from pathlib import Path

import httpx
import pytest

from service.identity.keys import load_or_create
from service.register.documents.keeping import Documents
from service.register.documents.sweeping import DAY_SECONDS, sweep
from service.settings import Settings
from tests.conftest import Maker, World
from tests.register.commitments.test_mending import proven
from tests.register.documents.files import PDF
from tests.register.documents.test_documents import address, content

pytestmark = pytest.mark.long
GONE = 2 * DAY_SECONDS


async def test_nothing_acknowledged_is_lost_and_no_entry_is_without_its_file(make_world: Maker, tmp_path: Path) -> None:
    place, key = tmp_path / "documents", tmp_path / "key.pem"
    load_or_create(key)
    world = await make_world(documents_dir=place, signing_key_file=key)
    await (await world.connect()).execute("DELETE FROM document")
    killed = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.register.documents.dying"),
        *(world.server.url("pacta_app", world.database), str(place), str(key)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert killed.stdin
    assert killed.stdout
    token = world.as_("PK").headers["Authorization"]
    origin = f"http://127.0.0.1:{(await killed.stdout.readline()).decode().strip()}"
    died: list[str] = []
    files: dict[str, bytes] = {}
    acknowledged: set[str] = set()
    while died[-1:] != ["ended"]:
        file = PDF + str(len(died)).encode()
        digest = hashlib.sha256(file).hexdigest()
        files[digest] = file
        killed.stdin.write(f"{len(died) + 1}\n".encode())
        if await _sent(f"{origin}{address(sha256=digest)}", file, token):
            acknowledged.add(digest)
        died.append((await killed.stdout.readline()).decode().strip())
        told = await _held(world, files)
        assert acknowledged <= told, died[-1]
    killed.stdin.close()
    await killed.wait()
    assert acknowledged, "the last came to its end"
    assert {name.split()[0] for name in died} >= {"BEGIN;", "COMMIT;", "fsync", "link", "replace", "WITH"}
    # What was left behind is an orphan, or a draft, and goes in its time.
    documents = Documents.of(Settings(documents_dir=place))
    stored = {one.digest async for one in documents.store.every()}
    drafts = [*documents.incoming.iterdir()]
    assert stored > told
    assert drafts
    for left in (*drafts, *(place / one[:2] / one for one in stored)):
        os.utime(left, (time.time() - GONE, time.time() - GONE))
    assert await sweep(world.pool, documents) == len(stored - told)
    assert [*documents.incoming.iterdir()] == []
    assert await _held(world, files) == told
    await proven(world)


async def _sent(url: str, file: bytes, token: str) -> bool:
    """Send a file, and return whether it was acknowledged; the service may die before it answers."""
    async with httpx.AsyncClient(timeout=120) as client:
        try:
            answer = await client.post(url, content=file, headers={"Authorization": token})
        except httpx.TransportError:
            return False
    assert answer.status_code == 201, answer.text
    return True


async def _held(world: World, files: dict[str, bytes]) -> set[str]:
    """Return the digests of all documents that entries tell of, each held to its bytes."""
    listed = (await world.as_("AZ").get("/v1/documents?matter_id=PK-AZ/08/007&limit=200")).json()["items"]
    for one in listed:
        got = await content(world, one)
        assert (got.status_code, got.content) == (200, files[one["sha256"]])
    return {one["sha256"] for one in listed}
