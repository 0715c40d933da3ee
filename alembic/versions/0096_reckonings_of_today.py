"""What is reckoned of instruments is what today's rules lead to: a notice by one of three parties, days known by their month alone.

Revision: 0096, after 0095. Lists look instruments up by their reckoning, single readings reckon anew: without this they would tell otherwise
until each one's next move. No lock is held but on one row at a time, and none is written that moved meanwhile: its writer reckoned
it. An instance of the release before, while it still runs, reckons what it moves by its own rules; what a commitment alone tells, triggers keep.
It can be run again after a failure at any point.
"""

from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from service.database.building import LOCK_TIMEOUT
from service.register.instruments.rules.matter import INSTRUMENT
from service.register.instruments.rules.reckoning import COLUMNS, reckoned

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None
serves_from = "0048"

PAGE = sa.text(f"""SELECT id, seq, CAST(to_jsonb(instrument) AS text) AS told, {", ".join(COLUMNS)}
    FROM instrument JOIN instrument_reckoning ON instrument_id = id WHERE seq >= 0 AND id > :after ORDER BY id LIMIT 500""")  # noqa: S608 -- names of ours
STORE = sa.text(f"""UPDATE instrument_reckoning SET {", ".join(f"{name} = :{name}" for name in COLUMNS)}
    WHERE instrument_id = (SELECT id FROM instrument WHERE id = :key AND seq = :moves FOR SHARE)""")  # noqa: S608 -- the same


def upgrade() -> None:
    """Bring the schema to this revision."""
    with op.get_context().autocommit_block():
        op.execute(LOCK_TIMEOUT)
        after: Any = "00000000-0000-0000-0000-000000000000"
        while page := op.get_bind().execute(PAGE, {"after": after}).all():
            for row in page:
                _reckon_anew(row)
            after = page[-1].id


def _reckon_anew(row: Any) -> None:  # noqa: ANN401 -- a row of `PAGE`
    values = reckoned(dict.fromkeys(INSTRUMENT.members) | orjson.loads(row.told))
    if any(getattr(row, name) != value for name, value in values.items()):
        op.get_bind().execute(STORE, {**values, "key": row.id, "moves": row.seq})
