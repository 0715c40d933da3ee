"""What each page shows, put together from what the API's own queries give."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from markupsafe import Markup

from service.board import queries
from service.board.figures import counted, counted_at_once
from service.board.reader import Reader
from service.board.story import Event, told
from service.database.statement import Connection
from service.errors import InvalidContent, NotFound
from service.log import feed, proofs
from service.register.commissions import charter_answers, session_answers
from service.register.commissions import session_queries as sessions
from service.register.commissions.charter import CHARTERS
from service.register.commitments import answers, lists
from service.register.commitments.filters import Filter
from service.register.commitments.lists import Sort
from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.queries import NAMED
from service.register.commitments.rules.lifecycle import State
from service.register.decisions import answers as moves
from service.register.decisions import queries as decisions
from service.register.decisions.called import called
from service.register.decisions.engine.matter import Matter, Matters, Row
from service.register.decisions.models import TransitionStatus
from service.register.decisions.put_right import put_right
from service.register.decisions.unseen import withheld
from service.register.documents import queries as documents
from service.register.groups import answers as group_answers
from service.register.groups import queries as groups
from service.register.history import lists as past_lists
from service.register.history import queries as past
from service.register.history.queries import When
from service.register.instruments import answers as instruments
from service.register.instruments import lists as instrument_lists
from service.register.instruments.queries import today_of
from service.register.instruments.schemas import Saying
from service.register.parties.restoring_queries import announced
from service.register.search.finding import search as find
from service.values.questions import is_long_enough

MOST = 200
"""So many of anything a page shows at once."""
HITS = 25
"""So much of what was found."""
_Told = dict[str, Any]


async def commission(connection: Connection, who: Reader, matters: Matters, row: Row, as_of: date | None) -> _Told:
    """Return a commission's states, instruments, sessions and groups, and what awaits whom; as of a day, what can be told of it."""
    commission_id, when = row["id"], _when(as_of)
    listed = await groups.page(connection, who.caller, {"commission_id": [commission_id]}, None, MOST)
    found = [group_answers.group(one) for one in listed]
    members = {UUID(one["organisation_id"]) for group in found for one in group["members"]}
    secretariats = {UUID(one) for one in row["secretariats"].values()}
    told = {
        "commission": charter_answers.commission(row),
        "figures": await counted_at_once(connection, who, commission_id, None, day := as_of or today()),
        "day": day,
        "today": today(),
        "sessions": [
            session_answers.session(one)
            for one in await sessions.page(connection, who.caller, commission_id, None, MOST)
        ],
        "groups": found,
        "instruments": await _instruments(connection, who, commission_id, when),
        "bodies": await queries.bodies(connection, members | secretariats),
        "governments": await queries.governments(connection, row["parties"]),
    }
    return told if when else {**told, **await _at_present(connection, who, matters, commission_id)}


async def _at_present(connection: Connection, who: Reader, matters: Matters, commission_id: UUID) -> _Told:
    """Return what is told of today alone: the counts of flags, and what awaits whom."""
    by_state = await queries.counts(connection, who.caller, commission_id)
    wanted = decisions.Filter(commission_id=[commission_id], status=[TransitionStatus.OPEN])
    return {
        "counts": [by_state[state] for state in State if state in by_state],
        "awaited": await queries.awaited(connection, who.caller, commission_id),
        "proposals": await decisions.page(connection, matters, who.caller, wanted, None, MOST),
    }


async def awaiting(connection: Connection, who: Reader, matters: Matters, after: list[Any] | None) -> _Told:
    """Return the open proposals that await the reader's party, which of them it may answer itself, and what is announced for its access."""
    wanted = decisions.Filter(awaiting=[who.caller.party] if who.caller.party else [], status=[TransitionStatus.OPEN])
    rows = await decisions.page(connection, matters, who.caller, wanted, after, MOST) if who.caller.party else []
    return {
        "proposals": [moves.listed(who.caller, row) for row in rows[:MOST]],
        "following": rows[MOST - 1]["id"] if len(rows) > MOST else None,
        "announced": await announced(connection, who.caller.party) if who.caller.party else None,
    }


