"""Documents in a bucket: held against a server that speaks S3, which runs as a process of its own."""

import asyncio
import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from service.errors.operator import OperatorMistake
from service.log.export.directory import to_directory
from service.register.documents import commands
from service.register.documents.bucket import PART, Bucket
from service.verify.export import open_directory
from service.verify.finding import Severity
from service.verify.judgement import verify
from tests.conftest import Command, Maker, World
from tests.log.test_log_api import policy
from tests.register.documents.files import PDF
from tests.register.documents.test_documents import DIGEST, content, sent
from tests.serving import free_port

URL = "s3://pacta/register"


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an S3 with an empty bucket `pacta`; the environment tells who may."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with (tmp_path_factory.mktemp("moto") / "log").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, process)
            with pytest.MonkeyPatch.context() as patched:
                for name, value in {
                    "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": address,
                    "AWS_ALLOW_HTTP": "true",
                }.items():  # fmt: skip
                    patched.setenv(name, value)
                yield address
        finally:
            process.kill()
            process.wait()


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Make the bucket, as soon as the server listens."""
    while True:
        try:
            assert httpx.put(f"{address}/pacta", timeout=60).status_code == 200
        except httpx.TransportError:
            assert process.poll() is None, "it ended instead of listening"
            time.sleep(0.1)
        else:
            return


@pytest.fixture
async def keeping(make_world: Maker, s3: str, tmp_path: Path) -> World:
    """A register that keeps documents in the bucket, which is empty; what is being received lies beside it."""
    assert s3
    bucket = Bucket(URL)
    async for one in bucket.every():
        await bucket.remove(one.digest)
    world = await make_world(documents_url=URL, documents_dir=tmp_path / "documents")
    await (await world.connect()).execute("DELETE FROM document")
    return world


async def kept() -> list[str]:
    return sorted([one.digest async for one in Bucket(URL).every()])


async def test_a_document_goes_into_the_bucket_and_comes_back_byte_for_byte(keeping: World, tmp_path: Path) -> None:
    made, again = await sent(keeping), await sent(keeping, by="AZ")
    got = await content(keeping, made)
    assert (got.status_code, got.content, got.headers["etag"]) == (200, PDF, f'"{DIGEST}"')
    part = await content(keeping, made, Range="bytes=5-12")
    assert (part.status_code, part.content) == (206, PDF[5:13])
    assert await kept() == [DIGEST]
    # Longer than what is sent, and fetched, at once.
    long = PDF + os.urandom(PART) + b" " * PART
    other = await sent(keeping, long)
    assert other["sha256"] == hashlib.sha256(long).hexdigest()
    assert (await content(keeping, other)).content == long
    end = await content(keeping, other, Range=f"bytes={PART - 10}-{PART + 10}")
    assert end.content == long[PART - 10 : PART + 11]
    assert sorted(file.name for file in (tmp_path / "documents").rglob("*") if file.is_file()) == []
    for one, by, left in ((made, "PK", 2), (again, "AZ", 1)):
        gone = await keeping.as_(by).post(f"/v1/documents/{one['id']}/withdrawal", json={"reason": "A mistake."})
        assert gone.status_code == 201, gone.text
        assert len(await kept()) == left
    await keeping.sequence()
    done = await to_directory(keeping.pool, "PK-AZ", tmp_path / "x", 0, Bucket(URL))
    assert done.documents is not None
    assert (done.documents.count, done.documents.wrong) == (1, [])
    verdict = verify(open_directory(tmp_path / "x"), policy(keeping))
    assert (verdict.findings.outcome, verdict.documents.right, verdict.documents.withdrawn) == (Severity.PROVEN, 1, 2)


async def test_what_is_missing_or_altered_there_is_found_and_what_belongs_to_nobody_removed(
    keeping: World, tmp_path: Path, pacta: Command
) -> None:
    made = await sent(keeping)
    settings = {
        "PACTA_DATABASE_URL": keeping.server.url("pacta_app", keeping.database),
        "PACTA_DOCUMENTS_URL": URL,
    }

    async def checked() -> int:
        return (await asyncio.to_thread(pacta, "documents", "check", **settings))[0]

    assert await checked() == 0
    bucket, file = Bucket(URL), tmp_path / "file"
    file.write_bytes(PDF[:-1] + b"!")
    await bucket.put(file, DIGEST)
    assert await checked() == 1
    await bucket.remove(DIGEST)
    assert await checked() == 1
    assert (await content(keeping, made)).status_code == 503
    orphan = hashlib.sha256(b"x").hexdigest()
    file.write_bytes(b"x")
    await bucket.put(file, orphan)
    found = await bucket.find(orphan)
    assert found is not None
    assert (found.size, abs(found.age) < 600) == (1, True)
    async with keeping.pool.transaction() as connection:
        assert not await commands.remove_unneeded(connection, bucket, orphan, 86_400)
        assert await commands.remove_unneeded(connection, bucket, orphan, -600)
    assert await kept() == []


async def test_a_bucket_that_is_away_is_told_and_nothing_is_recorded(
    make_world: Maker, s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert s3
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
        world = await make_world(documents_url=URL, documents_dir=tmp_path / "documents")
        refused = await sent(world, status=503)
    assert refused["detail"].startswith("The store of documents is away.")
    assert "127.0.0.1" not in str(refused)
    listed = (await world.as_("PK").get("/v1/documents?matter_id=PK-AZ/08/007")).json()["items"]
    assert len(listed) == 2, "those of the pilot alone"
    assert list((tmp_path / "documents" / "incoming").iterdir()) == []
    for url in ("bucket", "https://example.org/x", "s3://"):
        with pytest.raises(OperatorMistake, match="PACTA_DOCUMENTS_URL"):
            Bucket(url)
