"""What one may not see is nowhere: every reading operation answers as in a register in which it does not exist."""

import re
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import pytest

from service.demo.postgres import Server
from tests.conftest import COMMISSION, SESSION_8, Copies, Maker, World, organisation
from tests.register.commissions import chartering, meeting
from tests.register.documents.files import PDF
from tests.register.documents.test_documents import address
from tests.register.groups import grouping
from tests.register.instruments import recording
from tests.three_parties import founded, in_force, name_registrar, record_in

KINDS: Final = {
    "commission_id": "commissions",
    "session_id": "sessions",
    "working_group_id": "working-groups",
    "commitment_id": "commitments",
    "instrument_id": "instruments",
    "transition_id": "transitions",
}
"""Each parameter by which a reading names something that may be hidden."""
FILE: Final = {"Content-Type": "application/octet-stream"}
BOTH: Final = ["PK", "TR"]
Named = dict[str, list[str]]
ASKED: Final = {"audience": ["public", "restricted"], "q": ["sample"], "awaiting": ["PK"]}
"""What is also asked for, of readings that take it."""
OTHERS: Final = {
    "party": "PK",
    "reference": "PK-AZ/08/004",
    "organisation_id": organisation(101),
    "place": "000.p/1",
    "level": "0",
    "index": "0",
    "format": "csv",
    "language": "en",
    "kind": "commitment",
    "old_size": "1",
    "matter_id": "PK-AZ/08/004",
    # Of these the register has none.
    "import_id": "01940000-0000-7000-8000-00000000ffff",
    "document_id": "01940000-0000-7000-8000-00000000ffff",
}
# What tells nothing of the register's matters, or of the running process alone.
UNASKED: Final = {
    # An archive, of whose files the times alone differ.
    "/v1/registry/log/export",
    "/livez",
    "/readyz",
    "/metrics",
    "/",
    "/.well-known/jwks.json",
    "/.well-known/oauth-authorization-server",
}
_VARYING: Final = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|\+00:00)"), "T"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"),
    # Where an entry stands in the log, and how long that is.
    (re.compile(r'"(index|size|entries)":\s*\d+'), "PLACE"),
    (re.compile(r'"next_cursor":"[^"]+"'), "CURSOR"),
    (re.compile(r"log\+[0-9a-f]{8}"), "KEY"),
    (re.compile(r"/d-[0-9a-z]{4}"), "DRAFT"),
    # Root hashes and signatures of checkpoints.
    (re.compile(r"[A-Za-z0-9+/]{40,}=*"), "BYTES"),
)


async def trilateral(world: World) -> str:
    """Register a third government with everybody that calls, and return its secretariat's organisation."""
    await world.as_("administrator").post("/v1/parties", json={"code": "TR", "names": {"en": "Türkiye"}})
    ours = await name_registrar(world, "TR")
    await world.second_principal("tr-secretariat", organisation_id=ours)
    await world.second_principal("pk-health", organisation_id=organisation(106))
    await world.second_principal("auditor-2", "auditor")
    return ours


async def closed_commission(world: World, secretariat: str) -> Named:
    """Found a commission of PK and TR that is kept to its parties, with one of everything that is public in it."""
    seats = {"PK": organisation(101), "TR": secretariat}
    made = await in_force(world, seats, titles={"en": "Kept to its parties"})
    commission = made["id"]
    amended = {"action": "amend", "changes": {"titles": {"en": "Kept"}}, "reason": "R"}
    charter = (await chartering.propose(world, amended, commission=commission)).json()["id"]
    await grouping.confirmed(world, charter, "tr-secretariat")
    session = await meeting.begin(world, commission=commission, ordinal=1)
    held = {"action": "hold", "starts_on": "2025-02-01", "ends_on": "2025-02-01", "venue": "Lahore"}
    meet = await meeting.propose(world, session["id"], held)
    await grouping.confirmed(world, meet.json()["id"], "tr-secretariat")
    group = await grouping.founded(
        world, "tr-secretariat", commission_id=commission, founded_at_session_id=session["id"]
    )
    one = await record_in(world, commission, 1, confidentiality="public", working_group_id=group["id"])
    agreed = one["open_transition"]["id"]
    await grouping.confirmed(world, agreed, "tr-secretariat")
    instrument = await recording.record(
        world, commission_id=commission, confidentiality="public", contracting_parties=BOTH
    )
    awaiting = await awaiting_secretariats(world)
    return {
        "commission_id": [commission, made["code"], awaiting["id"], awaiting["code"]],
        "session_id": [session["id"], f"{made['code']}/01"],
        "working_group_id": [group["id"], group["reference"]],
        "commitment_id": [one["id"], (await read(world, f"/v1/commitments/{one['id']}"))["reference"]],
        "instrument_id": [instrument["id"]],
        "transition_id": [charter, meet.json()["id"], agreed],
        **await told_of(world, one["id"], commission),
    }


