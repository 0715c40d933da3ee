"""Carrying an import out: every row by the commands that a request for it would use, all in one transaction."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from service.database.statement import Connection
from service.errors import InvalidContent, ServiceError
from service.errors.sent import Sent
from service.exchange import exporting, queries
from service.exchange.headings import Headed, headed, is_blank, unheaded
from service.exchange.imports import FOUND
from service.exchange.naming import named
from service.exchange.reading.archive import cell as cell_name
from service.exchange.reading.reading import Cell, Read
from service.exchange.rules.cells import in_codes
from service.exchange.rules.changing import changing
from service.exchange.rules.creating import creating
from service.exchange.rules.plan import REASON, Change, Command, Does, Import, Item, Plan, advised, column_at
from service.exchange.rules.reading import text
from service.permissions import Caller
from service.register.commissions import queries as commissions
from service.register.commitments import carrying
from service.register.commitments import commands as commitments
from service.register.commitments.asking import AskOnce
from service.register.commitments.instead import instead
from service.register.commitments.matter import COMMITMENTS
from service.register.commitments.party_schemas import PartyFactsPatch
from service.register.commitments.rules.reporting import ProgressReportCreate
from service.register.commitments.schemas import CommitmentCreate
from service.register.decisions.engine.locking import lock_all, share
from service.register.instruments.matter import INSTRUMENTS
from service.register.matters import MATTERS
from service.register.progress import commands as progress
from service.trail.entry import canonical

_BREATH: Final = 5
"""After so many rows others have their turn."""
STOPS: Final = frozenset({Does.CONFLICT, Does.REFUSED})
Told = dict[str, Any]


@dataclass(slots=True)
class Progress:
    """How many rows are judged, of how many."""

    done: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A commitment as it stands: its id, its version, and its cells."""

    id: UUID
    version: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Run:
    """One run over the rows of a sheet."""

    connection: Connection
    caller: Caller
    about: Import
    columns: Headed
    known: Mapping[str, Known]
    progress: Progress
    told: list[Told] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    carriers: list[tuple[UUID, dict[str, Any]]] = field(default_factory=list)
    """What was proposed of instruments already."""
    ask: AskOnce = field(default_factory=AskOnce)

    async def rows(self, sheet: Read) -> list[Told]:
        """Judge and carry out every row, and return what became of each."""
        wrong: dict[int, list[Mapping[str, str]]] = {}
        for problem in sheet.problems:
            wrong.setdefault(int("".join(filter(str.isdigit, problem["cell"])) or 1), []).append(problem)
        self._tell_problems(1, wrong.pop(1, ()))
        for number, row in enumerate(sheet.rows, 2):
            if problems := [*wrong.get(number, ()), *unheaded(number, row, self.columns)]:
                self._tell_problems(number, problems)
            elif not all(map(is_blank, row)):
                await self._row(number, row)
            self.progress.done += 1
            if number % _BREATH == 0:
                await asyncio.sleep(0)
        return self.told

    def _tell_problems(self, number: int, problems: Sequence[Mapping[str, str]]) -> None:
        for one in problems:
            item = Item(Does.REFUSED, problem=one["problem"])
            self.told.append(_told(number, one["cell"], None, item, None))

    async def _row(self, number: int, row: Sequence[Cell]) -> None:
        given, plan = self._given(row)
        reference = given.get("reference", "")
        found = self.known.get(reference)
        if not plan.items:
            plan = self._planned(number, reference, given, found)
        if not any(one.action in STOPS for one in plan.items):
            made = await self._carried_out(plan, found)
            reference = reference or made
        wheres = {name: place for place, one in enumerate(self.columns, 1) if one for name in [one[0]]}
        for item in plan.items:
            place = wheres.get(item.column or "")
            command = next((one.command for one in plan.changes if item.column in one.columns), None)
            where = cell_name(number, place) if place else None
            written = row[place - 1] if place and place <= len(row) else ""
            told = _as_written(item, written, found) if item.action is Does.REFUSED else item
            self.told.append({**_told(number, where, reference or None, told, command), FOUND: found is not None})

    def _given(self, row: Sequence[Cell]) -> tuple[dict[str, str], Plan]:
        given, plan = {}, Plan()
        for cell, column in zip(row, self.columns, strict=False):
            if column is None:
                continue
            try:
                said = text(cell, column[1])
            except ValueError as wrong:
                plan.refuse(column[0], str(wrong))
            else:
                if said.strip():
                    given[column[0]] = said
        return given, plan

    def _planned(self, number: int, reference: str, given: Mapping[str, str], found: Known | None) -> Plan:
        plan = Plan()
        if reference and found is None:
            plan.refuse("reference", f"{reference} is no such reference of this commission", None, reference)
            return plan
        if reference and (before := self.seen.setdefault(reference, number)) != number:
            plan.refuse("reference", f"stands in row {before} already", None, reference)
            return plan
        try:
            return changing(found.cells, given, self.about) if found else creating(given, self.about)
        except ValueError as wrong:
            plan.refuse(None, str(wrong))
            return plan

    async def _carried_out(self, plan: Plan, found: Known | None) -> str:
        """Make the requests of a row, each as if it had been sent; what is refused is told at the cell that said it."""
        commitment_id, versions = found.id if found else None, {found.version} if found else None
        for change in plan.changes:
            try:
                if change.command is Command.RECORD:
                    new = Sent(CommitmentCreate, change.body)
                    commitment_id = await commitments.record(self.connection, self.caller, new, ask=self.ask)
                else:
                    assert commitment_id
                    await self._made(commitment_id, change, versions)
            except ServiceError as refused:
                _refuse(plan, change, refused, self.about)
                break
            versions = None
        return ""

    async def _made(self, commitment_id: UUID, change: Change, versions: set[int] | None) -> None:
        connection, caller, body = self.connection, self.caller, change.body
        match change.command:
            case Command.PROPOSE:
                await self._propose(commitment_id, body, versions)
            case Command.PARTY_FACTS:
                await commitments.change_party_facts(
                    connection, caller, commitment_id, Sent(PartyFactsPatch, body), versions
                )
            case Command.REPORT:
                await progress.report(connection, caller, commitment_id, Sent(ProgressReportCreate, body))

    async def _propose(self, commitment_id: UUID, body: Mapping[str, Any], versions: set[int] | None) -> None:
        """Propose a move; what rows say alike of the one instrument that carries them is proposed of it once."""
        if found := await instead(self.connection, self.caller, commitment_id, body):
            said = (found.matter_id, dict(found.body))
            if said in self.carriers:
                return
            self.carriers.append(said)
        await carrying.propose(self.connection, MATTERS, self.caller, commitment_id, body, versions)


