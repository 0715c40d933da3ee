"""The log over HTTP: who may read what, and that what is served proves itself to a reader who has only the key."""

import hashlib
import json
from uuid import UUID, uuid4

import httpx
import pytest

from service.tlog.checkpoint import OpenedCheckpoint, open_checkpoint
from service.tlog.cosignature import Cosigner
from service.tlog.keys import Verifier
from service.tlog.merkle import leaf_hash, root, verify_consistency, verify_inclusion
from service.tlog.note import parse_note
from service.tlog.policy import Policy
from service.tlog.policy_file import parse_policy
from service.tlog.proof import parse_proof
from service.tlog.tiles import Bundle, decode_bundle
from tests.conftest import COMMISSION, ENTRIES, World, item
from tests.log.large import grow
from tests.register.commitments.test_journey import SIGN, confirmed
from tests.tampering import tamper

LOG = f"/v1/commissions/{COMMISSION}/log"
RESTRICTED = item(5)


def key(world: World, log_id: str = COMMISSION) -> Verifier:
    """Return the log's key as its operator knows it, not as the service shows it."""
    verifier: Verifier = world.sequencer.directory.signer(UUID(log_id)).verifier
    return verifier


def policy(world: World) -> Policy:
    return parse_policy(f"log {key(world).vkey}\nquorum none\n".encode())


async def checkpoint(world: World) -> OpenedCheckpoint:
    given = await world.as_("PK").get(f"{LOG}/checkpoint")
    return open_checkpoint(given.content, [key(world)])


async def stored(world: World) -> list[bytes]:
    """Return the bytes of every entry of the log, by index."""
    rows = await (await world.connect()).fetch(
        'SELECT canonical FROM log_entry JOIN audit_entry USING (subject, seq) WHERE log_entry.log_id = $1 ORDER BY "index"',
        COMMISSION,
    )
    return [row["canonical"] for row in rows]


async def cosign(world: World, size: int, witness: Cosigner) -> None:
    """Put a witness's cosignature under a checkpoint, as the one who gathers them does."""
    owner = await world.connect()
    note = await owner.fetchval("SELECT note FROM log_checkpoint WHERE log_id = $1 AND size = $2", COMMISSION, size)
    signature = witness.cosign(parse_note(note).text, 1_800_000_000)
    await owner.execute(
        "INSERT INTO log_cosignature VALUES ($1, $2, $3, $4, to_timestamp(1800000000))",
        COMMISSION,
        size,
        witness.verifier.vkey,
        signature.signature,
    )


OPEN = ["", "/checkpoint", f"/tile/0/000.p/{ENTRIES}", "/proofs/inclusion?index=0", f"/proofs/consistency?old_size={ENTRIES}",
        "/entries/0/proof"]  # fmt: skip
CLOSED = [f"/tile/entries/000.p/{ENTRIES}", "/export"]
EVERYBODY = ["PK", "AZ", "auditor", "stranger", "observer", "administrator", ""]


@pytest.fixture(scope="module")
async def peopled(worn: World) -> World:
    """A signed log, with an auditor whom no commission has appointed."""
    await worn.second_principal("stranger", "auditor")
    await worn.sequence()
    return worn


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("path", [*OPEN, *CLOSED])
async def test_hashes_are_for_whoever_may_read_the_commission_and_bytes_for_secretariats_and_auditors(
    peopled: World, who: str, path: str
) -> None:
    answer = await peopled.as_(who).get(LOG + path)
    may = who in {"PK", "AZ", "auditor"} or (path in OPEN and who)
    assert answer.status_code == (200 if may else 403 if who else 401), answer.text
    if answer.status_code == 403:
        assert "read_log" in answer.json()["detail"]


@pytest.mark.parametrize("path", [*OPEN, *CLOSED])
async def test_a_commission_that_does_not_exist_has_no_log(peopled: World, path: str) -> None:
    answer = await peopled.as_("PK").get(f"/v1/commissions/{uuid4()}/log{path}")
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such commission.")


async def test_the_log_says_its_name_its_key_and_that_the_key_is_to_be_compared(peopled: World) -> None:
    told = (await peopled.as_("observer").get(LOG)).json()
    opened = await checkpoint(peopled)
    assert (told["origin"], told["verifier_key"]) == (opened.checkpoint.origin, key(peopled).vkey)
    assert told["size"] == told["checkpoint"]["size"] == opened.checkpoint.size == ENTRIES
    assert told["checkpoint"]["root_hash"] == opened.checkpoint.root.hex()
    assert told["checkpoint"]["witnesses"] == []
    assert "Compare the verifier key" in told["warning"]


