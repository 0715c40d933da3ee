"""${message}

Revision: ${up_revision}, after ${down_revision | comma,n}.

A migration runs while the service answers. Add columns as nullable or with a constant default; build indexes with
`service.database.building.build_index`; never rewrite a large table; never change a row of the audit trail; and let it be run again after
a failure at any point, since it is, when it waits two seconds for a lock. `serves_from` is the newest revision of the oldest release that
works on what this makes; without it, every instance of before writes nothing any more once this has run.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}
serves_from = ${repr(up_revision)}


def upgrade() -> None:
    """Bring the schema to this revision."""
    ${upgrades if upgrades else "pass"}
