"""${message}

Revision: ${up_revision}, after ${down_revision | comma,n}.

A migration runs while the service answers. Add columns as nullable or with a constant default; build indexes
CONCURRENTLY in a migration of their own; never rewrite a large table; and never change a row of the audit trail.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Bring the schema to this revision."""
    ${upgrades if upgrades else "pass"}