async def test_before_the_first_checkpoint_nothing_can_be_proved_and_it_is_said_so(world: World) -> None:
    told = (await world.as_("PK").get(LOG)).json()
    assert (told["origin"], told["verifier_key"], told["size"], told["checkpoint"]) == (None, None, 0, None)
    for path in [*OPEN[1:], *CLOSED]:
        answer = await world.as_("PK").get(LOG + path)
        assert answer.status_code == 404, path
    assert (await world.as_("PK").get(f"/v1/commitments/{item(1)}/proof")).status_code == 404


async def test_the_checkpoint_is_a_signed_note_that_is_never_cached(peopled: World) -> None:
    answer = await peopled.as_("AZ").get(f"{LOG}/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    opened = open_checkpoint(answer.content, [key(peopled)])
    assert opened.checkpoint.root == root([leaf_hash(entry) for entry in await stored(peopled)])


async def test_one_can_ask_for_the_newest_checkpoint_that_enough_witnesses_have_cosigned(world: World) -> None:
    await world.sequence()
    witnesses = [Cosigner(f"witness{number}.example", bytes([number]) * 32) for number in (1, 2)]
    for witness in witnesses:
        await cosign(world, ENTRIES, witness)
    await confirmed(world, item(4), SIGN)
    await world.sequence()
    await cosign(world, ENTRIES + 2, witnesses[0])
    pk = world.as_("PK")
    sizes = {}
    for wanted in (0, 1, 2, 3):
        answer = await pk.get(f"{LOG}/checkpoint?witnesses={wanted}")
        if answer.status_code == 200:
            opened = open_checkpoint(answer.content, [key(world)], [witness.verifier for witness in witnesses])
            sizes[wanted] = (opened.checkpoint.size, len(opened.verified) - 1)
    assert sizes == {0: (ENTRIES + 2, 1), 1: (ENTRIES + 2, 1), 2: (ENTRIES, 2)}
    assert answer.status_code == 404
    assert "3 witness" in answer.json()["detail"]
    told = (await pk.get(LOG)).json()["checkpoint"]["witnesses"]
    assert [(one["name"], one["vkey"]) for one in told] == [("witness1.example", witnesses[0].verifier.vkey)]
    assert (await pk.get(f"{LOG}/checkpoint?witnesses=101")).status_code == 422


async def test_tiles_hold_the_hashes_and_bundles_the_bytes_of_every_width_that_is_signed(peopled: World) -> None:
    entries = await stored(peopled)
    for width in (1, 50, ENTRIES):
        tile = await peopled.as_("PK").get(f"{LOG}/tile/0/000.p/{width}")
        assert tile.content == b"".join(leaf_hash(entry) for entry in entries[:width])
        bundle = await peopled.as_("auditor").get(f"{LOG}/tile/entries/000.p/{width}")
        assert decode_bundle(Bundle(0, width), bundle.content) == entries[:width]
        for answer in (tile, bundle):
            assert answer.headers["content-type"] == "application/octet-stream"
            assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert any(RESTRICTED.encode() in entry for entry in entries)


WRONG = ["0/0", "00/000", "0/000.p/0", "0/000.p/256", "0/000.p/01", f"0/000.p/{ENTRIES + 1}", "0/000", "0/001.p/1", "1/000.p/1",
         "63/000", "64/000", "-1/000", "0/x000/000.p/1", "0/000.p/", "0/000/", "0/", "entries/0", f"entries/000.p/{ENTRIES + 1}",
         "entries/000", "entries/x999/x999/x999/x999/x999/x999/999", "7/x009/x223/x372/x036/x854/x775/807",
         "0/%C3%A9", f"0/000.p%2F{ENTRIES + 1}", "entries/", "entries/%2E%2E/000.p/1"]  # fmt: skip


@pytest.mark.parametrize("path", WRONG)
async def test_any_other_address_of_a_tile_is_not_found(peopled: World, path: str) -> None:
    answer = await peopled.as_("PK").get(
        httpx.URL(f"http://pacta.test{LOG}/tile/").copy_with(raw_path=f"{LOG}/tile/{path}".encode())
    )
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_slashes_of_a_tiles_address_may_be_escaped_as_generated_clients_do(peopled: World) -> None:
    plain = await peopled.as_("PK").get(f"{LOG}/tile/0/000.p/9")
    assert (await peopled.as_("PK").get(f"{LOG}/tile/0/000.p%2F9")).content == plain.content


async def test_nothing_is_served_beyond_what_is_signed(world: World) -> None:
    await world.sequence()
    await confirmed(world, item(4), SIGN)
    await world.sequencer.step()
    told = (await world.as_("PK").get(LOG)).json()
    assert (told["size"], told["checkpoint"]["size"]) == (ENTRIES + 2, ENTRIES)
    for path in (
        f"/tile/0/000.p/{ENTRIES + 1}",
        f"/tile/entries/000.p/{ENTRIES + 1}",
        f"/entries/{ENTRIES}/proof",
        f"/proofs/inclusion?index={ENTRIES}",
    ):
        assert (await world.as_("PK").get(LOG + path)).status_code == 404, path
    trail = (await world.as_("PK").get(f"/v1/commitments/{item(4)}/audit-trail")).json()["items"]
    assert [entry["in_checkpoint"] for entry in trail] == [True, True, False, False]
    feed = (await world.as_("PK").get(f"/v1/commissions/{COMMISSION}/audit-trail?after={ENTRIES - 3}")).json()["items"]
    assert [(entry["index"], entry["in_checkpoint"]) for entry in feed] == [
        (ENTRIES - 2, True),
        (ENTRIES - 1, True),
        (ENTRIES, False),
        (ENTRIES + 1, False),
    ]
    await confirmed(world, item(2), {"action": "suspend", "reason": "R", "review_on": "2027"})
    trail = (await world.as_("PK").get(f"/v1/commitments/{item(2)}/audit-trail")).json()["items"]
    assert [(entry["index"] is None, entry["in_checkpoint"]) for entry in trail[-1:]] == [(True, False)]


async def test_every_entry_can_be_proved_with_the_key_alone(world: World) -> None:
    await world.sequence()
    await confirmed(world, item(4), SIGN)
    await world.sequence()
    entries = await stored(world)
    for index, entry in enumerate(entries):
        told = (await world.as_("observer").get(f"{LOG}/proofs/inclusion?index={index}")).json()
        opened = open_checkpoint(told["checkpoint"].encode(), [key(world)]).checkpoint
        assert (
            (told["size"], told["root_hash"])
            == (opened.size, opened.root.hex())
            == (ENTRIES + 2, root([*map(leaf_hash, entries)]).hex())
        )
        assert told["leaf_hash"] == hashlib.sha256(b"\0" + entry).hexdigest()
        verify_inclusion(
            leaf_hash(entry), index, opened.size, [bytes.fromhex(one) for one in told["hashes"]], opened.root
        )
        file = await world.as_("observer").get(f"{LOG}/entries/{index}/proof")
        assert parse_proof(file.content).verify(leaf_hash(entry), policy(world)).checkpoint == opened
        assert file.headers["content-disposition"] == f'attachment; filename="PK-AZ-log-{index}.tlog-proof"'
    older = (await world.as_("PK").get(f"{LOG}/proofs/inclusion?index=3&size={ENTRIES}")).json()
    assert open_checkpoint(older["checkpoint"].encode(), [key(world)]).checkpoint.size == ENTRIES


async def test_a_checkpoint_that_was_kept_is_proved_to_be_continued(world: World) -> None:
    await world.sequence()
    kept = (await checkpoint(world)).checkpoint
    await confirmed(world, item(4), SIGN)
    await world.sequence()
    told = (await world.as_("auditor").get(f"{LOG}/proofs/consistency?old_size={ENTRIES}")).json()
    new = open_checkpoint(told["checkpoint"].encode(), [key(world)]).checkpoint
    verify_consistency(kept.size, kept.root, new.size, new.root, [bytes.fromhex(one) for one in told["hashes"]])
    assert (told["old_root_hash"], told["new_root_hash"], told["new_size"]) == (
        kept.root.hex(),
        new.root.hex(),
        ENTRIES + 2,
    )
    pk = world.as_("PK")
    assert (await pk.get(f"{LOG}/proofs/consistency?old_size={ENTRIES}&new_size={ENTRIES}")).json()["hashes"] == []
    assert (await pk.get(f"{LOG}/proofs/consistency?old_size={ENTRIES + 1}")).status_code == 404
    backwards = await pk.get(f"{LOG}/proofs/consistency?old_size={ENTRIES + 2}&new_size={ENTRIES}")
    assert (backwards.status_code, backwards.json()["errors"][0]["parameter"]) == (422, "old_size")


async def test_a_commitment_is_proved_by_its_newest_entry_in_a_checkpoint(world: World) -> None:
    await world.sequence()
    await confirmed(world, item(4), SIGN)
    url = f"/v1/commitments/{item(4)}"
    for sequenced, seq in ((False, 1), (True, 3)):
        if sequenced:
            await world.sequence()
        answer = await world.as_("PK").get(f"{url}/proof")
        assert answer.headers["content-disposition"] == f'attachment; filename="PK-AZ-08-004-{seq}.tlog-proof"'
        entry = (await world.as_("PK").get(f"{url}/audit-trail")).json()["items"][seq]
        proof = parse_proof(answer.content)
        assert proof.index == entry["index"]
        proof.verify(bytes.fromhex(entry["leaf_hash"]), policy(world))


async def test_a_commitment_that_is_not_there_for_the_caller_has_no_proof_like_one_that_is_not_there_at_all(
    peopled: World,
) -> None:
    answers = {}
    for commitment in (RESTRICTED, str(uuid4())):
        answer = await peopled.as_("observer").get(
            f"/v1/commitments/{commitment}/proof", headers={"X-Request-ID": "same"}
        )
        assert answer.status_code == 404
        answers[answer.text.replace(commitment, "")] = {**answer.headers}
    assert len(answers) == 1


@pytest.mark.long
async def test_a_large_log_is_served_and_proved_through_two_levels_of_tiles(world: World) -> None:
    await world.sequence()
    await grow(world, 65_536 + 300)
    entries = [leaf_hash(entry) for entry in await stored(world)]
    size = len(entries)
    assert size == 65_536 + ENTRIES + 300
    opened = (await checkpoint(world)).checkpoint
    assert (opened.size, opened.root) == (size, root(entries))
    pk = world.as_("PK")
    full = [root(entries[first : first + 256]) for first in range(0, size - 255, 256)]
    expected = {
        "0/001": entries[256:512],
        "0/000.p/7": entries[:7],
        f"0/257.p/{ENTRIES + 44}": entries[257 * 256 :],
        "1/000": full[:256],
        "1/001.p/1": full[256:],
        "2/000.p/1": [root(full[:256])],
    }
    for path, hashes in expected.items():
        assert (await pk.get(f"{LOG}/tile/{path}")).content == b"".join(hashes), path
    for path in ("2/000.p/2", "1/001.p/2", "0/258.p/1", "3/000.p/1"):
        assert (await pk.get(f"{LOG}/tile/{path}")).status_code == 404
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        told = (await pk.get(f"{LOG}/proofs/inclusion?index={index}")).json()
        verify_inclusion(entries[index], index, size, [bytes.fromhex(one) for one in told["hashes"]], opened.root)
    told = (await pk.get(f"{LOG}/proofs/consistency?old_size={ENTRIES}")).json()
    verify_consistency(
        ENTRIES, root(entries[:ENTRIES]), size, opened.root, [bytes.fromhex(one) for one in told["hashes"]]
    )


DAMAGE = {
    "a leaf": "UPDATE log_entry SET leaf = decode(repeat('00', 32), 'hex') WHERE \"index\" = 1 AND log_id = $1",
    "a node": "UPDATE log_node SET hash = decode(repeat('00', 32), 'hex') WHERE level = 1 AND \"index\" = 1 AND log_id = $1",
    "a node taken out": "DELETE FROM log_node WHERE log_id = $1",
    "an entry": "UPDATE audit_entry SET canonical = '{}' WHERE subject = $1 AND seq = 0",
    "a checkpoint": "UPDATE log_checkpoint SET root = root, note = convert_to(replace(convert_from(note, 'UTF8'), '/log', '/lag'), 'UTF8')"
    " WHERE log_id = $1",
}


@pytest.mark.parametrize("damage", list(DAMAGE))
async def test_a_log_that_does_not_prove_itself_any_longer_hands_out_no_proof(world: World, damage: str) -> None:
    await world.sequence()
    await grow(world, 600)
    owner = await world.connect()
    url = f"{LOG}/proofs/inclusion?index=0"
    assert (await world.as_("PK").get(url)).status_code == 200
    await tamper(owner, DAMAGE[damage], COMMISSION)
    for path in (url, f"{LOG}/entries/0/proof"):
        answer = await world.as_("PK").get(path)
        assert (answer.status_code, answer.json()["type"]) == (500, "/problems/log-unprovable")
        assert "The operator has been told" in answer.json()["detail"]
        assert "hashes" not in json.dumps(answer.json())