async def awaiting_secretariats(world: World) -> Any:
    """Found a commission of PK and TR that is to be public, and in which nobody has named a secretariat yet; return it."""
    return await founded(
        world, BOTH, titles={"en": "Sample that awaits its secretariats"}, confidentiality="public", suffix="NEW"
    )


async def told_of(world: World, commitment: str, commission: str) -> Named:
    """Add to a commission what is told beside its matters: a document, a progress report, an import."""
    paper = await world.as_("PK").post(address(commitment), files={"file": ("a.pdf", PDF)})
    assert paper.status_code == 201, paper.text
    report = {"level": "limited", "text": "Sample", "period_end": "2025-06"}
    told = await world.as_("PK").post(f"/v1/commitments/{commitment}/progress-reports", json=report)
    assert told.status_code == 201, told.text
    sent = await world.as_("PK").post(
        f"/v1/commissions/{commission}/imports?dry_run=true", content=b"reference\n", headers=FILE
    )
    assert sent.status_code == 202, sent.text
    return {"document_id": [paper.json()["id"]], "import_id": [sent.json()["id"]]}


async def read(world: World, path: str, who: str = "PK") -> Any:
    """Return what is read there."""
    answer = await world.as_(who).get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def readings(world: World, named: Named) -> Iterator[str]:
    """Yield the address of every reading operation, bare, and with each of the names in each place that takes one."""
    for path, operations in world.app.openapi()["paths"].items():
        if "get" not in operations or path in UNASKED:
            continue
        parameters = operations["get"].get("parameters", [])
        needed = [one["name"] for one in parameters if one["in"] == "path" or one.get("required")]
        for values in product(*(named.get(name) or [OTHERS[name]] for name in needed)):
            filled, query = path, {}
            for name, value in zip(needed, values, strict=True):
                if f"{{{name}}}" in path:
                    filled = filled.replace(f"{{{name}}}", value)
                else:
                    query[name] = value
            told = "&".join(f"{name}={value}" for name, value in query.items())
            yield filled + (f"?{told}" if told else "")
            for name in [one["name"] for one in parameters if one["in"] == "query" and one["name"] in named]:
                for value in named[name]:
                    yield f"{filled}?{name}={value}" + (f"&{told}" if told else "")


def writings(world: World, named: Named) -> Iterator[tuple[str, str, bool]]:
    """Yield method and address of every operation that changes what one of the names names, and whether it takes a file."""
    for path, operations in world.app.openapi()["paths"].items():
        needed = re.findall(r"{(\w+)}", path)
        if named.keys().isdisjoint(needed) or not path.startswith("/v1"):
            continue
        for method, operation in operations.items():
            if method == "get":
                continue
            file = "application/octet-stream" in operation.get("requestBody", {}).get("content", {})
            for values in product(*(named.get(name) or [OTHERS[name]] for name in needed)):
                filled = path
                for name, value in zip(needed, values, strict=True):
                    filled = filled.replace(f"{{{name}}}", value)
                yield method, filled, file


def unpacked(content: bytes) -> list[bytes]:
    """Return what is in a workbook, part by part; anything else as it is."""
    if not content.startswith(b"PK\3\4"):
        return [content]
    with ZipFile(BytesIO(content)) as book:
        return [name.encode() + book.read(name) for name in sorted(book.namelist())]


