"""Documents on the pages: beside what they belong to, given as the API gives them, and nowhere for who may not read them."""

from pathlib import Path

import pytest

from tests.board.test_pages import opened
from tests.conftest import COMMISSION, SESSION_8, Maker, World
from tests.register.documents.files import PDF
from tests.register.documents.test_documents import DIGEST, GROUP, content, sent
from tests.register.instruments.recording import entered

PLACES = {
    "commitment": ("PK-AZ/08/007", "/read/commitments/PK-AZ/08/007"),
    "session": (SESSION_8, "/read/sessions/PK-AZ/08"),
    "commission": (COMMISSION, "/read/commissions/PK-AZ"),
    "group": (GROUP, f"/read/groups/{GROUP}"),
}


@pytest.fixture
async def keeping(make_world: Maker, tmp_path: Path) -> World:
    """A register that keeps documents."""
    return await make_world(documents_dir=tmp_path / "documents")


@pytest.mark.parametrize("kind", [*PLACES, "instrument"])
async def test_a_document_stands_on_the_page_of_its_matter_and_is_given_as_the_api_gives_it(
    keeping: World, kind: str
) -> None:
    if kind == "instrument":
        reference = (await entered(keeping, confidentiality="public"))["reference"]
        matter, path = reference, f"/read/instruments/{reference}"
    else:
        matter, path = PLACES[kind]
    made = await sent(keeping, matter=matter, language="en", file="signed <1>.pdf")
    page = (await opened(keeping, path)).text
    address = f"/read/documents/{made['id']}"
    assert DIGEST in page
    assert f'href="{address}"' in page
    assert f"{len(PDF)} bytes, brought by PK" in page
    given, from_api = await opened(keeping, address), await content(keeping, made)
    assert (given.status_code, given.content) == (200, PDF)
    for header in ("content-disposition", "content-security-policy", "x-content-type-options", "etag", "content-type"):
        assert given.headers[header] == from_api.headers[header]
    part = await opened(keeping, address, Range="bytes=0-4")
    assert (part.status_code, part.content) == (206, PDF[:5])
    # What was asked for is another one: neither the client's copy nor a part of this one answers that (RFC 9110, 13.2.2).
    for beside in ({"If-None-Match": given.headers["etag"]}, {"Range": "bytes=0-4"}):
        assert (await opened(keeping, address, **{"If-Match": '"x"'}, **beside)).status_code == 412
    if kind != "commission":
        assert address not in (await opened(keeping, f"{path}?as_of=2025-02-01")).text


async def test_a_document_kept_for_the_parties_is_nowhere_for_who_has_not_signed_in(keeping: World) -> None:
    made = await sent(keeping, confidentiality="parties", file="only-ours.pdf")
    assert "only-ours" not in (await opened(keeping, PLACES["commitment"][1])).text
    hidden = await opened(keeping, f"/read/documents/{made['id']}")
    nothing = await opened(keeping, f"/read/documents/{SESSION_8}")
    assert hidden.status_code == nothing.status_code == 404
    assert hidden.text.replace(made["id"], "") == nothing.text.replace(SESSION_8, "")


async def test_a_document_that_was_withdrawn_is_told_and_no_longer_given(keeping: World) -> None:
    made = await sent(keeping, file="by-mistake.pdf")
    gone = await keeping.as_("PK").post(f"/v1/documents/{made['id']}/withdrawal", json={"reason": "A wrong file"})
    assert gone.status_code == 201, gone.text
    page = (await opened(keeping, PLACES["commitment"][1])).text
    assert "by-mistake.pdf" in page
    assert "Withdrawn on" in page
    assert f'href="/read/documents/{made["id"]}"' not in page
    assert (await opened(keeping, f"/read/documents/{made['id']}")).status_code == 410
