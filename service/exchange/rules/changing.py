"""What a row changes of a commitment that is recorded: an empty cell leaves, `-` clears, a missing column leaves. Pure."""

from service.exchange.rules import cells, packages
from service.exchange.rules.cells import CLEAR, same
from service.exchange.rules.columns import How, column_of
from service.exchange.rules.plan import (
    DIRECT,
    EVIDENCE,
    LEADS_TO,
    REASON,
    REPORTS,
    Body,
    Cells,
    Change,
    Command,
    Does,
    Import,
    Item,
    Plan,
)
from service.register.commitments.rules.leads import FIRST, FURTHER
from service.register.commitments.rules.lifecycle import Action, State

_SIGNED = ("signatory", "authentic_text")
"""Columns, for each party or language, by which a signing is told."""


def changing(known: Cells, given: Cells, about: Import) -> Plan:
    """Return what a row changes of the commitment that stands in the register with the cells `known`."""
    plan, changed = Plan(), {name: cell for name, cell in given.items() if _differs(cell, known.get(name, ""))}
    version = changed.pop("version", None)
    changed.pop("reference", None)
    wanted = {name: cell for name, cell in changed.items() if not _ignored(plan, name, known.get(name, ""), cell)}
    if not wanted:
        plan.items.append(Item(Does.NONE))
    elif not given.get("version"):
        plan.refuse("version", f"is needed for a change: it is {known['version']} now")
    elif version is not None:
        said = f"it has changed since: its version is {known['version']} now. Export it again, and change that"
        plan.items += [Item(Does.CONFLICT, name, known.get(name), cell, said) for name, cell in wanted.items()]
    else:
        _own(plan, known, wanted, given, about)
        _shared(plan, known, wanted, about)
        _moved(plan, known, wanted, about)
    return plan


def _differs(cell: str, before: str) -> bool:
    return bool(cell.strip()) and not same(cell, before) and not (cell == CLEAR and not before)


def _ignored(plan: Plan, name: str, before: str, cell: str) -> bool:
    found = column_of(name)
    assert found
    why = None
    if found[0].how is How.TOLD:
        why = "the register tells it"
    if why:
        plan.items.append(Item(Does.IGNORED, name, before, cell, why))
    return why is not None


def _own(plan: Plan, known: Cells, changed: Cells, given: Cells, about: Import) -> None:
    """Plan what the importer's party says of its own side; what is another's is refused."""
    mine: dict[str, str] = {}
    for name, cell in changed.items():
        found = column_of(name)
        if found and found[0].how is How.OWN and found[1] != about.party:
            plan.refuse(name, f"is told by {found[1]} alone; you act for {about.party}", known.get(name), cell)
        elif found and found[0].how is How.OWN:
            mine[found[0].name] = cell
    if "lead" in mine:
        _change(plan, Command.PARTY_FACTS, _leads(mine["lead"], about), {f"lead.{about.party}": mine["lead"]}, known)
    told = {name: f"{name}.{about.party}" for name in REPORTS.values()}
    if set(told) & set(mine):
        said = {
            name: value
            for name, column in told.items()
            if (value := given.get(column) or known.get(column, "")) not in {"", CLEAR}
        }
        said["period_end"] = given.get(told["period_end"], "")
        # Of another period nobody has said yet when it began.
        if "period_end" in mine and "period_start" not in mine:
            said.pop("period_start", None)
        body = reported(plan, said, about)
        _change(plan, Command.REPORT, body, {told[name]: mine[name] for name in told if name in mine}, known)


def _leads(cell: str, about: Import) -> Body:
    first, *others = [None] if cell == CLEAR else [about.names(code) for code in cells.codes(cell)]
    return {FIRST: first, FURTHER: others or None}


def reported(plan: Plan, said: Cells, about: Import) -> Body:
    """Return the report of a party that these cells tell; of which period it speaks, nobody but the party can say."""
    if said.get("period_end", "") in {"", CLEAR}:
        advice = (
            "is needed with a report: the end of the period of which it speaks, such as 2026, 2026-06 or 2026-06-30"
        )
        plan.refuse(f"period_end.{about.party}", advice)
    return {of: cells.read(said[name]) for of, name in REPORTS.items() if said.get(name)}


def _shared(plan: Plan, known: Cells, changed: Cells, about: Import) -> None:
    """Plan the amendment of shared facts, and the sessions that took it up again: proposals, where others have to confirm."""
    said = {name: cell for name, cell in changed.items() if (found := column_of(name)) and found[0].how is How.SHARED}
    carried = said.pop("carried_over", None)
    if said:
        changes = facts(said, about, known)
        body = {"action": str(Action.AMEND), "reason": about.reason, "changes": changes}
        _change(plan, Command.PROPOSE, body, said, known)
    if carried is not None:
        _carried(plan, known.get("carried_over", ""), carried, about)


