"""A reference is found as people type it: with a sign after it, with hyphens or dots for strokes, with either party first.

Revision: 0092, after 0091. One function that only questions use is replaced, which waits for nobody; nothing is filled anew. It can be
run again after a failure at any point.
"""

import sqlalchemy as sa
from alembic import op

from service.database.building import LOCK_TIMEOUT
from service.database.searched.folding import FUNCTIONS

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None
serves_from = "0048"


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(LOCK_TIMEOUT)
    for function in FUNCTIONS:
        if function.startswith("CREATE OR REPLACE FUNCTION coded("):
            op.execute(sa.text(function.replace(":", r"\:")))
