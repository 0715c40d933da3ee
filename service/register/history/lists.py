"""Lists of what was: spans and today's order give the candidates, their entries what each was, and the filters are held to that."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel

from service.database.statement import FIRST, Connection
from service.errors import InvalidContent
from service.permissions import Caller
from service.register.commitments import answers as commitment_answers
from service.register.commitments import lists as commitment_lists
from service.register.commitments.rules.lifecycle import State
from service.register.commitments.rules.reporting import Level
from service.register.decisions.engine.matter import Row
from service.register.history import queries
from service.register.history.queries import When
from service.register.history.rules.past import Told
from service.register.instruments import answers as instrument_answers
from service.register.instruments import lists as instrument_lists
from service.register.instruments.rules.lifecycle import InstrumentState
from service.register.spans import Among

MOST_READ: Final = 1_000
"""So many candidates are looked at for one page, of which a filter that spans do not know may leave few; then it says where the next begins."""
STEP: Final = 200
Item = Mapping[str, Any]
Holds = Callable[[Item, Any], bool]


@dataclass(slots=True)
class Shown:
    """A page of what was, and the last candidate that was looked at, if more follow."""

    items: list[dict[str, Any]] = field(default_factory=list)
    last: Row | None = None


def _among(name: str) -> Holds:
    return lambda item, said: str(item[name]) in set(map(str, said))


def _is(name: str) -> Holds:
    return lambda item, said: bool(item[name]) is said


def _sessions(item: Item, said: Any) -> bool:  # noqa: ANN401 -- a filter's value
    sessions = {item["session_id"], *(one["session_id"] for one in item["carried_over"])}
    return bool({str(one) for one in sessions} & set(map(str, said)))


def _waiting(item: Item, said: Any) -> bool:  # noqa: ANN401 -- a filter's value
    return bool(set(said) & set((item["open_transition"] or {"awaiting": ()})["awaiting"]))


def _lacking(item: Item, said: Any) -> bool:  # noqa: ANN401 -- a filter's value
    return bool(set(said) & set(item["steps_missing_of"]))


def _reported_before(item: Item, said: Any) -> bool:  # noqa: ANN401 -- a filter's value
    return all(str(one["on"]) < str(said) for one in item["progress"].values())


_COMMITMENTS: Final[Mapping[str, Holds]] = {
    **{name: _among(name) for name in ("state", "kind", "sector", "working_group_id")},
    **{name: _is(name) for name in ("overdue", "due_soon", "dormant", "disputed", "one_sided", "unknown")},
    "unknown_fact": lambda item, said: bool(set(said) & set(item["unknown"])),
    "level": lambda item, said: bool(set(said) & {one["level"] for one in item["progress"].values()}),
    "session_id": _sessions, "awaiting": _waiting, "awaiting_step_of": _lacking, "reported_before": _reported_before,
}  # fmt: skip
_INSTRUMENTS: Final[Mapping[str, Holds]] = {
    **{name: _among(name) for name in ("state", "kind")},
    "party": lambda item, said: bool(set(said) & set(item["contracting_parties"])),
    "counterpart": lambda item, said: bool(set(said) & set(item["contracting_parties"])),
    "awaiting": _waiting, "awaiting_step_of": _lacking,
    "in_force": lambda item, said: item["in_force"] is said,
    "commitment_id": lambda item, said: bool({str(one) for one in said} & {str(one) for one in item["commitment_ids"]}),
}  # fmt: skip
BY_TODAY: Final = frozenset({"commission_id", "reference", "session_id"})
"""By these today's rows are chosen: they find the matter, or never change but for a session that takes it up again."""


SORTS: Final = ("reference", "newest")


@dataclass(frozen=True, slots=True)
class Register:
    """What is listed: where today's rows come from, what each was, and how that is held to filters."""

    page: Callable[..., Awaitable[Sequence[Row]]]
    place: Callable[[Any, Any], list[object]]
    then: Callable[[Row, Told, When], Row | None]
    shape: Callable[[Row], dict[str, Any]]
    holds: Mapping[str, Holds]
    states: tuple[str, ...]
    lasting: frozenset[str]
    """Filters by which today's rows are chosen, too, where no moment is named: what they ask is known now, and holds whatever the day."""


COMMITMENTS: Final = Register(
    commitment_lists.page,
    commitment_lists.place,
    queries.commitment,
    commitment_answers.commitment,
    _COMMITMENTS,
    tuple(State),
    frozenset({"kind", "sector", "working_group_id", "awaiting", "disputed"}),
)
INSTRUMENTS: Final = Register(
    instrument_lists.page,
    instrument_lists.place,
    queries.instrument,
    lambda row: instrument_answers.instrument(row, row["today"]),
    _INSTRUMENTS,
    tuple(InstrumentState),
    frozenset({"commitment_id", "awaiting"}),
)


async def page(
    connection: Connection,
    caller: Caller,
    register: Register,
    wanted: BaseModel,
    sort: StrEnum,
    after: list[Any] | None,
    limit: int,
    when: When,
) -> Shown:
    """Return the page of what was, in the order of today; `InvalidContent` for what can be asked of today alone."""
    asked = wanted.model_dump(exclude_defaults=True)
    _require(register, asked, sort)
    held = {"state": [one for one in register.states if one != State.RETRACTED]} | asked
    holds = [(register.holds[name], said) for name, said in held.items() if name in register.holds]
    chosen = type(wanted)(**await _by_today(connection, register, asked, when), state=list(register.states))
    among, shown = Among([str(one) for one in held["state"]], when.as_of, when.known_at), Shown()
    # Of few that were so many are looked at: in larger steps, then.
    step, left = limit, MOST_READ
    while left > 0:
        rows = await register.page(connection, caller, chosen, sort, after, step, among)
        for place, found in enumerate(await queries.then(connection, caller, rows[:step], when, register.then), 1):
            item = register.shape(found) if found else None
            if item is not None and all(hold(item, said) for hold, said in holds):
                shown.items.append(item)
            if len(shown.items) == limit:
                shown.last = rows[place - 1] if place < len(rows) else None
                return shown
        shown.last = rows[step - 1] if len(rows) > step else None
        if shown.last is None:
            break
        after, left = register.place(sort, shown.last), left - step
        step = min(STEP, left)
    return shown


async def _by_today(
    connection: Connection, register: Register, asked: Mapping[str, Any], when: When
) -> Mapping[str, Any]:
    """Return the filters by which today's rows are chosen: all that were so are among these."""
    by = BY_TODAY if when.known_at else BY_TODAY | register.lasting
    chosen = {name: said for name, said in asked.items() if name in by and said is not False}
    if "level" in asked:
        # Whoever had reported has.
        chosen["level"] = list(Level)
    if "commitment_id" in asked and when.known_at:
        # An instrument that does not carry it today may have done so; in its commission, in any case.
        chosen.setdefault("commission_id", await queries.commissions_of(connection, asked["commitment_id"]) or [FIRST])
    return chosen


def _require(register: Register, asked: Mapping[str, Any], sort: str) -> None:
    """Refuse an order and filters that follow what is so today."""
    wrong = [
        (name, "is asked of today alone; leave `as_of` and `known_at` out")
        for name in asked
        if name not in {*register.holds, *BY_TODAY}
    ]
    if sort not in SORTS:
        wrong.append(("sort", f"follows what is so today; as of a day it is {' or '.join(SORTS)}"))
    if wrong:
        raise InvalidContent.listing([{"parameter": name, "detail": detail} for name, detail in wrong])