def _refuse(plan: Plan, change: Change, refused: ServiceError, about: Import) -> None:
    wrong = refused.errors if isinstance(refused, InvalidContent) else ()
    told = [
        (column_at(one.get("pointer", ""), change, about), advised(one.get("pointer", ""), one["detail"], change))
        for one in wrong
    ] or [(column_at("", change, about), str(refused))]
    # What one cell said of two things, as a title that stands for the text, is wrong once: in that cell.
    written = {detail for column, detail in told if column in change.columns}
    told = [one for one in told if one[0] in change.columns or one[1] not in written]
    kept = [
        one for one in plan.items if one.action is Does.IGNORED or (one.column and one.column not in change.columns)
    ]
    plan.items[:] = [*kept, *(Item(Does.REFUSED, column, problem=detail) for column, detail in told)]


def _as_written(item: Item, cell: Cell, found: Known | None) -> Item:
    """Return the line of a cell that is refused, with what stands in it and in the register, wherever it was found to be wrong."""
    written = cell.strip() if isinstance(cell, str) else cell.get("date") or cell.get("number")
    before = found.cells.get(item.column or "") if found else None
    return replace(item, before=item.before or before, after=item.after or written or None)


def _told(row: int, cell: str | None, reference: str | None, item: Item, command: Command | None) -> Told:
    return {
        "row": row, "cell": cell, "reference": reference, "action": str(item.action), "column": item.column, "from": item.before,
        "to": item.after, "problem": item.problem, "proposal": item.proposal, "request": command and str(command),
    }  # fmt: skip


async def carry_out(
    connection: Connection, caller: Caller, asked: Mapping[str, Any], sheet: Read, progress: Progress
) -> list[Told]:
    """Carry the rows of a sheet out, as `asked`, and return what became of each; `NotRead` where its headings are wrong."""
    commission_id = asked["commission_id"]
    await share(connection, commission_id)
    charter = await commissions.detail(connection, caller, commission_id)
    columns = headed(sheet.headings, charter)
    progress.total = len(sheet.rows)
    known = await _known(connection, caller, charter, _references(columns, sheet))
    keys = sorted({one.id for one in known.values()})
    # Instruments before commitments: what is said of one that is carried may be a proposal of what carries it.
    await lock_all(connection, INSTRUMENTS, await queries.carriers(connection, keys))
    await lock_all(connection, COMMITMENTS, keys)
    about = Import(
        party=str(caller.party),
        commission=str(commission_id),
        parties=charter["parties"],
        reason=asked["reason"] or REASON,
        proposes=asked["propose"],
        names=await named(connection, columns, sheet),
    )
    return await Run(connection, caller, about, columns, known, progress).rows(sheet)


def _references(columns: Headed, sheet: Read) -> set[str]:
    place = next((place for place, one in enumerate(columns) if one and one[0] == "reference"), None)
    said = (row[place] for row in sheet.rows if place is not None and len(row) > place)
    return {in_codes(one.strip()) for one in said if isinstance(one, str) and one.strip()}


async def _known(
    connection: Connection, caller: Caller, charter: Mapping[str, Any], wanted: set[str]
) -> dict[str, Known]:
    """Return of these references the commitments of the commission that the caller may see, as they stand."""
    if not wanted:
        return {}
    sessions = await queries.session_codes(connection, caller, charter["id"], charter["code"])
    groups = await queries.group_codes(connection, caller, charter["id"])
    found: dict[str, Known] = {}
    after = None
    while True:
        page = await queries.page(connection, caller, charter["id"], after)
        rows = [row for row in page[: queries.PAGE] if {row["reference"], row["draft_reference"]} & wanted]
        spelled = await exporting.spelled(connection, caller, sessions | groups, rows)
        for row, told in zip(rows, spelled, strict=True):
            known = Known(row["id"], row["version"], told)
            found |= {name: known for name in (row["reference"], row["draft_reference"]) if name in wanted}
        if len(page) <= queries.PAGE:
            return found
        after = page[queries.PAGE - 1]["reference"]


def digest(asked: Mapping[str, Any], told: Sequence[Told]) -> str:
    """Return the digest of what an import does: of its file, how it is asked for, and every line, without ids that are made anew."""
    lines = [{**one, "reference": None if one["action"] == Does.CREATE else one["reference"]} for one in told]
    lines = [{name: it for name, it in one.items() if name != FOUND} for one in lines]
    said = {"sha256": asked["sha256"], "propose": asked["propose"], "reason": asked["reason"], "rows": lines}
    return sha256(canonical(said)).hexdigest()


def stopped(told: Sequence[Told]) -> Iterator[Told]:
    """Yield the lines for which nothing of the whole is done."""
    return (one for one in told if one["action"] in STOPS)
