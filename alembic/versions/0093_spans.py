"""In which states a commitment or instrument may have been, on which days, as known at which moments: by these a list of what was is found.

Revision: 0093, after 0092. A new table hinders nobody. A trigger is made at once or, after two seconds, not yet, and keeps what happens
from then on, whichever release writes it; what was there before is filled some hundreds at a time, by the order of ids, and locks no
matter: it may have been in any state since the first day that anything tells of it. It can be run again after a failure at any point.
"""

import sqlalchemy as sa
from alembic import op

from service.database.building import LOCK_TIMEOUT
from service.database.spans import FUNCTIONS, KINDS, filled, triggers

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None
serves_from = "0048"

AT_ONCE = 500


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(LOCK_TIMEOUT)
    op.create_table(
        "span",
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("known_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("commission_id", sa.Uuid(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("known_to", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("matter_id", "known_from", "state", name=op.f("pk_span")),
        if_not_exists=True,
    )
    op.execute("CREATE INDEX IF NOT EXISTS ix_span_by_beginning ON span (commission_id, begins)")
    for role in ("pacta_app", "pacta_worker"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON span TO {role}")
    for function in FUNCTIONS:
        op.execute(sa.text(function.replace(":", r"\:")))
    with op.get_context().autocommit_block():
        op.execute(LOCK_TIMEOUT)
        for statement in triggers():
            op.execute(statement)
        for name in KINDS:
            last: str | None = "00000000-0000-0000-0000-000000000000"
            while last:
                last = op.get_bind().exec_driver_sql(filled(name, last, AT_ONCE)).scalar()
