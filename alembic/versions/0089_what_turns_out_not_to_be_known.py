"""On which day a session met, and on which an instrument ended, may turn out not to be known: a correction says so.

Revision: 0089, after 0074. Two checks are dropped, which changes the catalogue alone. Releases before go on: what they write has such
a day. It can be run again after a failure at any point.
"""

from alembic import op

from service.database.building import LOCK_TIMEOUT

revision = "0089"
down_revision = "0074"
branch_labels = None
depends_on = None
serves_from = "0048"


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(LOCK_TIMEOUT)
    op.execute("ALTER TABLE session DROP CONSTRAINT IF EXISTS ck_session_it_met_on_a_day")
    op.execute("ALTER TABLE instrument DROP CONSTRAINT IF EXISTS ck_instrument_what_ended_did_so_on_a_day")