async def board(
    connection: Connection,
    who: Reader,
    row: Row,
    charter: Row,
    wanted: Filter,
    after: list[Any] | None,
    as_of: date | None,
) -> _Told:
    """Return a session's items by sector, as far as they are wanted, and where the next page begins."""
    asked = wanted.model_copy(update={"session_id": [row["id"]]})
    items, following = await _items(connection, who, asked, after, as_of)
    leads = {UUID(facts["lead_organisation_id"]) for item in items for facts in _leading(item)}
    by_sector = sorted(items, key=itemgetter("sector"))
    day = as_of or today()
    return {
        "session": session_answers.session(row),
        "commission": charter_answers.commission(charter),
        "figures": await counted_at_once(connection, who, charter["id"], row["id"], day),
        "day": day,
        "today": today(),
        "items": items,
        # A template finds a member of an object at once; of a mapping it looks for an attribute first, each time in vain.
        "sectors": {
            sector: [SimpleNamespace(**one) for one in several]
            for sector, several in groupby(by_sector, itemgetter("sector"))
        },
        "following": following,
        "bodies": await queries.bodies(connection, leads),
        "governments": await queries.governments(connection, charter["parties"]),
    }


async def _items(
    connection: Connection, who: Reader, wanted: Filter, after: list[Any] | None, as_of: date | None
) -> tuple[list[_Told], str | None]:
    """Return the commitments that are wanted, as they are or were, and after which one the next page begins."""
    if when := _when(as_of):
        shown = await past_lists.page(
            connection, who.caller, past_lists.COMMITMENTS, wanted, Sort.REFERENCE, after, MOST, when
        )
        return shown.items, shown.last["reference"] if shown.last else None
    rows = await lists.page(connection, who.caller, wanted, Sort.REFERENCE, after, MOST)
    items = [answers.in_brief(one) for one in rows[:MOST]]
    return items, items[-1]["reference"] if len(rows) > MOST else None


async def commitment(
    connection: Connection, who: Reader, row: Row, charter: Row, after: list[Any] | None, as_of: date | None
) -> _Told:
    """Return a commitment and its story, as they are or were."""
    when = _when(as_of)
    item = answers.commitment(await past.one_then(connection, who.caller, row, when, past.commitment) if when else row)
    entries = await feed.of_commitment(connection, who.caller, row["id"], after, MOST)
    made = await put_right(connection, await decisions.of_matter(connection, COMMITMENTS, row["id"], None, MOST))
    made = await withheld(connection, NAMED, who.caller, made)
    events: list[Event] = [one for one in told(entries[:MOST], made) if when is None or one.day <= when.day]
    leads = {UUID(facts["lead_organisation_id"]) for facts in _leading(item)}
    session = await _session(connection, who, row["session_id"])
    event = await _session(connection, who, item["event_session_id"])
    founded = [await groups.get(connection, who.caller, UUID(one)) for one in item["founded_group_ids"]]
    return {
        "item": item,
        "event_session": event and session_answers.session(event),
        "groups": {str(one["id"]): one for one in founded},
        "commission": charter_answers.commission(charter),
        "session": session and session_answers.session(session),
        "events": events,
        "following": entries[MOST - 1]["seq"] if len(entries) > MOST else None,
        "checkpoint": await _checkpoint(connection, row["commission_id"]),
        "bodies": await queries.bodies(connection, leads),
        "governments": await queries.governments(connection, charter["parties"]),
    }


async def figures(connection: Connection, who: Reader, row: Row | None, charter: Row, day: date | None) -> _Told:
    """Return how much of what a commission, or one of its sessions, agreed was carried out by a day in the world."""
    on = when.day if (when := _when(day)) else today()
    return {
        "session": row and session_answers.session(row),
        "commission": charter_answers.commission(charter),
        "figures": await counted(connection, who, charter["id"], row["id"] if row else None, on),
        "day": on,
        "today": today(),
        "governments": await queries.governments(connection, charter["parties"]),
    }


