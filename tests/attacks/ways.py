"""The attacks as a host carries them out, careless or thorough; each returns what catches it."""

import json
import shutil
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from service.tlog.merkle import leaf_hash
from tests.attacks.host import Entries, append, forget, newest, propose, rewrite, store, unguarded
from tests.attacks.scene import LOG, Check, Scene, as_it_is, caught, key_alone, second, verified
from tests.conftest import item
from tests.register.commitments.test_journey import SIGN, confirmed

Caught = dict[Check, str]
Way = Callable[[Scene], Awaitable[Caught]]
SIGNED = item(4)
FACTS = {"before": {"AZ": {}}, "after": {"AZ": {"focal_point": "Another desk"}}}


async def sign(scene: Scene) -> None:
    """Let both parties sign an instrument in Baku, and the log, and the witness."""
    await confirmed(scene.world, SIGNED, SIGN)
    assert await scene.settle() is None


async def go_on(scene: Scene) -> Caught:
    """Let Pakistan record more, and see what catches the host."""
    await propose(scene, 2)
    await propose(scene, 6)
    return await caught(scene)


def elsewhere(entries: Entries) -> Entries:
    """Tell it as if the instrument had been signed in Ganja."""
    return [json.loads(json.dumps(entry).replace('"Baku"', '"Ganja"')) for entry in entries]


async def nothing_wrong(scene: Scene) -> Caught:
    await sign(scene)
    return await go_on(scene)


async def edit_one_row(scene: Scene) -> Caught:
    await sign(scene)
    async with unguarded(scene) as owner:
        changed = await owner.execute(
            "UPDATE audit_entry SET canonical = convert_to(replace(convert_from(canonical, 'UTF8'), 'Baku', 'Ganja'), 'UTF8')"
            " WHERE subject = $1 AND kind = 'transition.proposed' AND position('Baku'::bytea in canonical) > 0",
            UUID(SIGNED),
        )
    assert changed == "UPDATE 1"
    return await go_on(scene)


async def recompute_without_the_key(scene: Scene) -> Caught:
    await sign(scene)
    await rewrite(scene, elsewhere)
    return await go_on(scene)


async def recompute_and_sign_but_leave_the_note(scene: Scene) -> Caught:
    await sign(scene)
    await rewrite(scene, elsewhere)
    await forget(scene, notes=False)
    await propose(scene)
    await scene.world.sequence()
    owner = await scene.world.connect()
    return {Check.SEQUENCER: await owner.fetchval("SELECT reason FROM log_alarm WHERE log_id = $1", LOG)}


async def recompute_and_sign(scene: Scene) -> Caught:
    await sign(scene)
    await rewrite(scene, elsewhere)
    await forget(scene)
    return await go_on(scene)


async def change_facts(scene: Scene) -> None:
    """Let Azerbaijan name a focal point: the newest entry, signed and witnessed."""
    changed = await scene.world.as_("AZ").patch(
        f"/v1/commitments/{SIGNED}", json={"focal_point": "A desk"}, headers={"If-Match": "*"}
    )
    assert changed.status_code == 200, changed.text
    assert await scene.settle() is None


async def delete_the_newest(scene: Scene) -> Caught:
    await change_facts(scene)
    async with unguarded(scene) as owner:
        last = await newest(owner, SIGNED)
        for table in ("log_entry", "audit_entry"):
            await owner.execute(f"DELETE FROM {table} WHERE (subject, seq) = ($1, $2)", last["subject"], last["seq"])
    return await go_on(scene)


async def delete_the_newest_and_sign(scene: Scene) -> Caught:
    await change_facts(scene)
    owner = await scene.world.connect()
    await owner.execute("UPDATE commitment SET party_facts = party_facts - 'AZ' WHERE id = $1", UUID(SIGNED))
    await rewrite(scene, lambda entries: entries[:-1])
    await forget(scene)
    return await caught(scene)


async def _restored(scene: Scene, log_dir: Path) -> Caught:
    async with second(scene, log_dir) as restore:
        await sign(scene)
        scene.world = restore()
        await propose(scene, 3)
        return await go_on(scene)


async def restore_a_backup(scene: Scene) -> Caught:
    return await _restored(scene, scene.world.sequencer.directory.path)


async def restore_a_backup_and_sign(scene: Scene) -> Caught:
    return await _restored(scene, as_it_is(scene, scene.place / "log"))


async def restore_a_backup_without_the_note(scene: Scene) -> Caught:
    return await _restored(scene, key_alone(scene, scene.place / "log"))


async def forge_a_confirmation(scene: Scene) -> Caught:
    made = await propose(scene)
    # Azerbaijan sends nothing: whoever holds the key that signs tokens makes one for its secretariat.
    forged = await scene.world.as_("az-secretariat").post(
        f"/v1/transitions/{made['id']}/confirmations", json={"decision": "confirm"}
    )
    assert forged.json()["status"] == "effective"
    return await caught(scene)


