"""Any move may name documents by their ids: their digests are what is proposed, confirmed, told in the entry, and proven."""

import asyncio
import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest

from service.verify.finding import Severity
from service.verify.judgement import verify
from tests.conftest import COMMISSION, SESSION_9, Maker, World, item
from tests.register.commissions import chartering, meeting
from tests.register.commitments.test_journey import SIGN
from tests.register.commitments.test_mending import proven
from tests.register.documents.files import PDF
from tests.register.documents.test_documents import DIGEST, content, sent
from tests.register.instruments import recording
from tests.three_parties import name_registrar
from tests.verify.journal import POLICY, Entry, exported
from tests.verify.test_register import exported as files_of

YES: Final = {"decision": "confirm"}
GROUP: Final = "PK-AZ/JWG/trade"
CAVEAT: Final = {"action": "lapse", "reason": "It is overtaken (sample)."}
WAITING: Final = "SELECT count(*) FROM pg_locks WHERE NOT granted"
ELSEWHERE: Final = "names no document that belongs to this matter"


@pytest.fixture
async def keeping(make_world: Maker, tmp_path: Path) -> World:
    """A register that keeps documents."""
    return await make_world(documents_dir=tmp_path / "documents")


async def propose(world: World, body: dict[str, Any], number: int = 4, by: str = "PK") -> Any:
    return await world.as_(by).post(f"/v1/commitments/{item(number)}/transitions", json=body)


async def answered(world: World, transition_id: str, by: str = "AZ", **said: Any) -> Any:
    return await world.as_(by).post(f"/v1/transitions/{transition_id}/confirmations", json={**YES, **said})


def naming(*documents: Any, **others: Any) -> dict[str, Any]:
    return {**CAVEAT, "documents": [{"document_id": one["id"]} for one in documents], **others}


async def refused(world: World, body: dict[str, Any], number: int = 4) -> dict[str, str]:
    """Propose what is refused, and return what is said, by pointer."""
    answer = await propose(world, body, number)
    assert answer.status_code == 422, answer.text
    return {one["pointer"]: one["detail"] for one in answer.json()["errors"]}


async def test_a_proposal_binds_the_digests_of_what_it_names_and_who_confirms_downloads_them(keeping: World) -> None:
    first = await sent(keeping, matter="PK-AZ/08/004", role="note_verbale")
    second = await sent(keeping, PDF + b" ", by="AZ", matter="PK-AZ/08/004", confidentiality="restricted")
    made = (await propose(keeping, naming(first, second))).json()
    named = [{"document_id": one["id"], "sha256": one["sha256"]} for one in (first, second)]
    assert made["evidence"]["documents"] == named
    for one, file in zip((first, second), (PDF, PDF + b" "), strict=True):
        assert (await content(keeping, one)).content == file
    waiting = (await keeping.as_("AZ").get("/v1/transitions?awaiting=AZ")).json()["items"]
    (mine,) = [one for one in waiting if one["id"] == made["id"]]
    done = await answered(keeping, made["id"], reviewed=mine["reviewed"])
    assert (done.status_code, done.json()["status"]) == (201, "effective")
    trail = (await keeping.as_("AZ").get(f"/v1/commitments/{item(4)}/audit-trail?limit=200")).json()["items"]
    assert [one["data"]["proposal"]["evidence"].get("documents") for one in trail if "proposal" in one["data"]][
        -1
    ] == named
    await proven(keeping)