async def group(
    connection: Connection, who: Reader, row: Row, charter: Row, after: list[Any] | None, as_of: date | None
) -> _Told:
    """Return a working group and its bodies, its commitments as they are or were, and where the next page begins."""
    found = group_answers.group(row)
    items, following = await _items(connection, who, Filter(working_group_id=[row["id"]]), after, as_of)
    return {
        "group": found,
        "commission": charter_answers.commission(charter),
        "items": items,
        "following": following,
        "bodies": await queries.bodies(connection, {UUID(one["organisation_id"]) for one in found["members"]}),
        "governments": await queries.governments(connection, charter["parties"]),
    }


async def search(connection: Connection, who: Reader, matters: Matters, said: str | None, after: int) -> _Told:
    """Return what is found of what the reader may see, and where the next page begins; nothing where there is nothing to look for."""
    short = said is not None and not is_long_enough(said)
    hits: list[_Told] = []
    if said and not short:
        only_public = not who.is_signed_in
        hits = await find(connection, matters, who.caller, said, (), after, HITS, only_public=only_public)
    # It was escaped before it was marked.
    shown = [one | {"snippet": Markup(one["snippet"])} for one in hits[:HITS]]  # noqa: S704
    return {"hits": shown, "is_too_short": short, "following": after + HITS if len(hits) > HITS else None}


async def instrument(
    connection: Connection, who: Reader, row: Row, charter: Row, as_of: date | None, say: Saying
) -> _Told:
    """Return an instrument as it is or was, with what its clauses lead to on that day, said in the page's language."""
    if when := _when(as_of):
        row = await past.one_then(connection, who.caller, row, when, past.instrument)
    else:
        (row,) = await called(connection, (CHARTERS, *NAMED), who.caller, [row], instruments.asked)
    return {
        "item": instruments.detail(who.caller, row, when.day if when else today_of(row), say),
        "commission": charter_answers.commission(charter),
    }


def _when(as_of: date | None) -> When | None:
    """Return of which day in the world it is asked, by what is known now; `InvalidContent` if it lies in the future."""
    if as_of is not None and as_of > today():
        wrong = f"lies in the future; today is {today()} (UTC)"
        raise InvalidContent.listing([{"parameter": "as_of", "detail": wrong}])
    return When(as_of, None) if as_of else None


async def documents_of(
    connection: Connection, who: Reader, matter: Matter, row: Row, as_of: date | None
) -> list[_Told]:
    """Return the documents of a matter that the reader may read, and that were there on that day; oldest first."""
    seen = await documents.matter_of(connection, [matter], who.caller, row["id"], documents.NOT_THERE)
    found = await documents.of_matter(connection, seen, None, MOST)
    return [dict(one) for one in found[:MOST] if as_of is None or one["recorded_at"].date() <= as_of]


async def _instruments(connection: Connection, who: Reader, commission_id: UUID, when: When | None) -> list[_Told]:
    wanted, by = instrument_lists.Filter(commission_id=[commission_id]), instrument_lists.InstrumentSort.REFERENCE
    if when:
        then = past_lists.INSTRUMENTS
        return (await past_lists.page(connection, who.caller, then, wanted, by, None, MOST, when)).items
    rows = await instrument_lists.page(connection, who.caller, wanted, by, None, MOST)
    return [instruments.instrument(row, today()) for row in rows[:MOST]]


def today() -> date:
    """Return the day in UTC."""
    return datetime.now(UTC).date()


def _leading(item: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return (facts for facts in item["party_facts"].values() if facts["lead_organisation_id"])


async def _session(connection: Connection, who: Reader, session_id: UUID | None) -> Row | None:
    """Return the session, unless the reader may not see it."""
    if session_id is None:
        return None
    try:
        return await sessions.get(connection, who.caller, session_id)
    except NotFound:
        return None


async def _checkpoint(connection: Connection, commission_id: UUID) -> str | None:
    """Return the newest checkpoint of the commission's log; None while there is none."""
    try:
        return (await proofs.newest(connection, commission_id)).note.decode()
    except NotFound:
        return None
