"""What a party can do about an attack that the log does not show."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from service.tlog.checkpoint import parse_checkpoint
from service.tlog.cosignature import timestamp_of
from service.tlog.note import parse_note
from service.tlog.proof import parse_proof
from tests.attacks import ways
from tests.attacks.host import newest, propose
from tests.attacks.scene import Scene, begin, second, witness_of
from tests.conftest import COMMISSION, ENTRIES, Maker, World, item

KEPT = ENTRIES


@pytest.fixture
async def scene(world: World, tmp_path: Path, make_world: Maker) -> Scene:
    """A register in which all is signed, witnessed, kept and proven."""
    return await begin(world, tmp_path, make_world)


async def trail(scene: Scene, number: int, by: str = "PK") -> Any:
    """Return the entries of one of the pilot's commitments."""
    return (await scene.world.as_(by).get(f"/v1/commitments/{item(number)}/audit-trail")).json()["items"]


async def proven(scene: Scene, number: int) -> int:
    """Return the index of the entry that the commitment's proof is of."""
    given = await scene.world.as_("PK").get(f"/v1/commitments/{item(number)}/proof")
    assert given.status_code == 200
    return parse_proof(given.content).index


async def test_a_party_finds_in_the_feed_what_was_confirmed_in_its_name(scene: Scene) -> None:
    await ways.forge_a_confirmation(scene)
    feed = await scene.world.as_("AZ").get(f"/v1/commissions/{COMMISSION}/audit-trail?after={KEPT - 1}")
    (mine,) = [entry for entry in feed.json()["items"] if entry["party"] == "AZ"]
    assert (mine["kind"], mine["in_checkpoint"]) == ("transition.confirmed", True)


async def test_a_party_reads_in_the_trail_that_its_words_were_changed(scene: Scene) -> None:
    await ways.edit_and_recompute_before_the_first_checkpoint(scene)
    assert (await trail(scene, 2))[-1]["data"]["proposal"]["evidence"]["reason"] == "Dropped."


async def test_a_cosigned_checkpoint_limits_how_far_an_entry_can_be_dated_back(scene: Scene) -> None:
    await ways.date_within_the_gap(scene)
    entry = (await trail(scene, 4))[-1]
    (cosignature,) = [one for one in parse_note(scene.kept).signatures if one.name == scene.witness.cosigner.name]
    at = (await newest(await scene.world.connect(), item(4)))["recorded_at"].timestamp()
    assert at < timestamp_of(cosignature)
    assert entry["index"] >= parse_checkpoint(parse_note(scene.kept).text).size == KEPT


async def test_who_was_answered_201_finds_neither_the_entry_nor_a_proof_of_it(scene: Scene) -> None:
    before = await trail(scene, 2)
    await ways.accept_and_append_nothing(scene)
    answered = scene.answered["id"]
    assert (await scene.world.as_("PK").get(f"/v1/transitions/{answered}")).status_code == 404
    after = await trail(scene, 2)
    assert [entry["leaf_hash"] for entry in after] == [entry["leaf_hash"] for entry in before]
    assert answered not in json.dumps(after)
    assert await proven(scene, 2) == before[-1]["index"]
    # What is sent again is recorded.
    again = await propose(scene, 2)
    await scene.settle()
    assert again["id"] in json.dumps((await trail(scene, 2))[-1])
    assert await proven(scene, 2) == KEPT


async def test_an_entry_that_was_left_out_has_no_index_and_no_proof(scene: Scene) -> None:
    await ways.leave_out_the_newest(scene)
    entries = await trail(scene, 2)
    assert (entries[-1]["index"], entries[-1]["in_checkpoint"]) == (None, False)
    assert await proven(scene, 2) == entries[-2]["index"]


async def test_a_witness_that_is_shown_one_history_is_content_and_a_quorum_of_both_sides_is_not(scene: Scene) -> None:
    theirs = witness_of(scene.place / "theirs", "theirs.example/witness", scene.key)
    vkeys = {"ours": scene.witness.cosigner.verifier.vkey, "theirs": theirs.cosigner.verifier.vkey}
    known = "".join(f"witness {name} {vkey}\n" for name, vkey in vkeys.items())
    both = scene.policy(f"{known}group both all ours theirs\nquorum both\n")
    await scene.ask(theirs)
    assert scene.verify(await scene.export("before"), both)[0] == 0
    log_dir = scene.place / "log"
    shutil.copytree(scene.world.sequencer.directory.path, log_dir)
    async with second(scene, log_dir) as other:
        for witness, alone, number in ((scene.witness, "ours", 2), (theirs, "theirs", 3)):
            await propose(scene, number)
            await scene.world.sequence()
            assert await scene.ask(witness) is None
            shown = await scene.export(alone)
            assert scene.verify(shown, scene.policy(f"{known}quorum {alone}\n"))[0] == 0
            status, said = scene.verify(shown, both)
            assert status == 2
            assert re.search(f"cosigned by {alone}, which is not the quorum 'both'", said)
            if alone == "ours":
                first, scene.world = await scene.newest(), other()
        status, said = scene.verify(shown, scene.policy(), first)
        assert status == 1
        assert "does not continue the one you kept" in said
