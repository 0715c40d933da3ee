"""A list of commitments says who keeps their commission alone: the few such commissions are found by the index of those joined later.

Revision: 0095, after 0094. The index is built beside the writers before the one that it takes the place of goes; releases before this
one read the few commissions without it. It can be run again after a failure at any point.
"""

from service.database.building import build_index, drop_index

revision = "0095"
down_revision = "0094"
branch_labels = None
depends_on = None
serves_from = "0048"

UNEVEN = "entered <> '{}'::jsonb OR cardinality(parties) - cardinality(outside) = 1"


def upgrade() -> None:
    """Bring the schema to this revision."""
    build_index("ix_commission_uneven", f"commission (id) WHERE {UNEVEN}")
    drop_index("ix_commission_grown")