async def test_what_it_may_not_name_is_refused_by_its_place_with_what_to_do(keeping: World) -> None:
    mine = await sent(keeping, matter="PK-AZ/08/004")
    other = await sent(keeping, matter="PK-AZ/08/007")
    withdrawn = await sent(keeping, matter="PK-AZ/08/004")
    await keeping.as_("PK").post(f"/v1/documents/{withdrawn['id']}/withdrawal", json={"reason": "A mistake."})
    found = await refused(keeping, naming(other, withdrawn, {"id": item(99)}, mine))
    assert {
        pointer: said.partition(";")[0].partition(":")[0].partition(", or")[0] for pointer, said in found.items()
    } == {
        "/documents/0/document_id": ELSEWHERE,
        "/documents/1/document_id": "names a document that was withdrawn",
        "/documents/2/document_id": ELSEWHERE,
    }
    # What belongs elsewhere, and what there is not, are told alike.
    assert found["/documents/0/document_id"] == found["/documents/2/document_id"]
    typed = await refused(keeping, {**CAVEAT, "documents": [{"document_id": mine["id"], "sha256": "0" * 64}]})
    assert typed["/documents/0/sha256"] == f"is not the digest of that document, which is {DIGEST}; leave it out"
    odds: list[Any] = [[], [{}], [{"document_id": "x"}], [{"document_id": mine["id"], "name": "x"}], "x", [mine["id"]]]
    for odd in odds:
        assert (await propose(keeping, {**CAVEAT, "documents": odd})).status_code == 422, odd
    right = {**CAVEAT, "documents": [{"document_id": mine["id"].upper(), "sha256": DIGEST}]}
    made = await propose(keeping, right)
    assert made.json()["evidence"]["documents"] == [{"document_id": mine["id"], "sha256": DIGEST}]


async def test_a_document_that_is_withdrawn_meanwhile_stops_what_names_it(keeping: World) -> None:
    for document in (await sent(keeping, matter="PK-AZ/08/004"), await sent(keeping, matter="PK-AZ/08/004")):
        made = (await propose(keeping, naming(document))).json()
        await keeping.as_("PK").post(f"/v1/documents/{document['id']}/withdrawal", json={"reason": "A mistake."})
        stopped = await answered(keeping, made["id"])
        assert stopped.status_code == 409
        assert "It cannot take effect: names a document that was withdrawn" in stopped.json()["detail"]
        assert (await answered(keeping, made["id"], decision="refuse", reason="R")).status_code == 201
    await proven(keeping)


async def test_what_the_proposer_may_not_read_is_no_document_for_it(keeping: World) -> None:
    secret = await sent(keeping, by="AZ", matter="PK-AZ/08/007", confidentiality="restricted")
    lead = (await keeping.as_("PK").get("/v1/organisations?party=PK&limit=200")).json()["items"][-1]
    client = await keeping.second_principal("pk-lead", organisation_id=lead["id"])
    facts = {"lead_organisation_id": lead["id"]}
    led = await keeping.as_("PK").patch(f"/v1/commitments/{item(7)}", json=facts, headers={"If-Match": "*"})
    assert led.status_code == 200, led.text
    body = {**CAVEAT, "documents": [{"document_id": secret["id"]}]}
    answer = await propose(keeping, body, 7, client)
    assert (answer.status_code, answer.json()["errors"][0]["detail"].startswith(ELSEWHERE)) == (422, True), answer.text
    assert (await propose(keeping, body, 7)).status_code == 201


async def test_authentic_texts_take_their_digests_from_documents_and_are_corrected_so(keeping: World) -> None:
    english, other = [await sent(keeping, PDF + end, matter="PK-AZ/08/004", language="en") for end in (b"", b" ")]
    nowhere = await refused(keeping, {**SIGN, "authentic_texts": [{"language": "en"}]})
    assert nowhere["/authentic_texts/0"] == "needs a reference, or the document_id of the text"
    text = {"language": "en", "document_id": english["id"]}
    made = await propose(keeping, {**SIGN, "authentic_texts": [text]})
    assert made.status_code == 201, made.text
    await answered(keeping, made.json()["id"])
    one = (await keeping.as_("AZ").get(f"/v1/commitments/{item(4)}")).json()
    (told,) = one["instrument"]["authentic_texts"]
    assert (told["document_id"], told["sha256"], told["reference"]) == (english["id"], DIGEST, None)
    trail = (await keeping.as_("PK").get(f"/v1/commitments/{item(4)}/audit-trail?limit=200")).json()["items"]
    signed = [entry["leaf_hash"] for entry in trail if "effective" in entry["data"]][-1]
    wrong = {"action": "correct", "corrects": signed, "fact": "authentic_texts", "reason": "Another file was signed."}
    made = await propose(keeping, {**wrong, "value": [{"language": "en", "document_id": other["id"]}]})
    assert made.status_code == 201, made.text
    await answered(keeping, made.json()["id"])
    (told,) = (await keeping.as_("AZ").get(f"/v1/commitments/{item(4)}")).json()["instrument"]["authentic_texts"]
    assert (told["document_id"], told["sha256"]) == (other["id"], other["sha256"])
    # A digest by hand is for a text that is kept elsewhere.
    kept = [{"language": "en", "reference": "Archive 1 (sample)", "sha256": "0" * 64}]
    made = await propose(keeping, {**wrong, "corrects": await last(keeping), "value": kept})
    assert made.status_code == 201, made.text
    await proven(keeping)


