"""One search: bounded, ranked, and each hit of the page with its snippet."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from service.database.statement import Connection
from service.http.at_once import AtOnce, Most
from service.permissions import Caller
from service.register.decisions.called import COMMISSION, Names, look_up
from service.register.decisions.engine.matter import Matters
from service.register.search import queries
from service.register.search.queries import Hit
from service.register.search.schemas import FoundBy
from service.register.search.snippets import beginning, snippet, words_of

SEARCHES: Final = AtOnce(
    of_each=Most(4, "4 searches of this caller are running; that is the most at once. Ask again in a second.", 1)
)
"""A caller that asks for many words at the same time waits for none of the others' answers."""


async def search(
    connection: Connection,
    matters: Matters,
    caller: Caller,
    said: str,
    kinds: Collection[str],
    after: int,
    limit: int,
    *,
    only_public: bool = False,
) -> list[dict[str, Any]]:
    """Return what is found from the hit with the number `after` (from 0) on, one more than `limit` if there is more."""
    with SEARCHES.one(caller.principal_id):
        found = await queries.page(connection, matters, caller, said, kinds, after + limit + 1, only_public=only_public)
        page = found[after : after + limit + 1]
        strict, loose = ([one for one in page if one.loosely is loosely] for loosely in (False, True))
        marks = [
            await queries.marked(connection, said, _written(hits), loosely=loosely)
            for hits, loosely in ((strict, False), (loose, True))
        ]
        names = await look_up(connection, matters, caller, ((COMMISSION, one.commission_id) for one in page))
    return [_told(one, marks[one.loosely], names) for one in page]


def _written(hits: Sequence[Hit]) -> set[str]:
    return {word for one in hits for word in words_of(_texts(one))}


def _texts(hit: Hit) -> dict[str, str]:
    """Return the titles, then the texts, each by its language: a text's key has a sign before it."""
    return hit.titles | {f"#{language}": text for language, text in (hit.texts or {}).items()}


def _told(hit: Hit, marks: Collection[str], names: Names) -> dict[str, Any]:
    texts = _texts(hit)
    language, shown = snippet(texts, marks) or next(
        ((language, beginning(text)) for language, text in texts.items()), (None, "")
    )
    by = FoundBy.REFERENCE if hit.by_reference else FoundBy.LIKENESS if hit.loosely else FoundBy.WORDS
    return {
        "kind": hit.kind,
        "id": hit.id,
        "reference": hit.reference,
        "commission_id": hit.commission_id,
        "commission": names.get(hit.commission_id),
        "titles": hit.titles,
        "state": hit.state,
        "found_by": by,
        "snippet": shown,
        "language": language and language.removeprefix("#"),
    }