def without_what_varies(answer: Any) -> tuple[int, str, list[str]]:
    """Return an answer without ids, times and hashes."""
    text = "\n".join(part.decode("latin-1") for part in unpacked(answer.content))
    for pattern, name in _VARYING:
        text = pattern.sub(name, text)
    return answer.status_code, text, sorted({*answer.headers} - {"content-length"})


@pytest.fixture(scope="module")
async def two(server: Server, pilot: Path, copies: Copies) -> AsyncIterator[tuple[World, World, Named]]:
    """A register with a commission that is kept to its parties, the same without it, and what it holds."""
    maker = Maker(server, pilot, copies)
    try:
        closed, absent = await maker(), await maker()
        named = await closed_commission(closed, await trilateral(closed))
        named["principal_id"] = [(await read(closed, "/v1/me"))["principal_id"]]
        await trilateral(absent)
        for world in (closed, absent):
            await world.sequence()
        yield closed, absent, named
    finally:
        await maker.close()


async def told_apart(there: World, absent: World, who: str, named: Named, without: str = "?!") -> list[str]:
    """Return the addresses of all readings, but those that hold `without`, by which `who` could tell the two registers apart."""
    same = {"X-Request-ID": "same"}
    addresses = [one for one in readings(there, named | ASKED) if without not in one]
    assert len(addresses) > 80
    return [
        address
        for address in addresses
        if without_what_varies(await there.as_(who).get(address, headers=same))
        != without_what_varies(await absent.as_(who).get(address, headers=same))
    ]


async def refused_apart(there: World, absent: World, who: str, named: Named) -> list[str]:
    """Return what `who` could try to change, by whose refusal it could tell the two registers apart."""
    same = {"X-Request-ID": "same", "If-Match": "*"}
    asked = list(writings(there, {name: named[name] for name in named if name != "principal_id"}))
    assert {file for _, _, file in asked} == {True, False}
    found = []
    for method, url, file in asked:
        body: dict[str, Any] = (
            {"content": b"reference\n", "headers": same | FILE} if file else {"json": {}, "headers": same}
        )
        answers = [await world.as_(who).request(method, url, **body) for world in (there, absent)]
        assert not answers[1].is_success, (method, url, answers[1].text)
        if without_what_varies(answers[0]) != without_what_varies(answers[1]):
            found.append(f"{method} {url}")
    return found


@pytest.mark.long
@pytest.mark.parametrize("who", ["AZ", "administrator", "auditor", "observer"])
async def test_who_tries_to_change_what_it_may_not_see_is_refused_as_where_it_is_not(
    two: tuple[World, World, Named], who: str
) -> None:
    closed, absent, named = two
    assert await refused_apart(closed, absent, who, named) == []


@pytest.mark.long
@pytest.mark.parametrize("who", ["AZ", "administrator", "auditor", "observer"])
async def test_a_commission_kept_to_its_parties_is_nowhere_for_others(
    two: tuple[World, World, Named], who: str
) -> None:
    closed, absent, named = two
    assert await told_apart(closed, absent, who, named) == []
    # Whoever may see it can tell.
    assert len(await told_apart(closed, absent, "PK", named)) > 20


ENERGY: Final = "01940000-0000-7000-8000-000000000302"


async def restricted(world: World) -> Named:
    """Add to the pilot's commission what few may read: restricted commitments and an instrument, decided on and reported; and a draft."""
    named: Named = {"commitment_id": [], "transition_id": [], "instrument_id": []}
    held: dict[str, Any] = {"working_group_id": ENERGY, "confidentiality": "restricted"}
    in_session: dict[str, Any] = {"session_id": SESSION_8, "item_number": 4}
    for number, facts in enumerate((held, {**held, **in_session}, {"confidentiality": "restricted", **in_session})):
        made = await record_in(world, COMMISSION, number, **facts)
        await grouping.confirmed(world, made["open_transition"]["id"])
        named["commitment_id"] += [made["id"], (await read(world, f"/v1/commitments/{made['id']}"))["reference"]]
        named["transition_id"].append(made["open_transition"]["id"])
    first = named["commitment_id"][0]
    moved = {"action": "carry_over", "session_id": SESSION_8}
    opened = await world.as_("PK").post(f"/v1/commitments/{first}/transitions", json=moved)
    assert opened.status_code in {201, 422}, opened.text
    report = {"level": "limited", "text": "T", "period_end": "2025-06"}
    told = await world.as_("PK").post(f"/v1/commitments/{first}/progress-reports", json=report)
    assert told.status_code in {201, 422}, told.text
    for make in (recording.record, recording.entered):
        named["instrument_id"].append((await make(world, confidentiality="restricted"))["id"])
    return named


