"""An older register becomes one whose moves name any matter, while the earlier release goes on writing."""

import asyncio

from alembic import command
from alembic.config import Config

from service.database.connection import Address
from service.settings import MIGRATIONS
from tests.conftest import World, item, migrated

OLDER = (
    "INSERT INTO transition (id, commitment_id, action, status, source, target, evidence, proposed_by, proposer_id, awaited,"
    " proposed_at, closed_at) SELECT uuidv7(), id, 'suspend', 'withdrawn', 'agreed', 'suspended', '{}', 'PK', uuidv7(),"
    " '{AZ}', now(), now() FROM commitment, generate_series(1, $1)"
)
UNDO = """DROP FUNCTION span_moved, span_mended CASCADE;
    DELETE FROM confirmation USING transition WHERE transition_id = transition.id AND matter_kind <> 'commitment';
    DELETE FROM transition WHERE matter_kind <> 'commitment';
    ALTER TABLE transition RENAME COLUMN matter_id TO commitment_id;
    ALTER INDEX ix_transition_of_matter RENAME TO ix_transition_of_commitment;
    ALTER INDEX uq_transition_one_open_per_matter RENAME TO uq_transition_one_open_per_commitment;
    DROP INDEX ix_transition_of_commission, ix_transition_open;
    ALTER TABLE transition DROP COLUMN matter_kind, DROP COLUMN commission_id,
        ADD CONSTRAINT fk_transition_commitment_id FOREIGN KEY (commitment_id) REFERENCES commitment (id);
    UPDATE alembic_version SET version_num = '0004'"""


def upgrade(world: World, revision: str) -> None:
    """Bring the world's database to `revision`."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["owner"] = Address.parse(world.server.url("pacta_owner", world.database))
    command.upgrade(config, revision)


async def test_rows_of_before_and_rows_written_meanwhile_get_their_matter(world: World) -> None:
    owner = await world.connect()
    await owner.execute(UNDO)
    # More than one batch.
    await owner.execute(OLDER, 500)
    await asyncio.to_thread(upgrade, world, "0005")
    await owner.execute(OLDER, 1)
    assert await owner.fetchval("SELECT count(*) FROM transition WHERE commission_id IS NULL") == 0
    await asyncio.to_thread(migrated, world.server, world.database)
    wrong = await owner.fetchval(
        "SELECT count(*) FROM transition t LEFT JOIN commitment c ON c.id = t.matter_id"
        " WHERE t.matter_kind <> 'commitment' OR t.commission_id IS DISTINCT FROM c.commission_id"
    )
    assert wrong == 0
    suspend = {"action": "suspend", "reason": "R", "review_on": "2027"}
    made = await world.as_("PK").post(f"/v1/commitments/{item(2)}/transitions", json=suspend)
    assert made.status_code == 201, made.text
