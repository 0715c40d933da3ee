"""What stands by its id in a commitment, and what it is called.

Who reads one commitment is told by the statement that reads it; of a list, and of what a commitment seldom names, it is looked up.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.dialects.postgresql import JSONB

from service.database.columns import table
from service.database.statement import Connection
from service.permissions import Caller, Role
from service.register.commissions.charter import CHARTERS
from service.register.commissions.matter import SESSIONS, session_called
from service.register.commissions.models import Commission, Session
from service.register.commitments.models import Commitment
from service.register.commitments.rules.leads import FIRST, FURTHER, leads
from service.register.decisions.called import (
    CALLED,
    COMMISSION,
    ORGANISATION,
    SESSION,
    WORKING_GROUP,
    Beside,
    called,
    known,
    look_up,
    several,
)
from service.register.decisions.engine.matter import Row
from service.register.groups.matter import GROUPS
from service.register.groups.models import WorkingGroup
from service.register.parties.models import Organisation
from service.register.parties.naming import by_id, name_of
from service.register.parties.schemas import Named
from service.values import Read

_commitment = table(Commitment)
_session = table(Session)
_commission, _group, _organisation = (
    table(one).alias(f"named_{one.__tablename__}") for one in (Commission, WorkingGroup, Organisation)
)


class NamesOfCommitment(Read):
    """What a commitment names by its id, with its code and its name of today; null where the caller may not see it."""

    commission: Named | None
    session: Named | None
    working_group: Named | None
    carried_to_session: Named | None
    founded_groups: list[Named]
    event_session: Named | None
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
    led = sa.select(by_id(_organisation)).where(_organisation.c.id.in_(ids)).correlate(_commitment).scalar_subquery()
    # Of most nobody has said who leads it.
    return sa.case((_commitment.c.party_facts != sa.literal_column("'{}'::jsonb"), led))


in_row: Final = sa.func.jsonb_build_object(
    "commission",
    _by_id(_commission, _commitment.c.commission_id, _commission.c.code, name_of(_commission.c.titles), sa.true()),
    "session",
    _by_id(_session, _commitment.c.session_id, SESSIONS.code, session_called, _session.c.is_joint),
    "working_group",
    _by_id(_group, _commitment.c.working_group_id, _group.c.code, name_of(_group.c.titles), _group.c.is_joint),
    "organisations",
    _led_by(),
    type_=JSONB,
).label("named")
"""The column: what each is called, and whether it is a matter of all."""
_PARTIES: Final = tuple(
    f"is_{role}" for role in Role if role not in {Role.OBSERVER, Role.ADMINISTRATOR, Role.REGISTRAR}
)


_BESIDE: Final = Beside(
    {
        "commission": ("commission_id", COMMISSION),
        "session": ("session_id", SESSION),
        "working_group": ("working_group_id", WORKING_GROUP),
        "carried_to_session": ("carried_to_session_id", SESSION),
        "founded_groups": ("founded_group_ids", WORKING_GROUP),
        "event_session": ("event_session_id", SESSION),
    }
)
_MATTERS: Final = (CHARTERS, SESSIONS, GROUPS)


def names(row: Row) -> dict[str, Any]:
    """Return the row's names as `NamesOfCommitment` publishes them: none where nobody looked them up."""
    told, names_of = _BESIDE.of(row), known(row)
    led = {party: several(names_of, leads(facts)) for party, facts in row["party_facts"].items()}
    told["lead_organisations"] = {party: named for party, named in led.items() if named}
    return told


def asked(rows: Sequence[Row]) -> Iterator[tuple[str, Any]]:
    """Yield the kind and id of each thing that commitments name."""
    yield from _BESIDE.asked(rows)
    yield from ((SESSION, one) for row in rows for one in row["carried_over"] or ())
    yield from ((ORGANISATION, one) for row in rows for facts in row["party_facts"].values() for one in leads(facts))


async def with_names(connection: Connection, caller: Caller, rows: Sequence[Row]) -> list[Row]:
    """Return the rows with what they name: all by one statement."""
    return await called(connection, _MATTERS, caller, rows, asked)


async def with_its_names(connection: Connection, caller: Caller, row: Row) -> Row:
    """Return a row that was read with the column `named` with what it names; what is seldom there is looked up.

    A session or group that is not a matter of all yet its parties alone see, and so what it is called.
    """
    told, inside = row["named"], any(row.get(one) for one in _PARTIES)
    found = {**(told["organisations"] or {})}
    for name in ("commission", "session", "working_group"):
        one = told[name]
        if one and (one["joint"] or inside):
            found[one["id"]] = found[row[f"{name}_id"]] = {each: one[each] for each in Named.model_fields}
    return {**row, CALLED: {**found, **await look_up(connection, _MATTERS, caller, _seldom(row))}}


def _seldom(row: Row) -> Iterator[tuple[str, Any]]:
    sessions = (*(row["carried_over"] or ()), row["carried_to_session_id"], row["event_session_id"])
    yield from ((SESSION, one) for one in sessions)
    yield from ((WORKING_GROUP, one) for one in row["founded_group_ids"] or ())
