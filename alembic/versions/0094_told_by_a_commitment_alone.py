"""Instruments of which a commitment alone tells, from before there were instruments, are in the register of instruments.

Revision: 0094, after 0093. No entry is written: a row follows from its commitment, and has no trail until its first move. Triggers keep
it as the commitment or the charter changes, whichever release changes that; those of before are filled some at a time, each time with so many
commitments held for a moment. That a trail begins with what was recorded, the database refuses to break from here on: the release before
would begin one with a move. It can be run again after a failure at any point.
"""

import sqlalchemy as sa
from alembic import op

from service.database.building import LOCK_TIMEOUT
from service.database.told_alone import FILL, FUNCTIONS, TRIGGERS

revision = "0094"
down_revision = "0093"
branch_labels = None
depends_on = None
serves_from = "0048"

AT_ONCE = 100
NAME = "ck_audit_entry_a_trail_begins_with_what_was_recorded"
BEGINS = r"seq > 0 OR kind !~ '^(transition|document)\.' AND kind <> 'instrument.extended'"


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(LOCK_TIMEOUT)
    op.execute(
        f"ALTER TABLE audit_entry DROP CONSTRAINT IF EXISTS {NAME}, ADD CONSTRAINT {NAME} CHECK ({BEGINS}) NOT VALID"
    )
    for function in FUNCTIONS:
        op.execute(sa.text(function.replace(":", r"\:")))
    with op.get_context().autocommit_block():
        op.execute(LOCK_TIMEOUT)
        op.execute("SET statement_timeout = 0")
        op.execute(f"ALTER TABLE audit_entry VALIDATE CONSTRAINT {NAME}")
        for trigger in TRIGGERS:
            op.execute(trigger)
        last: str | None = "00000000-0000-0000-0000-000000000000"
        while last:
            last = op.get_bind().exec_driver_sql(FILL.format(after=last, most=AT_ONCE)).scalar()
        op.execute("RESET statement_timeout")