async def last(world: World) -> str:
    trail = (await world.as_("PK").get(f"/v1/commitments/{item(4)}/audit-trail?limit=200")).json()["items"]
    return str(trail[-1]["leaf_hash"])


async def test_an_instrument_is_signed_once_for_all_that_it_carries_by_documents_of_either(keeping: World) -> None:
    one = await recording.entered(
        keeping, commitment_ids=[item(2), item(4)], authentic_languages=["en", "ru"], confidentiality="public"
    )
    english = await sent(keeping, matter=one["reference"], role="authentic_text", language="en")
    russian = await sent(keeping, PDF + b" ", matter="PK-AZ/08/004", role="authentic_text", language="ru")
    outside = await sent(keeping, matter="PK-AZ/08/007")
    texts = [{"language": "en", "document_id": english["id"]}, {"language": "ru", "document_id": outside["id"]}]
    said = await recording.refused(keeping, one["id"], {**recording.SIGN, "texts": texts})
    assert list(said) == ["/texts/1/document_id"]
    texts[1]["document_id"] = russian["id"]
    agreed_text = {"action": "agree_text", "effective_on": "2025-02-10", "place": "Baku", "texts": texts}
    one = await recording.agreed(keeping, one["id"], agreed_text)
    assert [text["sha256"] for text in one["texts"]] == [english["sha256"], russian["sha256"]]
    # Proposed of the commitment, it is a proposal of what carries it.
    made = await propose(keeping, {**SIGN, "authentic_texts": texts, "documents": [{"document_id": russian["id"]}]})
    assert (made.status_code, made.json()["matter"]["kind"]) == (201, "instrument"), made.text
    await recording.confirmed(keeping, made.json()["id"])
    for number in (2, 4):
        told = (await keeping.as_("AZ").get(f"/v1/commitments/{item(number)}")).json()
        assert (told["state"], [text["sha256"] for text in told["instrument"]["authentic_texts"]]) == (
            "signed", [english["sha256"], russian["sha256"]],
        )  # fmt: skip
    await proven(keeping)


async def test_minutes_a_group_and_a_charter_name_documents_too(keeping: World) -> None:
    made = await meeting.begin(keeping, ordinal=12)
    minutes = await sent(keeping, matter=made["id"], role="minutes", language="en")
    hold = {**meeting.HOLD, "minutes": [{"language": "en", "document_id": minutes["id"]}]}
    move = await meeting.made(keeping, made["id"], hold)
    await meeting.answered(keeping, move["id"])
    (text,) = (await meeting.read(keeping, made["id"]))["minutes"]
    assert text == {"language": "en", "reference": None, "document_id": minutes["id"], "sha256": DIGEST}
    act = await sent(keeping, matter=COMMISSION, role="report")
    (named,) = (await chartering.made(keeping, {**chartering.AMEND, "documents": [{"document_id": act["id"]}]}))[
        "evidence"
    ]["documents"]
    assert named["sha256"] == DIGEST
    terms = await sent(keeping, matter=GROUP)
    body = {"action": "rename", "titles": {"en": "Trade (sample)"}, "documents": [{"document_id": terms["id"]}]}
    renamed = await keeping.as_("PK").post(f"/v1/working-groups/{GROUP.replace('/', '%2F')}/transitions", json=body)
    assert renamed.status_code == 201, renamed.text
    await proven(keeping)


