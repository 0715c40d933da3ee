"""What is reckoned of instruments is what today's rules lead to: a notice by one of three parties, days known by their month alone.

Revision: 0096, after 0095. Lists look instruments up by their reckoning, single readings reckon anew: without this they would tell otherwise
until each one's next move. No lock is held but on one row at a time, and none is written that moved meanwhile: its writer reckoned
it. An instance of the release before, while it still runs, reckons what it moves by its own rules; what a commitment alone tells, triggers keep.
It can be run again after a failure at any point.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from service.database.building import LOCK_TIMEOUT
from service.database.columns import table
from service.register.instruments.models import InstrumentReckoning
from service.register.instruments.rules.matter import INSTRUMENT
from service.register.instruments.rules.reckoning import COLUMNS, reckoned

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None
serves_from = "0048"

AT_ONCE = 500
_reckoning = table(InstrumentReckoning)
_columns = [_reckoning.c[name] for name in COLUMNS]
_instrument = sa.table("instrument", sa.column("id", sa.Uuid()), sa.column("seq", sa.Integer()))
_told = sa.cast(sa.func.to_jsonb(sa.literal_column("instrument")), sa.JSON)
_here = sa.select(_instrument.c.id, _instrument.c.seq, _told.label("told"), *_columns)
_page = (
    _here.join(_reckoning, _reckoning.c.instrument_id == _instrument.c.id)
    .where(_instrument.c.seq >= 0, _instrument.c.id > sa.bindparam("after", type_=sa.Uuid()))
    .order_by(_instrument.c.id)
    .limit(AT_ONCE)
)
_as_read = (
    sa.select(_instrument.c.id)
    .where(_instrument.c.id == sa.bindparam("key", type_=sa.Uuid()), _instrument.c.seq == sa.bindparam("moves"))
    .with_for_update(read=True)
)


def upgrade() -> None:
    """Bring the schema to this revision."""
    with op.get_context().autocommit_block():
        op.execute(LOCK_TIMEOUT)
        after: Any = "00000000-0000-0000-0000-000000000000"
        while page := op.get_bind().execute(_page, {"after": after}).all():
            for row in page:
                _reckon_anew(row)
            after = page[-1].id


def _reckon_anew(row: Any) -> None:  # noqa: ANN401 -- a row of `_page`
    known = dict.fromkeys(INSTRUMENT.members) | row.told
    values = reckoned(known)
    if any(getattr(row, name) != value for name, value in values.items()):
        stored = sa.update(_reckoning).where(_reckoning.c.instrument_id.in_(_as_read)).values(values)
        op.get_bind().execute(stored, {"key": row.id, "moves": row.seq})
