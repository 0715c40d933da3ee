"""The statements that read commitments, made once for each kind of caller: making them costs more than running them."""

from datetime import date
from functools import cache
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from service.database.columns import table
from service.database.statement import Query
from service.permissions import Kind
from service.register.commissions.models import UNEVEN, Commission, Session
from service.register.commitments.models import Commitment
from service.register.commitments.naming import in_row
from service.register.commitments.rules.activity import DORMANT_MONTHS, SOON_DAYS
from service.register.commitments.rules.kinds import CommitmentKind
from service.register.commitments.rules.lifecycle import OPEN, State
from service.register.commitments.rules.sided import JOIN
from service.register.commitments.visibility import readable_by, seen_by
from service.register.decisions.models import live as has_live_proposal
from service.register.groups.models import WorkingGroup

_commitment, _commission, _session, _group = table(Commitment), table(Commission), table(Session), table(WorkingGroup)
_other = _commitment.alias("other")
_today = sa.cast(sa.func.timezone("UTC", sa.func.now()), sa.Date)
# Literals, not parameters: a list of them would be spelled out anew at each execution.
_open = _commitment.c.state.in_([sa.literal_column(f"'{state.value}'") for state in OPEN])
live = has_live_proposal(_commitment)
# Spelled as its index is; what has no date sorts last. Not the last day of the calendar: the driver sends it as infinity.
NO_DATE = date(9000, 1, 1)
due = sa.func.coalesce(_commitment.c.due_on, sa.text(f"'{NO_DATE}'::date"))
overdue = _open & (due < _today)
due_soon = _open & due.between(_today, _today + SOON_DAYS)
# The last that happened in the world or was reported; where that is not known, when the register heard of it.
_heard = sa.cast(sa.func.timezone("UTC", _commitment.c.changed_at), sa.Date)
_active_on = sa.func.coalesce(sa.func.greatest(_commitment.c.moved_on, _commitment.c.reported_on), _heard)
dormant = _open & (_active_on < _today - sa.text(f"interval '{DORMANT_MONTHS} months'"))
disputed = _commitment.c.refused_transition_id.is_not(None)
unknown = _commitment.c.unknown.is_not(None)
_AT: Any = sa.literal_column("'at'")
_uneven = sa.func.array(
    sa.select(sa.column("id")).select_from(sa.table("commission")).where(sa.text(UNEVEN)).scalar_subquery(),
    type_=ARRAY(sa.Uuid()),
)
# Asked once for a statement: there are few such commissions.
_is_uneven = _commitment.c.commission_id == sa.any_(_uneven)
_members = ("parties", "outside", "entered", "departed")
_told = chain.from_iterable((sa.literal_column(f"'{name}'"), _commission.c[name]) for name in _members)
_charter = (
    sa.select(sa.func.jsonb_build_object(*_told, type_=JSONB))
    .where(_commission.c.id == _commitment.c.commission_id)
    .correlate(_commitment)
    .scalar_subquery()
)
charter = sa.case((_is_uneven, _charter))
"""The column: who takes part in its commission, and who came and left; null where all of its parties have since it was founded."""


def _one_sided() -> sa.ColumnElement[bool]:
    """Return whether a commitment is one-sided, as `rules.sided` says it."""
    came = sa.func.jsonb_each(_commission.c.entered).table_valued(
        sa.column("key", sa.Text), sa.column("value", JSONB), name="came"
    )
    party = came.c.key
    began, left = _moment(came.c.value), _moment(_commission.c.departed.op("->")(party))
    said: Any = _commitment.c.acknowledged.op("->")(party)
    recorded = _commitment.c.recorded_at
    without = (_commitment.c.recorded_by != party) & (recorded < began) & (left.is_(None) | (recorded > left))
    alone = sa.func.coalesce(_commitment.c.moved_alone_at.between(left, began), sa.false())
    accepted = (_moment(said) >= began) & said.op("->>")(sa.literal_column("'disputed'")).is_(None)
    joined = came.c.value.op("->>")(sa.literal_column("'by'")) == sa.literal_column(f"'{JOIN}'")
    here = _commission.c.id == _commitment.c.commission_id
    asked = sa.select(party).select_from(_commission.join(came, sa.true())).correlate(_commitment)
    return asked.where(here, joined, without | alone, sa.not_(sa.func.coalesce(accepted, sa.false()))).exists()


def _moment(of: Any) -> Any:  # noqa: ANN401 -- SQLAlchemy's operators
    return sa.cast(of.op("->>")(_AT), sa.DateTime(timezone=True))


one_sided = _is_uneven & _one_sided()
_BODY: Any = sa.literal_column(f"'{CommitmentKind.BODY_TO_BE_FOUNDED}'")
_EVENT: Any = sa.literal_column(f"'{CommitmentKind.EVENT}'")
_body, _meeting = _group.alias("body"), _session.alias("meeting")


def _states(named: sa.FromClause, *which: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    """Return the states of the groups or sessions that a commitment names, by their ids."""
    told: Any = sa.func.jsonb_object_agg(sa.cast(named.c.id, sa.Text), named.c.state, type_=JSONB)
    return sa.select(told).where(*which).correlate(_commitment).scalar_subquery()


# Of other kinds nothing is looked up.
_linked_states = sa.case(
    (
        _commitment.c.kind == _BODY,
        _states(
            _body,
            _body.c.commission_id == _commitment.c.commission_id,
            _commitment.c.founded_group_ids.has_key(sa.cast(_body.c.id, sa.Text)),
        ),
    ),
    (_commitment.c.kind == _EVENT, _states(_meeting, _meeting.c.id == _commitment.c.event_session_id)),
)
_UNREAD = {"words", "levels", "reported_on", "moved_on", "earlier_sessions", "leaf", "refused_transition_id", "seq"}
read = sa.select(
    *(column for column in _commitment.c if column.name not in _UNREAD),
    _commitment.c.seq.label("version"),
    live.label("live"),
    overdue.label("overdue"),
    due_soon.label("due_soon"),
    dormant.label("dormant"),
    disputed.label("disputed"),
    charter.label("charter"),
    _linked_states.label("linked_states"),
)
_leading = (
    sa.select(_group.c.co_led_by)
    .where(_group.c.id == _commitment.c.working_group_id)
    .scalar_subquery()
    .label("group_co_led_by")
)


@cache
def one(kind: Kind) -> Query[dict[str, Any]]:
    """Return the statement that reads the commitment `commitment_id`."""
    asked = seen_by(kind, read.add_columns(_same_item(kind), _leading, in_row))
    return Query(asked.where(_commitment.c.id == sa.bindparam("commitment_id")), dict)


def _same_item(kind: Kind) -> sa.Label[Any]:
    """Return what else is recorded of the same item, as far as the caller may see it, and is not settled."""
    told = sa.func.jsonb_build_object(
        *(
            part
            for name in ("id", "reference", "recorded_by", "state")
            for part in (sa.text(f"'{name}'"), _other.c[name])
        )
    )
    found = sa.func.jsonb_agg(told)
    settled: list[Any] = [
        sa.literal_column(f"'{state.value}'") for state in (State.RETRACTED, State.MERGED, State.SUPERSEDED)
    ]
    asked = sa.select(sa.func.coalesce(found, sa.literal([], JSONB))).where(
        _other.c.session_id == _commitment.c.session_id,
        _other.c.item_number == _commitment.c.item_number,
        _other.c.id != _commitment.c.id,
        _other.c.state.not_in(settled),
        readable_by(kind, _other),
    )
    return asked.correlate(_commitment).scalar_subquery().label("same_item")