async def test_who_begins_to_take_part_confirms_nothing_that_it_cannot_read(keeping: World) -> None:
    closed = await sent(keeping, matter=COMMISSION, confidentiality="parties")
    opened = await sent(keeping, matter=COMMISSION)
    await keeping.as_("administrator").post("/v1/parties", json={"code": "TR", "names": {"en": "Türkiye"}})
    await name_registrar(keeping, "TR")
    body = {"action": "accede", "party": "TR", "effective_on": "2025-01-01"}
    answer = await chartering.propose(keeping, {**body, "documents": [{"document_id": closed["id"]}]})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["detail"].startswith(
        "is kept 'parties', and TR, which is to confirm, cannot read it"
    )
    made = await chartering.made(keeping, {**body, "documents": [{"document_id": opened["id"]}]})
    assert made["evidence"]["documents"] == [{"document_id": opened["id"], "sha256": DIGEST}]
    assert (await content(keeping, opened, "tr-registrar")).content == PDF
    await proven(keeping)


async def test_what_is_only_being_recorded_has_no_document_yet(keeping: World) -> None:
    document = await sent(keeping, matter="PK-AZ/08/004")
    named = [{"language": "en", "document_id": document["id"]}]
    entering = {"found_in": "signed", "texts": named}
    answer = await keeping.as_("PK").post("/v1/instruments", json={**recording.DRAFT, "entering": entering})
    agreement = {"found_in": "signed", "effective_on": "2025-01-01", "authentic_texts": named}
    body = {
        "commission_id": COMMISSION,
        "session_id": SESSION_9,
        "item_number": 77,
        "titles": {"en": "T"},
        "texts": {"en": "T"},
    }
    other = await keeping.as_("PK").post("/v1/commitments", json={**body, "agreement": agreement})
    for refusal, pointer in (
        (answer, "/entering/texts/0/document_id"),
        (other, "/agreement/authentic_texts/0/document_id"),
    ):
        assert refusal.status_code == 422, refusal.text
        (wrong,) = [one for one in refusal.json()["errors"] if one["pointer"] == pointer]
        assert "of what is not recorded yet" in wrong["detail"]


async def test_a_withdrawal_and_a_proposal_that_names_the_document_never_wait_for_each_other_in_a_ring(
    keeping: World,
) -> None:
    one = await recording.entered(keeping, commitment_ids=[item(4)])
    for round_ in range(20):
        document = await sent(keeping, PDF + str(round_).encode(), matter="PK-AZ/08/004")
        body = {"action": "amend", "reason": "R", "changes": {"depositary": f"D {round_}"}}
        naming_it = {**body, "documents": [{"document_id": document["id"]}]}
        many = {"matters": [one["id"]], **naming_it}
        proposing, withdrawing = await asyncio.gather(
            keeping.as_("AZ").post(f"/v1/commissions/{COMMISSION}/proposals", json=many),
            keeping.as_("PK").post(f"/v1/documents/{document['id']}/withdrawal", json={"reason": "A mistake."}),
        )
        assert (proposing.status_code, withdrawing.status_code) == (200, 201), (proposing.text, withdrawing.text)
        (result,) = proposing.json()["results"]
        if made := result["transition"]:
            await keeping.as_("AZ").post(f"/v1/transitions/{made['id']}/withdrawal", json={})
    await proven(keeping)


async def test_who_withdraws_a_document_locks_it_before_its_matter(keeping: World) -> None:
    document = await sent(keeping, matter="PK-AZ/08/004")
    owner, other = await keeping.connect(), await keeping.connect()
    async with owner.transaction():
        # As whoever signs what carries the commitment: it shares the document first, and then wants the commitment.
        await owner.execute("SELECT 1 FROM commitment WHERE id = $1 FOR NO KEY UPDATE", item(4))
        withdrawal = f"/v1/documents/{document['id']}/withdrawal"
        withdrawing = asyncio.create_task(keeping.as_("PK").post(withdrawal, json={"reason": "A mistake."}))
        async with asyncio.timeout(60):
            while not await other.fetchval(WAITING):  # noqa: ASYNC110 -- it becomes so in the database
                await asyncio.sleep(0.01)
        shared = "SELECT id FROM document WHERE id = $1 FOR SHARE SKIP LOCKED"
        assert await owner.fetch(shared, document["id"]) == []
    assert (await withdrawing).status_code == 201


