"""An older register becomes one in which each record knows its recorder, while the earlier release goes on writing."""

import asyncio

from tests.conftest import World, item, migrated
from tests.database.test_moves_of_any_matter import upgrade
from tests.register.commitments.test_journey import RECORD, confirm

UNDO = """ALTER TABLE commitment DROP COLUMN recorded_by, DROP COLUMN is_joint;
    UPDATE alembic_version SET version_num = '0010'"""
# As the earlier release records: row, move and first entry in one transaction.
COPIED = """WITH made AS (
        INSERT INTO commitment (id, reference, commission_id, item_number, sector, titles, texts, confidentiality,
            instrument_required, party_facts, state, corrected, recorded_at, awaiting, seq, leaf, changed_at)
        SELECT uuidv7(), 'PK-AZ/00/' || (500 + n), commission_id, 500 + n, sector, titles, texts, confidentiality,
            instrument_required, party_facts, 'agreed', corrected, recorded_at, '{}', 0, leaf, changed_at
        FROM commitment, generate_series(1, $2) n WHERE id = $1
        RETURNING *),
    moved AS (
        INSERT INTO transition (matter_kind, matter_id, commission_id, action, status, source, target, evidence, proposed_by,
            proposer_id, awaited, proposed_at, closed_at)
        SELECT 'commitment', id, commission_id, 'agree', 'effective', 'proposed', 'agreed', '{}', 'AZ', uuidv7(), '{}', now(),
            now() FROM made)
    INSERT INTO audit_entry (subject, seq, log_id, leaf, canonical, kind, recorded_at)
    SELECT id, 0, commission_id, leaf, convert_to('{"party":"AZ"}', 'UTF8'), 'commitment.recorded', now() FROM made"""
UNKNOWN = "SELECT count(*) FROM commitment WHERE recorded_by IS NULL"


async def test_records_of_before_and_of_meanwhile_get_their_recorder_from_their_first_entry(world: World) -> None:
    waiting = (await world.as_("AZ").post("/v1/commitments", json=RECORD)).json()
    owner = await world.connect()
    await owner.execute(UNDO)
    await asyncio.to_thread(upgrade, world, "0011")
    await owner.execute(COPIED, item(2), 5001)
    assert await owner.fetchval(UNKNOWN) == 0
    # The earlier release lets a proposal take effect.
    await owner.execute(
        "UPDATE transition SET status = 'effective', closed_at = now() WHERE id = $1", waiting["open_transition"]["id"]
    )
    await asyncio.to_thread(migrated, world.server, world.database)
    rows = await owner.fetch("SELECT recorded_by, is_joint, count(*) FROM commitment GROUP BY 1, 2 ORDER BY 1")
    assert [tuple(row) for row in rows] == [("AZ", True, 5009), ("PK", True, 7)]


async def test_what_awaits_the_others_is_its_recorders_still(world: World) -> None:
    waiting = (await world.as_("AZ").post("/v1/commitments", json=RECORD)).json()
    owner = await world.connect()
    # More than one batch.
    await owner.execute(
        COPIED.replace("awaiting, seq", "awaiting, recorded_by, is_joint, seq").replace(
            "'{}', 0", "'{}', 'PK', true, 0"
        ),
        item(2),
        5001,
    )
    await owner.execute(UNDO)
    await asyncio.to_thread(migrated, world.server, world.database)
    rows = await owner.fetch("SELECT recorded_by, is_joint, count(*) FROM commitment GROUP BY 1, 2 ORDER BY 1, 2")
    assert [tuple(row) for row in rows] == [("AZ", False, 1), ("AZ", True, 5008), ("PK", True, 7)]
    done = await world.as_("AZ").post(f"/v1/commitments/{waiting['id']}/transitions", json={"action": "retract"})
    assert done.status_code == 201
    late = (await world.as_("PK").post("/v1/commitments", json=RECORD | {"item_number": 16})).json()
    assert (await confirm(world, late["open_transition"]["id"]))["status"] == "effective"
