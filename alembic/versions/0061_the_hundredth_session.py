"""Sessions from the hundredth on are found by their own number: the search had kept the first two digits.

Revision: 0061, after 0056. The trigger's function is replaced, which waits for nobody; then the sessions that were cut are filled anew,
of which there is hardly one. It can be run again after a failure at any point.
"""

import sqlalchemy as sa
from alembic import op

from service.database.building import LOCK_TIMEOUT
from service.database.searched.filling import anew, triggers

revision = "0061"
down_revision = "0056"
branch_labels = None
depends_on = None
serves_from = "0048"


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.execute(LOCK_TIMEOUT)
    for statement in (*triggers("session"), anew("session", "one.ordinal >= 100")):
        op.execute(sa.text(statement.replace(":", r"\:")))