def facts(said: Cells, about: Import, known: Cells) -> Body:
    """Return the shared facts that these cells tell, by their names; of what is cleared null. `known`: what stands in the register."""
    items = {name: cell for name, cell in said.items() if name.partition(".")[0] in {packages.TITLE, packages.DONE}}
    changed = packages.changes(known, items)
    changes: Body = {"package_items": changed} if changed else {}
    for name, cell in said.items():
        if name in items:
            continue
        value = None if cell == CLEAR else cells.read(cell)
        column, dot, key = name.partition(".")
        if dot:
            changes.setdefault(f"{column}s", {})[key] = value
        else:
            changes[DIRECT[name]] = about.names(value) if name == "group" and value else value
    return changes


def _carried(plan: Plan, before: str, after: str, about: Import) -> None:
    old, new = cells.codes(before), cells.codes(after)
    if after == CLEAR or new[: len(old)] != old or len(new) != len(old) + 1:
        plan.refuse("carried_over", "takes one session more at its end; those before stay", before, after)
        return
    body = {"action": str(Action.CARRY_OVER), "session_id": about.names(new[-1])}
    _change(plan, Command.PROPOSE, body, {"carried_over": after}, {"carried_over": before})


def _moved(plan: Plan, known: Cells, changed: Cells, about: Import) -> None:
    """Plan the move that the state and its evidence say; facts of moves that were made are put right by `correct` alone."""
    said = {name: cell for name, cell in changed.items() if (found := column_of(name)) and found[0].how is How.MOVE}
    state = said.get("state")
    action = LEADS_TO.get(state or "")
    advice = (
        "a move brought it: it is put right by the move `correct` (POST /v1/commitments/{commitment_id}/transitions)"
    )
    for name, cell in said.items():
        if state is None:
            plan.refuse(name, advice, known.get(name), cell)
        elif not about.proposes:
            plan.refuse(name, "changes by a move: import with `propose=true`, with its evidence", known.get(name), cell)
        elif action is None:
            plan.refuse(name, f"no move of a spreadsheet leads to {state}: propose it by itself", known.get(name), cell)
        elif name.partition(".")[0] not in _told_by(action):
            plan.refuse(name, f"is no evidence of '{action}'", known.get(name), cell)
    if action is not None and about.proposes and not any(one.action is Does.REFUSED for one in plan.items):
        body = _move(action, said, about, known)
        _change(plan, Command.PROPOSE, body, said, known)


def _told_by(action: Action) -> set[str]:
    signed = {name for name in _SIGNED if action is Action.SIGN}
    named = {
        Action.DRAFT_MOU: {"instrument", "authentic_text"},
        Action.SUPERSEDE: {"successor"},
        Action.MERGE: {"successor"},
    }
    return {"state", *EVIDENCE[action], *signed, *named.get(action, ())}


def _move(action: Action, said: Cells, about: Import, known: Cells) -> Body:
    body: Body = {"action": str(action)}
    body |= {to: cells.read(said[name]) for name, to in EVIDENCE[action].items() if said.get(name, CLEAR) != CLEAR}
    if action is Action.SIGN:
        body |= signed(said)
    if action in {Action.WITHDRAW, Action.LAPSE, Action.SUPERSEDE, Action.MERGE}:
        body["reason"] = about.reason
    if action is Action.DRAFT_MOU:
        kind, title = cells.instrument_of(said.get("instrument", ""))
        body |= {name: one for name, one in (("instrument_kind", kind), ("instrument_title", title)) if one}
        body["drafting_party"] = about.party
        if filed := signed(said).get("authentic_texts"):
            body["text_reference"] = filed[0]["reference"]
    if action is Action.IMPLEMENT and known.get("state") == State.AGREED and about.reason != REASON:
        body["no_instrument_reason"] = about.reason
    replaced = cells.codes(said.get("successor", ""))
    if action is Action.SUPERSEDE and replaced:
        body["successors"] = replaced
    if action is Action.MERGE and replaced:
        body["target"] = replaced[0]
    return body


def signed(said: Cells) -> Body:
    """Return who signed, and where the authentic texts are filed, as the cells of all parties and languages tell it."""
    several = signatories(said)
    texts = [
        {"language": name.partition(".")[2], "reference": cells.read(cell)}
        for name, cell in said.items()
        if name.startswith("authentic_text.") and cell not in {"", CLEAR}
    ]
    return ({"signatories": several} if several else {}) | ({"authentic_texts": texts} if texts else {})


def signatories(said: Cells) -> list[dict[str, str]]:
    """Return the signatories that the cells of all parties tell."""
    told = [
        (name.partition(".")[2], cell)
        for name, cell in said.items()
        if name.startswith("signatory.") and cell not in {"", CLEAR}
    ]
    return [one for party, cell in told for one in cells.signatories_of(cells.read(cell), party)]


def _change(plan: Plan, command: Command, body: Body, said: Cells, known: Cells) -> None:
    plan.changes.append(Change(command, body, tuple(said)))
    shared = command is Command.PROPOSE
    plan.items += [
        Item(Does.CHANGE, name, known.get(name) or None, cell, proposal=shared) for name, cell in said.items()
    ]