Forgery = Callable[[list[Entry]], None]


@pytest.fixture(scope="module")
async def entries(worn: World) -> list[Entry]:
    """The entries of a register with a commitment that lapsed, for which a document of its own was named."""
    document = await sent(worn, matter="PK-AZ/08/004")
    made = (await propose(worn, naming(document))).json()
    await answered(worn, made["id"])
    other = await sent(worn, matter="PK-AZ/08/007")
    await worn.as_("PK").post(f"/v1/documents/{other['id']}/withdrawal", json={"reason": "A mistake."})
    await files_of(worn, COMMISSION)
    rows = await (await worn.connect()).fetch(
        "SELECT canonical FROM log_entry JOIN audit_entry USING (subject, seq) WHERE log_entry.log_id = $1"
        ' ORDER BY "index"',
        COMMISSION,
    )
    found = [json.loads(row["canonical"]) for row in rows]
    return [{name: value for name, value in one.items() if name not in {"seq", "prev"}} for one in found]


def told(**changes: Any) -> Forgery:
    """Return the forgery by which the proposal tells something else of the document that it names."""

    def forge(entries: list[Entry]) -> None:
        (proposal,) = [
            one["data"]["proposal"]
            for one in entries
            if one["data"].get("proposal", {}).get("evidence", {}).get("documents")
        ]
        named = proposal["evidence"]["documents"][0]
        proposal["evidence"]["documents"] = [{name: value for name, value in {**named, **changes}.items() if value}]

    return forge


def attached(**changes: Any) -> Forgery:
    """Return the forgery by which the document that the proposal names was attached as something else."""

    def forge(entries: list[Entry]) -> None:
        (entry, _) = [one for one in entries if one["kind"] == "document.attached"]
        entry["data"]["document"] |= changes

    return forge


def elsewhere(entries: list[Entry]) -> None:
    """Let the document that is named be another commitment's."""
    mine, other = [one for one in entries if one["kind"] == "document.attached"]
    told(document_id=other["data"]["document"]["id"])(entries)
    entries.remove(other)
    entries.insert(entries.index(mine), other)
    (gone,) = [one for one in entries if one["kind"] == "document.withdrawn"]
    entries.remove(gone)


def withdrawn(entries: list[Entry]) -> None:
    """Let the document be withdrawn before it is named."""
    place, (mine, _) = 0, [one for one in entries if one["kind"] == "document.attached"]
    (gone,) = [one for one in entries if one["kind"] == "document.withdrawn"]
    entries.remove(gone)
    place = entries.index(mine) + 1
    data = {**gone["data"], "document": mine["data"]["document"]["id"]}
    entries.insert(place, {**gone, "subject": mine["subject"], "data": data, "recorded_at": mine["recorded_at"]})


FORGERIES: Final[dict[str, tuple[Forgery, str]]] = {
    "another digest": (told(sha256="0" * 64), "is not the digest of that document"),
    "no digest": (told(sha256=None), "is not spelled as the service writes it"),
    "the digest of another file": (attached(sha256="0" * 64), "is not the digest of that document"),
    "a document of nowhere": (told(document_id=item(99)), ELSEWHERE),
    "a document of another matter": (elsewhere, ELSEWHERE),
    "a document that was withdrawn": (withdrawn, "names a document that was withdrawn"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_the_verifier_holds_the_digest_to_that_of_the_document(entries: list[Entry], forgery: str) -> None:
    forge, said = FORGERIES[forgery]
    assert verify(exported(entries), POLICY).findings.listed == []
    forged = deepcopy(entries)
    forge(forged)
    found = verify(exported(forged), POLICY).findings.listed
    assert any(said in one.message and one.severity is Severity.TAMPERED for one in found), found
