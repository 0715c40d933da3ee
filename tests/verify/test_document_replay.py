"""Documents as the replay sees them: each rule of theirs is broken once, in a log that is otherwise as the service writes it."""

from copy import deepcopy
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from service.demo.postgres.server import Server
from service.verify.judgement import verify
from tests.conftest import COMMISSION, Copies, Maker, item
from tests.register.documents.files import PDF
from tests.verify.forging import Forgery, assert_told, entries_of, write
from tests.verify.journal import POLICY, Entry, exported


@pytest.fixture(scope="module")
async def entries(server: Server, pilot: Path, copies: Copies, tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    """The entries of a register in which two documents were attached, one of them kept closer, and the first withdrawn."""
    maker = Maker(server, pilot, copies)
    world = await maker(documents_dir=Path(tmp_path_factory.mktemp("documents")))
    made = []
    for matter, by, said in (
        (item(7), "PK", {}),
        (item(7), "AZ", {"confidentiality": "restricted"}),
        ("PK-AZ/08", "PK", {}),
    ):
        address = f"/v1/documents?{urlencode({'matter_id': matter, 'role': 'annex', **said})}"
        done = await world.as_(by).post(address, files={"file": ("signed.pdf", PDF)})
        assert done.status_code == 201, done.text
        made.append(done.json()["id"])
    done = await world.as_("PK").post(f"/v1/documents/{made[0]}/withdrawal", json={"reason": "A mistake."})
    assert done.status_code == 201, done.text
    found = await entries_of(world, COMMISSION)
    await maker.close()
    return found


def told(entries: list[Entry]) -> list[int]:
    """Return where the entries of the documents that were attached here stand, and of the one that was withdrawn."""
    return [at for at, one in enumerate(entries) if one["kind"].startswith("document.")][-4:]


def put(place: int, *path: str, to: Any) -> Forgery:
    def forge(entries: list[Entry]) -> None:
        write(entries[told(entries)[place]], path, to)

    return forge


def again(place: int, **data: Any) -> Forgery:
    """Return the forgery by which an entry stands twice, the second time with other members."""

    def forge(entries: list[Entry]) -> None:
        at = told(entries)[place]
        copy = deepcopy(entries[at])
        copy.update(data)
        entries.insert(at + 1, copy)

    return forge


def elsewhere(place: int) -> Forgery:
    """Return the forgery by which a document is withdrawn in the trail of another matter."""

    def forge(entries: list[Entry]) -> None:
        entries[told(entries)[place]]["subject"] = item(4)

    return forge


def without(place: int) -> Forgery:
    def forge(entries: list[Entry]) -> None:
        del entries[told(entries)[place]]

    return forge


DOCUMENT: Final = ("data", "document")
FORGERIES: Final[dict[str, tuple[Forgery, str]]] = {
    "attached twice": (again(0), "a document of this id was attached before"),
    "of a party that there is not": (put(0, "party", to="TR"), "done for TR, which is not a party of this commission"),
    "of nobody": (put(0, "party", to=None), "is not a party of this commission"),
    "without its name": (put(0, *DOCUMENT, "name", to=None), "a document has its name in the entry"),
    "kept closer and named": (put(1, *DOCUMENT, "name", to="plan.pdf"), "a document has its name in the entry"),
    "open to more than its matter": (put(1, *DOCUMENT, "confidentiality", to="public"), "is not what document.attached"),
    "a digest that is none": (put(0, *DOCUMENT, "sha256", to="0" * 63), "is not what document.attached holds"),
    "of no bytes": (put(0, *DOCUMENT, "size", to=0), "is not what document.attached holds"),
    "a page for browsers": (put(0, *DOCUMENT, "media_type", to="text/html"), "is not what document.attached holds"),
    "a role that there is not": (put(0, *DOCUMENT, "role", to="love letter"), "is not what document.attached holds"),
    "an id that is none": (put(0, *DOCUMENT, "id", to="1"), "is not what document.attached holds"),
    "with more beside": (put(0, *DOCUMENT, "note", to="x"), "is not what document.attached holds"),
    "of an entry's first form": (put(0, "v", to=1), "no entries of the kind"),
    "withdrawn by the other side": (put(3, "party", to="AZ"), "AZ withdraws a document of PK"),
    "withdrawn twice": (again(3), "this document was withdrawn before"),
    "withdrawn elsewhere": (elsewhere(3), "no such document was attached here"),
    "withdrawn and never there": (without(0), "no such document was attached here"),
    "withdrawn without a reason": (put(3, "data", "reason", to=None), "is not what document.withdrawn holds"),
    "withdrawn under a name that is none": (put(3, "data", "document", to="x"), "is not what document.withdrawn holds"),
    "praised": (put(3, "kind", to="document.praised"), "no entries of the kind"),
}  # fmt: skip


def test_the_log_is_proven_as_it_is(entries: list[Entry]) -> None:
    assert [entries[at]["kind"] for at in told(entries)] == [*["document.attached"] * 3, "document.withdrawn"]
    assert verify(exported(entries), POLICY).findings.listed == []


@pytest.mark.parametrize("name", FORGERIES)
def test_a_broken_rule_is_found_and_told(entries: list[Entry], name: str) -> None:
    assert_told(entries, *FORGERIES[name])