@pytest.fixture(scope="module")
async def pair(server: Server, pilot: Path, copies: Copies) -> AsyncIterator[tuple[World, World, Named]]:
    """The pilot with what is restricted, the same without it, and what is restricted; afterwards the same is agreed in both."""
    maker = Maker(server, pilot, copies)
    try:
        closed, absent = await maker(), await maker()
        named = await restricted(closed)
        for world in (closed, absent):
            await world.second_principal("pk-health", organisation_id=organisation(106))
            await world.second_principal("auditor-2", "auditor")
            later = await record_in(
                world, COMMISSION, 50, confidentiality="public", session_id=SESSION_8, item_number=50
            )
            await grouping.confirmed(world, later["open_transition"]["id"])
            await recording.entered(world, confidentiality="public")
            await grouping.agreed(world, ENERGY, {"action": "merge_into", "receiver_id": grouping.TRADE})
            await world.sequence()
        named["principal_id"] = [(await read(closed, "/v1/me"))["principal_id"]]
        named["commission_id"] = [COMMISSION]
        named["session_id"] = [SESSION_8]
        named["working_group_id"] = [ENERGY, grouping.TRADE]
        yield closed, absent, named
    finally:
        await maker.close()


@pytest.mark.long
@pytest.mark.parametrize("who", ["pk-health", "administrator", "auditor-2", "observer"])
async def test_what_is_restricted_is_nowhere_for_others(pair: tuple[World, World, Named], who: str) -> None:
    closed, absent, named = pair
    # The log shows hashes of everything, to whoever may see the commission.
    assert await told_apart(closed, absent, who, named, without=f"{COMMISSION}/log") == []


async def test_who_registers_for_a_newcomer_sees_the_charter_from_the_proposal_on_and_nothing_else(worn: World) -> None:
    named = await closed_commission(worn, await trilateral(worn))
    commission, session = named["commission_id"][0], named["session_id"][0]
    charter = f"/v1/commissions/{commission}"
    proposal = {"action": "accede", "party": "AZ", "effective_on": "2025-03-01"}

    async def told(who: str) -> list[int]:
        paths = (
            charter,
            f"{charter}/transitions",
            f"{charter}/sessions",
            f"{charter}/audit-trail",
            f"/v1/sessions/{session}",
        )
        return [(await worn.as_(who).get(path)).status_code for path in paths]

    assert await told("AZ") == [404] * 5
    made = await chartering.made(worn, proposal, commission=commission)
    assert await told("AZ") == [200, 200, 404, 404, 404]
    assert commission in {one["id"] for one in (await read(worn, "/v1/commissions", "AZ"))["items"]}
    await worn.second_principal("az-energy", organisation_id=organisation(204))
    assert await told("az-energy") == [404] * 5
    await worn.as_("PK").post(f"/v1/transitions/{made['id']}/withdrawal", json={})
    assert await told("AZ") == [404] * 5


async def test_whoever_has_left_reads_nothing_more_of_what_is_not_public_not_even_in_its_group(world: World) -> None:
    group = "01940000-0000-7000-8000-000000000302"
    await world.second_principal("az-energy", organisation_id=organisation(204))
    made = await record_in(world, COMMISSION, 1, confidentiality="restricted", working_group_id=group)
    address = f"/v1/commitments/{made['id']}"
    await read(world, address, "az-energy")
    leave = {"action": "leave", "reason": "R", "notified_on": "2025-03-01", "effective_on": "2025-03-01"}
    await chartering.made(world, leave, by="AZ")
    assert (await world.as_("az-energy").get(address)).status_code == 404
    assert {one["role"] for one in (await read(world, "/v1/me", "AZ"))["roles"]} == {"registrar"}
