"""The files of documents beside an exported log: brought along where asked for, held to their digests by the verifier."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service import telemetry
from service.cli.__main__ import app
from service.log.export.directory import to_directory
from service.register.documents.store import Directory
from service.verify.export import open_directory
from service.verify.finding import Severity
from service.verify.judgement import Verdict, verify
from service.verify.report import lines
from tests.conftest import Maker, World
from tests.log.test_log_api import policy
from tests.register.documents.files import PDF
from tests.register.documents.test_documents import DIGEST, sent


@pytest.fixture
async def keeping(make_world: Maker, tmp_path: Path) -> World:
    """A register that keeps a document of a commitment, one of its session, the same file for both, and one that was withdrawn."""
    world = await make_world(documents_dir=tmp_path / "documents")
    # Those at which readings are shown were put there behind the register's back, and no entry tells of them.
    await (await world.connect()).execute("DELETE FROM document")
    await sent(world)
    await sent(world, PDF + b" ", matter="PK-AZ/08", confidentiality="restricted")
    await sent(world, by="AZ", matter="PK-AZ/08")
    await sent(world, PDF + b"  ", by="AZ")
    await world.sequence()
    return world


def verdict(world: World, directory: Path) -> Verdict:
    return verify(open_directory(directory), policy(world))


def told(world: World, directory: Path) -> list[str]:
    """Return what the report says of documents."""
    return [line.strip() for line in lines(verdict(world, directory), policy(world)) if "documents" in line]


def found(world: World, directory: Path) -> list[tuple[str, str]]:
    return [(one.where, one.message) for one in verdict(world, directory).findings.listed]


async def brought(world: World, tmp_path: Path) -> Path:
    """Export the log with its documents, and return the directory."""
    done = await to_directory(world.pool, "PK-AZ", tmp_path / "x", 0, Directory(tmp_path / "documents"))
    assert done.documents is not None
    assert done.documents.wrong == []
    return tmp_path / "x"


async def test_every_file_comes_along_once_and_is_held_to_its_digest(keeping: World, tmp_path: Path) -> None:
    directory = await brought(keeping, tmp_path)
    files = {file.name: file.read_bytes() for file in (directory / "documents").iterdir()}
    assert sorted(files.values()) == [PDF, PDF + b" ", PDF + b"  "]
    assert files[DIGEST] == PDF
    assert verdict(keeping, directory).findings.outcome is Severity.PROVEN
    assert told(keeping, directory) == ["4 documents told of; 3 files held to their digests"]
    # Without, nothing is asked for, and the report says so.
    await to_directory(keeping.pool, "PK-AZ", tmp_path / "y", 0)
    assert verdict(keeping, tmp_path / "y").findings.outcome is Severity.PROVEN
    assert told(keeping, tmp_path / "y") == [
        "4 documents told of; their files did not come along (`pacta export --documents`)"
    ]


async def test_what_is_missing_altered_or_of_no_document_is_told_by_its_name(keeping: World, tmp_path: Path) -> None:
    directory = await brought(keeping, tmp_path)
    file = directory / "documents" / DIGEST
    altered = f"was altered: its entry tells of {len(PDF)} bytes with this SHA-256"
    for content, outcome, said in (
        (PDF.replace(b"test", b"tost"), Severity.TAMPERED, altered),
        (PDF + b" ", Severity.TAMPERED, altered),
        (None, Severity.UNPROVEN, "is missing"),
    ):  # fmt: skip
        file.unlink()
        if content is not None:
            file.write_bytes(content)
        assert found(keeping, directory) == [(f"documents/{DIGEST}", said)]
        assert verdict(keeping, directory).findings.outcome is outcome
        # Exporting again mends it.
        await brought(keeping, tmp_path)
        assert verdict(keeping, directory).findings.outcome is Severity.PROVEN
    (directory / "documents" / "other.pdf").write_bytes(PDF)
    assert found(keeping, directory) == [("documents/other.pdf", "belongs to no document that the entries tell of")]
    await brought(keeping, tmp_path)
    assert verdict(keeping, directory).findings.outcome is Severity.PROVEN


async def test_a_withdrawn_document_is_gone_from_the_next_export_and_told_until_then(
    keeping: World, tmp_path: Path
) -> None:
    directory = await brought(keeping, tmp_path)
    listed = (await keeping.as_("AZ").get("/v1/documents?matter_id=PK-AZ/08/007")).json()["items"]
    gone = next(one for one in listed if one["size"] == len(PDF) + 2)
    await keeping.as_("AZ").post(f"/v1/documents/{gone['id']}/withdrawal", json={"reason": "A mistake."})
    # Until its entry is signed an export tells of it, and can bring it along no more: that is no forgery.
    await to_directory(keeping.pool, "PK-AZ", tmp_path / "early", 0, Directory(tmp_path / "documents"))
    assert found(keeping, tmp_path / "early") == [(f"documents/{gone['sha256']}", "is missing")]
    await keeping.sequence()
    await to_directory(keeping.pool, "PK-AZ", directory, 0)
    assert verdict(keeping, directory).findings.outcome is Severity.PROVEN
    assert told(keeping, directory) == [
        "4 documents told of; 1 withdrawn; 2 files held to their digests",
        "1 files of withdrawn documents are still here: remove them, or export again",
    ]
    await brought(keeping, tmp_path)
    assert told(keeping, directory) == ["4 documents told of; 1 withdrawn; 2 files held to their digests"]


async def test_the_command_brings_them_and_says_what_the_store_lacks(
    keeping: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACTA_DATABASE_URL", keeping.server.url("pacta_app", keeping.database))
    # The command would log to the output that is caught here, and later tests with it.
    monkeypatch.setattr(telemetry, "configure", lambda _: None)
    arguments = ["export", "PK-AZ", str(tmp_path / "x"), "--documents"]
    run = CliRunner()
    unset = await asyncio.to_thread(run.invoke, app, arguments)
    assert "PACTA_DOCUMENTS_DIR" in str(unset.exception)
    monkeypatch.setenv("PACTA_DOCUMENTS_DIR", str(tmp_path / "documents"))
    done = await asyncio.to_thread(run.invoke, app, arguments)
    assert (done.exit_code, done.output.splitlines()[1:]) == (0, ["3 files of documents with them."])
    (tmp_path / "documents" / DIGEST[:2] / DIGEST).write_bytes(b"%PDF-1.7 another")
    (tmp_path / "x" / "documents" / DIGEST).unlink()
    done = await asyncio.to_thread(run.invoke, app, arguments)
    assert (done.exit_code, f"documents/{DIGEST}: is altered in the store" in done.output) == (1, True)
    assert not (tmp_path / "x" / "documents" / DIGEST).exists()
    (tmp_path / "documents" / DIGEST[:2] / DIGEST).unlink()
    done = await asyncio.to_thread(run.invoke, app, arguments)
    assert (done.exit_code, f"documents/{DIGEST}: is missing in the store" in done.output) == (1, True)
    assert "2 files of documents with them." in done.output
    assert verdict(keeping, tmp_path / "x").findings.outcome is Severity.UNPROVEN
