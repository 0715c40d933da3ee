"""Documents over HTTP: sent in two ways, kept by their digest, handed out as attachments, told in the trail, and withdrawn."""

import base64
import hashlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest

from service.register.documents import serving
from service.register.documents.keeping import OF_EACH, Documents
from service.settings import Settings
from tests.conftest import COMMISSION, SESSION_8, Maker, World, item
from tests.register.commitments.test_mending import proven
from tests.register.documents.files import PDF, REFUSED, TAKEN

GROUP = "PK-AZ/JWG/trade"
DIGEST = hashlib.sha256(PDF).hexdigest()


@pytest.fixture
async def keeping(make_world: Maker, tmp_path: Path) -> World:
    """A register that keeps documents."""
    return await make_world(documents_dir=tmp_path / "documents")


def address(matter: str = "PK-AZ/08/007", role: str = "annex", **said: str) -> str:
    return f"/v1/documents?{urlencode({'matter_id': matter, 'role': role, **said})}"


async def sent(
    world: World, content: bytes = PDF, by: str = "PK", status: int = 201, file: str = "signed.pdf", **said: str
) -> Any:
    """Send a file as the part of a form, and return the answer."""
    done = await world.as_(by).post(address(**said), files={"file": (file, content)})
    assert done.status_code == status, done.text
    return done.json()


async def content(world: World, document: Any, by: str = "AZ", **headers: str) -> httpx.Response:
    return await world.as_(by).get(f"/v1/documents/{document['id']}/content", headers=headers)


def kept(tmp_path: Path) -> list[str]:
    """Return the names of all files in the store and beside it."""
    return sorted(file.name for file in (tmp_path / "documents").rglob("*") if file.is_file())


async def test_a_document_of_any_matter_is_read_by_the_other_side_byte_for_byte_and_proven(
    keeping: World, tmp_path: Path
) -> None:
    az = keeping.as_("AZ")
    for matter in ("PK-AZ/08/007", SESSION_8, COMMISSION, GROUP):
        made = await sent(keeping, matter=matter, language="en", sha256=DIGEST)
        assert (made["sha256"], made["size"], made["name"]) == (DIGEST, len(PDF), "signed.pdf")
        assert made["party"], made["withdrawal"] == ("PK", None)
        got = await content(keeping, made)
        assert (got.status_code, got.content) == (200, PDF)
        # Who brought it, its own party alone is told by name.
        seen = made | {"principal": None}
        assert (await az.get(f"/v1/documents/{made['id']}")).json() == seen
        listed = (await az.get("/v1/documents", params={"matter_id": matter})).json()["items"]
        assert listed[-1] == seen
    assert kept(tmp_path) == [DIGEST]
    trail = (await az.get(f"/v1/commitments/{item(7)}/audit-trail")).json()["items"][-1]
    assert (trail["kind"], trail["data"]["document"]["sha256"], trail["seq"]) == (
        "document.attached",
        DIGEST,
        trail["seq"],
    )
    await proven(keeping)