async def replay_the_bytes(scene: Scene) -> Caught:
    await sign(scene)
    owner = await scene.world.connect()
    last = await newest(owner, SIGNED)
    assert last["kind"] == "transition.confirmed"
    await store(owner, last, last["canonical"])
    return await caught(scene)


async def replay_it_chained(scene: Scene) -> Caught:
    await sign(scene)
    last = await newest(await scene.world.connect(), SIGNED)
    await append(scene, SIGNED, last["kind"], "AZ", json.loads(last["canonical"])["data"])
    return await caught(scene)


async def two_trees(scene: Scene) -> Caught:
    log_dir = scene.place / "log"
    shutil.copytree(scene.world.sequencer.directory.path, log_dir)
    async with second(scene, log_dir) as other:
        await propose(scene, 2)
        assert await scene.settle() is None
        assert not verified(scene, await scene.export("first"))
        # The other side is shown this one: the checkpoint that it compares with is the first side's.
        scene.world = other()
        await propose(scene, 3)
        return await caught(scene)


async def edit_before_the_first_checkpoint(scene: Scene) -> Caught:
    await propose(scene, reason="Paused.")
    async with unguarded(scene) as owner:
        last = await newest(owner, item(2))
        changed = last["canonical"].replace(b"Paused.", b"Dropped.")
        await owner.execute("UPDATE audit_entry SET canonical = $2 WHERE leaf = $1", last["leaf"], changed)
    return await caught(scene)


async def edit_and_recompute_before_the_first_checkpoint(scene: Scene) -> Caught:
    await propose(scene, reason="Paused.")
    async with unguarded(scene) as owner:
        last = await newest(owner, item(2))
        changed = last["canonical"].replace(b"Paused.", b"Dropped.")
        leaf = leaf_hash(changed)
        await owner.execute("UPDATE audit_pending SET leaf = $2 WHERE leaf = $1", last["leaf"], leaf)
        await owner.execute("UPDATE commitment SET leaf = $2 WHERE leaf = $1", last["leaf"], leaf)
        await owner.execute(
            "UPDATE audit_entry SET canonical = $2, leaf = $3 WHERE leaf = $1", last["leaf"], changed, leaf
        )
        await owner.execute(
            "UPDATE transition SET evidence = jsonb_set(evidence, '{reason}', '\"Dropped.\"') WHERE id = $1",
            UUID(json.loads(changed)["data"]["proposal"]["transition"]),
        )
    return await caught(scene)


async def date_below_the_entry_before(scene: Scene) -> Caught:
    last = await newest(await scene.world.connect(), SIGNED)
    await append(scene, SIGNED, "commitment.changed", "AZ", FACTS, last["recorded_at"] - timedelta(days=1))
    return await caught(scene)


async def date_within_the_gap(scene: Scene) -> Caught:
    last = await newest(await scene.world.connect(), SIGNED)
    await append(scene, SIGNED, "commitment.changed", "AZ", FACTS, last["recorded_at"] + timedelta(microseconds=1))
    return await caught(scene)


async def accept_and_append_nothing(scene: Scene) -> Caught:
    made = await propose(scene)
    async with unguarded(scene) as owner:
        last = await newest(owner, item(2))
        await owner.execute(
            "UPDATE commitment SET open_transition_id = NULL, proposed_by = NULL, awaiting = '{}', seq = seq - 1,"
            " leaf = (SELECT leaf FROM audit_entry WHERE subject = $1 AND seq = $2) WHERE id = $1",
            *(last["subject"], last["seq"] - 1),
        )
        await owner.execute("DELETE FROM transition WHERE id = $1", UUID(made["id"]))
        for table in ("audit_pending", "audit_entry"):
            await owner.execute(f"DELETE FROM {table} WHERE leaf = $1", last["leaf"])
    scene.answered = made
    return await caught(scene)


async def hand_out_an_older_proof(scene: Scene) -> Caught:
    name = "proofs/PK-AZ/08/004.tlog-proof"
    older = (await scene.export("before") / name).read_bytes()
    await sign(scene)
    return await caught(scene, lambda exported: (exported / name).write_bytes(older))


async def leave_out_the_newest(scene: Scene) -> Caught:
    await propose(scene)
    owner = await scene.world.connect()
    await owner.execute("DELETE FROM audit_pending WHERE subject = $1", UUID(item(2)))
    return await caught(scene)


async def leave_out_one_and_go_on(scene: Scene) -> Caught:
    await leave_out_the_newest(scene)
    owner = await scene.world.connect()
    transition = await owner.fetchval("SELECT open_transition_id FROM commitment WHERE id = $1", UUID(item(2)))
    await scene.world.as_("AZ").post(f"/v1/transitions/{transition}/confirmations", json={"decision": "confirm"})
    return await caught(scene)
