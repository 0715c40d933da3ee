"""Names beside ids: what a person reads has a code and a name, where a system needs the id alone. Entries never have them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from service.database.columns import table
from service.register.parties.models import Organisation

_organisation = table(Organisation)
_ENGLISH: Any = sa.literal_column("'en'")


def name_of(titles: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """Return the one of the titles that everybody is told: the English, or where there is none the first by its language."""
    each = sa.func.jsonb_each_text(titles).table_valued("key", "value", name="each_title")
    first = sa.select(each.c.value).order_by(each.c.key).limit(1).scalar_subquery()
    return sa.func.coalesce(sa.cast(titles, JSONB).op("->>")(_ENGLISH), first)


def named(id_: Any, code: Any, name: Any) -> sa.ColumnElement[Any]:  # noqa: ANN401 -- columns of any table
    """Return `{id, code, name}` of a row, or null where it has no id."""
    told = sa.func.jsonb_build_object("id", id_, "code", code, "name", name)
    return sa.case((id_.is_(None), sa.null()), else_=told)


def by_id(organisation: sa.FromClause) -> sa.ColumnElement[Any]:
    """Return what organisations are called, all of them in one object, by their ids."""
    one = sa.func.jsonb_build_object("id", organisation.c.id, "code", organisation.c.code, "name", organisation.c.name)
    return sa.func.jsonb_object_agg(sa.cast(organisation.c.id, sa.Text), one, type_=JSONB)


def organisations_named(ids: sa.Select[Any], *correlated: sa.FromClause) -> sa.Label[Any]:
    """Return, as `named`, what the organisations are called whose ids are selected, by their ids."""
    asked = sa.select(by_id(_organisation)).where(_organisation.c.id.in_(ids.correlate(*correlated)))
    return asked.correlate(*correlated).scalar_subquery().label("named")