async def test_it_is_handed_out_as_an_attachment_that_no_browser_runs_and_by_its_own_type(keeping: World) -> None:
    made = await sent(keeping, file='../Протокол "№ 8"\u202e.pdf.exe')
    got = await content(keeping, made, **{"Accept-Encoding": "gzip"})
    assert made["name"] == "Протокол № 8 .pdf.exe.pdf"
    assert got.headers["content-disposition"].startswith('attachment; filename="')
    assert "filename*=UTF-8''%D0%9F" in got.headers["content-disposition"]
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"].startswith("sandbox;")
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["etag"] == f'"{DIGEST}"'
    assert got.headers["content-length"] == str(len(PDF))
    assert "content-encoding" not in got.headers
    assert (await content(keeping, made, **{"If-None-Match": got.headers["etag"]})).status_code == 304


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [
        ("bytes=0-3", 206, PDF[:4]),
        ("bytes=5-", 206, PDF[5:]),
        ("bytes=-6", 206, PDF[-6:]),
        ("bytes=3-100000", 206, PDF[3:]),
        ("bytes=0-0,2-2", 200, PDF),
        ("lines=0-3", 200, PDF),
        ("bytes=4-2", 200, PDF),
        (f"bytes={len(PDF)}-", 416, None),
        ("bytes=-0", 416, None),
        ("BYTES=0-3", 206, PDF[:4]),
        ("bytes=" + ",".join(f"{at}-{at}" for at in range(4_000)), 200, PDF),
        ("bytes=" + "0-," * 4_000 + "0-", 200, PDF),
        ("bytes=0-" + "9" * 20_000, 200, PDF),
        ("bytes=" + "9" * 20_000 + "-", 200, PDF),
        ("bytes=-" + "9" * 17, 206, PDF),
        ("bytes=" + " " * 20_000 + "-", 200, PDF),
    ],
)
async def test_a_part_of_it_is_handed_out(
    shared: tuple[World, Any], asked: str, status: int, expected: bytes | None
) -> None:
    world, made = shared
    got = await content(world, made, Range=asked)
    assert got.status_code == status
    if expected is None:
        assert got.headers["content-range"] == f"bytes */{len(PDF)}"
        assert got.json()["type"] == "/problems/range-not-satisfiable"
    else:
        assert got.content == expected
    other = await content(world, made, Range=asked, **{"If-Range": '"other"'})
    assert (other.status_code, other.content) == (200, PDF)


@pytest.mark.parametrize(
    "asked", ["bytes=" + " " * 30_000 + "x", "bytes" + " " * 30_000 + "=x", "bytes=0" + " " * 30_000]
)
def test_a_long_range_is_no_work(asked: str) -> None:
    begun = time.process_time()
    assert serving.wanted(asked, 100) is None
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize("given", ['"other"', 'W/"other", "0"'])
async def test_who_asks_for_other_bytes_by_if_match_is_refused(shared: tuple[World, Any], given: str) -> None:
    world, made = shared
    refused = await content(world, made, **{"If-Match": given, "If-None-Match": f'"{made["sha256"]}"'})
    assert (refused.status_code, refused.json()["type"]) == (412, "/problems/stale")
    assert refused.headers["etag"] == f'"{made["sha256"]}"'
    for known in ("*", f'"{made["sha256"]}"', f'"other", W/"{made["sha256"]}"'):
        assert (await content(world, made, **{"If-Match": known})).content == PDF


async def test_a_part_is_handed_out_to_get_alone(shared: tuple[World, Any]) -> None:
    world, made = shared
    head = await world.as_("AZ").head(f"/v1/documents/{made['id']}/content", headers={"Range": "bytes=0-3"})
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(PDF)))


@pytest.fixture(scope="module")
async def shared(worn: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Any]:
    """A register with a document, for the tests that change nothing of it."""
    _keep_in(worn, tmp_path_factory.mktemp("documents"))
    return worn, await sent(worn)


def _keep_in(world: World, place: Path, **others: Any) -> None:
    """Let a register that keeps no documents keep some."""
    world.service.documents = Documents.of(Settings(documents_dir=place, **others))


@pytest.mark.parametrize("kind", TAKEN)
async def test_what_it_is_is_told_by_what_is_in_it_and_its_name_ends_so(shared: tuple[World, Any], kind: str) -> None:
    world, _ = shared
    file, ending = TAKEN[kind]
    made = await sent(world, file, file="report.exe")
    assert (made["media_type"], made["name"]) == (kind, f"report.exe{ending}")
    raw = await world.as_("PK").post(address(name="x"), content=file, headers={"Content-Type": "application/json"})
    assert (raw.status_code, raw.json()["media_type"], raw.json()["name"]) == (201, kind, f"x{ending}")


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_not_taken_is_refused_whatever_it_calls_itself(shared: tuple[World, Any], what: str) -> None:
    world, _ = shared
    refused = await sent(world, REFUSED[what], status=422, file="text.pdf")
    assert refused["errors"][0]["pointer"] == "/file"
    assert "by what is in it: PDF" in refused["detail"]


