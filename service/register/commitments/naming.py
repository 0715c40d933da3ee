"""What stands by its id in a commitment, and what it is called: for who reads one commitment, so that nothing has to be looked up."""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.dialects.postgresql import JSONB

from service.database.columns import table
from service.permissions import Role
from service.register.commissions.models import Commission, Session
from service.register.commitments.models import Commitment
from service.register.commitments.rules.leads import FIRST, FURTHER, leads
from service.register.groups.models import WorkingGroup
from service.register.parties.models import Organisation
from service.register.parties.naming import by_id, name_of
from service.register.parties.schemas import Named
from service.values import Read

_commitment = table(Commitment)
_commission, _session, _group, _organisation = (
    table(one).alias(f"named_{one.__tablename__}") for one in (Commission, Session, WorkingGroup, Organisation)
)
_NOTHING: Final[Mapping[str, Any]] = {}


class NamesOfCommitment(Read):
    """What a commitment names by its id, with its code and name; null where the caller may not see it, and where it is told as of another day."""

    commission: Named | None
    session: Named | None
    working_group: Named | None
    lead_organisations: dict[str, list[Named]] = Field(
        description="By party, the organisations that lead it, the first of each one first."
    )


def _text(of: sa.ColumnElement[Any], name: str) -> Any:  # noqa: ANN401 -- SQLAlchemy's operators
    return of.op("->>")(sa.literal_column(f"'{name}'"))


def _by_id(one: sa.FromClause, key: sa.ColumnElement[Any], code: Any, name: Any, joint: Any) -> Any:  # noqa: ANN401 -- columns of any table
    told = sa.func.jsonb_build_object("id", one.c.id, "code", code, "name", name, "joint", joint)
    return sa.select(told).where(one.c.id == key).correlate(_commitment).scalar_subquery()


def _led_by() -> Any:  # noqa: ANN401 -- SQLAlchemy's operators
    facts = sa.func.jsonb_each(_commitment.c.party_facts).table_valued("key", sa.column("value", JSONB), name="facts")
    further = sa.func.jsonb_array_elements_text(
        sa.func.coalesce(facts.c.value.op("->")(sa.literal_column(f"'{FURTHER}'")), sa.literal_column("'[]'::jsonb"))
    ).table_valued("value", name="further")
    first = sa.select(sa.cast(_text(facts.c.value, FIRST), sa.Uuid())).select_from(facts).correlate(_commitment)
    others = sa.select(sa.cast(further.c.value, sa.Uuid())).select_from(facts.join(further, sa.true()))
    ids = sa.union_all(first, others.correlate(_commitment))
    return sa.select(by_id(_organisation)).where(_organisation.c.id.in_(ids)).correlate(_commitment).scalar_subquery()


_number = sa.func.to_char(_session.c.ordinal, sa.literal_column("'FM900'"))
_of_session = sa.select(_commission.c.code).where(_commission.c.id == _session.c.commission_id).scalar_subquery()
called: Final = sa.func.jsonb_build_object(
    "commission",
    _by_id(_commission, _commitment.c.commission_id, _commission.c.code, name_of(_commission.c.titles), sa.true()),
    "session",
    _by_id(
        _session,
        _commitment.c.session_id,
        _of_session.op("||")(sa.literal_column("'/'")).op("||")(_number),
        sa.func.coalesce(
            sa.literal_column("'Session '").op("||")(sa.cast(_session.c.ordinal, sa.Text)), "Extraordinary session"
        ),
        _session.c.is_joint,
    ),
    "working_group",
    _by_id(_group, _commitment.c.working_group_id, _group.c.code, name_of(_group.c.titles), _group.c.is_joint),
    "organisations",
    _led_by(),
    type_=JSONB,
).label("called")
"""The column: what each is called, and whether it is a matter of all."""
_PARTIES: Final = tuple(
    f"is_{role}" for role in Role if role not in {Role.OBSERVER, Role.ADMINISTRATOR, Role.REGISTRAR}
)


def names(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row's names as `NamesOfCommitment` publishes them.

    A session or group that is not a matter of all yet its parties alone see, and so what it is called.
    """
    known, inside = row.get("called") or _NOTHING, any(row.get(one) for one in _PARTIES)
    of = known.get("organisations") or _NOTHING
    led = {party: [of[one] for one in leads(facts) if one in of] for party, facts in row["party_facts"].items()}
    return {
        **{name: _seen(known.get(name), inside) for name in ("commission", "session", "working_group")},
        "lead_organisations": {party: named for party, named in led.items() if named},
    }


def _seen(told: Mapping[str, Any] | None, inside: bool) -> dict[str, Any] | None:  # noqa: FBT001 -- private
    if not told or not (told["joint"] or inside):
        return None
    return {name: told[name] for name in ("id", "code", "name")}
