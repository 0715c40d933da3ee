"""Finding: what has the words asked for, of what the caller may see; of each hit no more is known than its own row tells.

First what has every word, or the reference, as it was asked for, or as a word begins so; then, where that is not a page full, what has
words like them. Of each kind the first `MOST` that the caller may see are ranked: who asks for so common a word says more.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSQUERY

from service.database.columns import table
from service.database.statement import Connection, Query
from service.identity.queries import is_active, require_active
from service.permissions import Caller, Kind
from service.register.commissions.models import Commission
from service.register.commissions.roles import PRINCIPAL, TOKEN, bound
from service.register.commissions.rules.charter.evidence import Openness
from service.register.decisions.engine.matter import Matter, Matters
from service.register.parties.models import Organisation
from service.register.searchable import Searchable

MOST: Final = 200
ORGANISATION: Final = "organisation"
RETRACTED: Final = "retracted"
_searchable, _organisation, _commission = table(Searchable), table(Organisation), table(Commission)
_said = sa.bindparam("said", type_=sa.Text())
_nothing: Any = sa.cast(sa.null(), JSONB)


class Hit(NamedTuple):
    """What was found, and by what: its reference, the words asked for, or words like them."""

    kind: str
    id: UUID
    commission_id: UUID | None
    reference: str
    titles: dict[str, str]
    texts: dict[str, str] | None
    state: str | None
    by_reference: bool
    loosely: bool
    rank: float


_TOLD: Final = (*Hit._fields[:7], "words")


async def page(
    connection: Connection,
    matters: Matters,
    caller: Caller,
    said: str,
    kinds: Collection[str],
    least: int,
    *,
    only_public: bool = False,
) -> list[Hit]:
    """Return what is found, the best first; of what is like the words asked for only where else there are fewer than `least`.

    `only_public`: of public commissions alone, as whoever has not signed in may read.
    """
    wanted = tuple(one.kind for one in matters if not kinds or one.kind in kinds)
    if not only_public and (not kinds or ORGANISATION in kinds):
        wanted += (ORGANISATION,)
    values = {"said": said, **bound(caller)}
    for matter in matters:
        values |= matter.bound(caller)
    found: list[Hit] = []
    for loosely in (False, True):
        if len(found) < least and wanted:
            statement = _found(caller.kind, tuple(matters), wanted, loosely=loosely, only_public=only_public)
            known = {one.id for one in found}
            found += [one for one in await statement.rows(connection, **values) if one.id not in known]
    if not found:
        await require_active(connection, caller)
    return found


async def marked(connection: Connection, said: str, words: Collection[str], *, loosely: bool) -> set[str]:
    """Return those of these words, as they are written, by which a text that has them is found."""
    return {*await _marked.rows(connection, said=said, words=list(words), loosely=loosely)} if words else set()


@lru_cache(maxsize=200)
def _found(kind: Kind, matters: Matters, wanted: Sequence[str], *, loosely: bool, only_public: bool) -> Query[Hit]:
    # Made once for the statement, not once for each kind.
    question = sa.select(
        sa.type_coerce(sa.func.asked(_said, _literal(loosely)), TSQUERY).label("every"),
        sa.type_coerce(sa.func.coded(_said), TSQUERY).label("code"),
    ).cte("question")
    asked, coded = (sa.select(question.c[name]).scalar_subquery() for name in ("every", "code"))
    each = [_of(one, kind, asked, only_public=only_public) for one in matters if one.kind in wanted]
    if ORGANISATION in wanted:
        each.append(_organisations(asked))
    # Each as it is limited; of what its room adds to a SELECT nothing else is wanted.
    wholes = [one.subquery() for one in each]
    every = sa.union_all(*(sa.select(*(one.c[name] for name in _TOLD)) for one in wholes)).subquery("every")
    told = [every.c[name] for name in _TOLD[:-1]]
    by_reference = sa.func.coalesce(every.c.words.bool_op("@@")(coded), sa.false())
    rank = sa.func.ts_rank(every.c.words, asked)
    found = sa.select(
        *told,
        by_reference.label("by_reference"),
        _literal(loosely).label("loosely"),
        rank.label("rank"),
    )
    return Query(
        found.order_by(sa.desc("by_reference"), sa.desc("rank"), every.c.kind, every.c.reference, every.c.id), Hit
    )


def _literal(value: object) -> sa.ColumnElement[bool]:
    return sa.literal_column(str(value).lower())


def _of(matter: Matter, kind: Kind, asked: Any, *, only_public: bool) -> sa.Select[Any]:  # noqa: ANN401
    """Return what is found of a kind of matter: as the house says who may see it."""
    here = matter.table
    seen = matter.seen_by(
        kind,
        sa.select(
            sa.literal_column(f"'{matter.kind}'").label("kind"),
            here.c.id,
            matter.commission.label("commission_id"),
            matter.reference.label("reference"),
            matter.titles.label("titles"),
            (here.c.texts if matter.kind == "commitment" else _nothing).label("texts"),
            here.c.state.label("state"),
            _searchable.c.words,
        ),
    )
    found = seen.where(
        _searchable.c.id == here.c.id, *_having(asked, here.name), here.c.state != sa.literal_column(f"'{RETRACTED}'")
    )
    if only_public:
        found = found.where(_is_public(matter.commission))
    return found.limit(sa.literal_column(str(MOST)))


def _organisations(asked: Any) -> sa.Select[Any]:  # noqa: ANN401
    nothing = sa.cast(sa.null(), sa.Uuid()).label("commission_id")
    return (
        sa.select(
            sa.literal_column(f"'{ORGANISATION}'").label("kind"),
            _organisation.c.id,
            nothing,
            _organisation.c.code.label("reference"),
            (
                _organisation.c.names.op("||")(
                    sa.func.jsonb_build_object(sa.literal_column("'und'"), _organisation.c.name)
                )
            ).label("titles"),
            _nothing.label("texts"),
            sa.cast(sa.null(), sa.Text()).label("state"),
            _searchable.c.words,
        )
        .where(_searchable.c.id == _organisation.c.id, *_having(asked, ORGANISATION), is_active(PRINCIPAL, TOKEN))
        .limit(sa.literal_column(str(MOST)))
    )


def _having(asked: Any, name: str) -> tuple[sa.ColumnElement[bool], ...]:  # noqa: ANN401
    others = () if name == "commitment" else (_searchable.c.kind != sa.literal_column("'commitment'"),)
    return (_searchable.c.kind == sa.literal_column(f"'{name}'"), *others, _searchable.c.words.bool_op("@@")(asked))


def _is_public(commission_id: sa.ColumnElement[UUID]) -> sa.ColumnElement[bool]:
    opened = _commission.alias("opened")
    public: Any = sa.literal_column(f"'{Openness.PUBLIC}'")
    return sa.exists().where(opened.c.id == commission_id, opened.c.confidentiality == public)


_word = (
    sa.func.unnest(sa.bindparam("words", type_=ARRAY(sa.Text())))
    .table_valued(sa.column("word", sa.Text()), name="given")
    .render_derived()
)
_marking = sa.select(sa.func.marking(_said, sa.bindparam("loosely", type_=sa.Boolean()))).scalar_subquery()
_marked = Query(sa.select(_word.c.word).where(sa.func.words_of(_word.c.word).bool_op("@@")(_marking)), str)