async def test_a_digest_that_differs_is_refused_and_one_that_does_not_is_not(shared: tuple[World, Any]) -> None:
    world, _ = shared
    await sent(world, sha256="0" * 64, status=422)
    pk, right = world.as_("PK"), base64.b64encode(hashlib.sha256(PDF).digest()).decode()
    wrong = base64.b64encode(hashlib.sha256(b"").digest()).decode()
    for header in ("Content-Digest", "Repr-Digest"):
        for digest, status in (
            (f"sha-256=:{right}:", 201), (f"md5=:aaaa:, sha-256=:{right}:", 201), (f"sha-256=:{wrong}:", 422),
            ("sha-256=abc", 400), ("md5=:aaaa:", 400),
        ):  # fmt: skip
            done = await pk.post(address(), content=PDF, headers={header: digest})
            assert done.status_code == status, (header, digest, done.text)


async def test_a_form_that_is_not_one_file_is_refused(shared: tuple[World, Any]) -> None:
    world, _ = shared
    pk = world.as_("PK")
    for files in ([("other", PDF)], [("file", PDF), ("file", PDF)], [("file", b"")]):
        done = await pk.post(address(), files=[(name, ("a.pdf", data)) for name, data in files])
        assert (done.status_code, done.json()["errors"][0]["pointer"]) == (422, "/file"), done.text
    form = {"Content-Type": "multipart/form-data; boundary=b"}
    for body in (b"", b"--b\r\n", b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + PDF, b"rubbish"):
        assert (await pk.post(address(), content=body, headers=form)).status_code == 400
    nowhere = await pk.post(address(), content=PDF, headers={"Content-Type": "multipart/form-data"})
    assert nowhere.status_code == 400
    packed = await pk.post(address(), content=PDF, headers={"Content-Encoding": "gzip"})
    assert packed.status_code == 415


async def test_who_may_not_attach_is_refused_before_anything_is_read(shared: tuple[World, Any]) -> None:
    world, _ = shared

    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    for by, matter, status in (
        ("", "PK-AZ/08/007", 401), ("observer", "PK-AZ/08/007", 403), ("auditor", "PK-AZ/08/007", 403),
        ("observer", "PK-AZ/08/005", 404), ("PK", "PK-AZ/09/999", 404), ("PK", item(99), 404),
    ):  # fmt: skip
        done = await world.as_(by).post(address(matter), content=never())
        assert done.status_code == status, (by, matter, done.text)


async def test_what_is_kept_closer_is_not_there_for_who_may_not_read_it_and_its_name_is_in_no_entry(
    keeping: World,
) -> None:
    secret = await sent(keeping, confidentiality="restricted", file="secret plan.pdf")
    open_one = await sent(keeping)
    for by, there in (("AZ", True), ("auditor", True), ("observer", False)):
        assert (await content(keeping, secret, by)).status_code == (200 if there else 404)
        listed = (await keeping.as_(by).get("/v1/documents", params={"matter_id": "PK-AZ/08/007"})).json()["items"]
        # The first two are those at which readings are shown.
        assert [one["id"] for one in listed[2:]] == [*([secret["id"]] if there else []), open_one["id"]]
    nothing = await keeping.as_("observer").get(f"/v1/documents/{item(99)}/content")
    closed = await content(keeping, secret, "observer")
    assert {**nothing.json(), "instance": "", "request_id": ""} == {**closed.json(), "instance": "", "request_id": ""}
    trail = await keeping.as_("observer").get(f"/v1/commitments/{item(7)}/audit-trail")
    assert "secret plan" not in trail.text
    wider = await sent(keeping, matter="PK-AZ/08/005", confidentiality="parties", status=422)
    assert "wider than that of its matter" in wider["detail"]
    await proven(keeping)


async def test_a_withdrawn_document_is_gone_and_its_digest_and_entries_stay(keeping: World, tmp_path: Path) -> None:
    made = await sent(keeping)
    other = await sent(keeping, by="AZ")
    withdrawal = f"/v1/documents/{made['id']}/withdrawal"
    refused = await keeping.as_("AZ").post(withdrawal, json={"reason": "Not ours."})
    assert refused.status_code == 403
    done = await keeping.as_("PK").post(withdrawal, json={"reason": "A mistake."})
    assert (done.status_code, done.json()["withdrawal"]["reason"]) == (201, "A mistake.")
    again = await keeping.as_("PK").post(withdrawal, json={"reason": "A mistake."})
    assert again.status_code == 409
    gone = await content(keeping, made)
    assert (gone.status_code, gone.json()["type"]) == (410, "/problems/gone")
    assert (await keeping.as_("AZ").get(f"/v1/documents/{made['id']}")).json()["sha256"] == DIGEST
    # What somebody else brought stays theirs, and they learn nothing of it.
    assert (await content(keeping, other)).content == PDF
    assert kept(tmp_path) == [DIGEST]
    await keeping.as_("AZ").post(f"/v1/documents/{other['id']}/withdrawal", json={"reason": "Ours too."})
    assert kept(tmp_path) == []
    await proven(keeping)


async def test_a_key_gives_one_document_however_often_the_file_is_sent(keeping: World) -> None:
    key, pk = {"Idempotency-Key": "one"}, keeping.as_("PK")
    first, second = [await pk.post(address(), files={"file": ("a.pdf", PDF)}, headers=key) for _ in range(2)]
    assert (first.json(), second.headers["idempotent-replayed"]) == (second.json(), "true")
    for other in (await pk.post(address(), files={"file": ("a.pdf", PDF + b" ")}, headers=key),
                  await pk.post(address(role="draft"), files={"file": ("a.pdf", PDF)}, headers=key)):  # fmt: skip
        assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")


async def test_the_operators_bounds_are_held_and_told(keeping: World, tmp_path: Path) -> None:
    worn = keeping
    _keep_in(worn, tmp_path / "documents", max_document_bytes=1024, document_quota_bytes=400)
    long = await sent(worn, PDF + b" " * 1024, status=413)
    assert "1024 bytes" in long["detail"]
    await worn.as_("AZ").post(address(), content=PDF)
    full = await sent(worn, PDF + b" " * 300, by="AZ", status=409)
    assert f"of which {400 - len(PDF)} are left" in full["detail"]
    uploads = worn.service.documents.uploads
    me = (await sent(worn, matter=GROUP))["principal_id"]
    for _ in range(OF_EACH):
        uploads.running[UUID(me)] += 1
    many = await worn.as_("PK").post(address(), content=PDF)
    assert (many.status_code, many.headers["retry-after"]) == (429, "5")
    uploads.running.clear()
    uploads.running[UUID(int=1)] = 8
    busy = await worn.as_("PK").post(address(), content=PDF)
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "5")


async def test_what_the_operators_scan_refuses_is_not_kept(
    worn: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Others of this module share it, and find it as it was.
    monkeypatch.setattr(worn.service, "documents", worn.service.documents)
    scan = tmp_path / "scan"
    scan.write_text(
        '#!/bin/sh\n[ -z "$PACTA_DATABASE_URL" ] || exit 9\ngrep -q EICAR "$2" && echo found it && exit 1\nexit 0\n'
    )
    scan.chmod(0o700)
    _keep_in(worn, tmp_path / "documents", document_scan=f"{scan} --file")
    await sent(worn)
    refused = await sent(worn, PDF + b"EICAR", status=422)
    assert "refused by the scan" in refused["detail"]
    _keep_in(worn, tmp_path / "documents", document_scan="/nowhere/scan")
    assert "cannot be run" in (await sent(worn, status=503))["detail"]
    assert kept(tmp_path) == [DIGEST]


async def test_without_a_place_for_them_no_documents_are_taken(worn: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worn.service, "documents", Documents.of(Settings()))
    assert "PACTA_DOCUMENTS_DIR" in (await sent(worn, status=503))["detail"]
