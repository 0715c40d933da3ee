"""What a row without a reference creates: what its empty cells would say is not known. Pure."""

import re

from service.exchange.rules import cells
from service.exchange.rules.cells import CLEAR
from service.exchange.rules.changing import facts, reported, signed
from service.exchange.rules.columns import How, column_of
from service.exchange.rules.plan import (
    AGREEMENT,
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
from service.register.commitments.rules.lifecycle import SPINE, State


def creating(given: Cells, about: Import) -> Plan:
    """Return what a row without a reference creates: what its empty cells would say is unknown."""
    plan, said = Plan(), {name: cell for name, cell in given.items() if cell.strip() and cell != CLEAR}
    state = said.get("state")
    if state not in {None, State.PROPOSED, *SPINE}:
        plan.refuse("state", f"is reached by a move: a new one is found in {', '.join(SPINE)}", None, state)
        return plan
    if not any(name.startswith("title.") for name in said):
        plan.refuse("title", "is needed of a new one, in one language at least: title.en, say", None, None)
        return plan
    if cells.is_instrument(said.get("instrument", "")):
        plan.items.append(
            Item(
                Does.IGNORED, "instrument", None, said.pop("instrument"), "the instrument itself names what it carries"
            )
        )
    for name in ("version", "awaiting", "carried_over", "successor"):
        if name in said:
            plan.items.append(Item(Does.IGNORED, name, None, said.pop(name), "of a new one the register tells it"))
    for name in [
        one for one in said if (found := column_of(one)) and found[0].how is How.OWN and found[1] != about.party
    ]:
        plan.items.append(
            Item(Does.IGNORED, name, None, said.pop(name), f"{column_key(name)} tells it itself, once it is recorded")
        )
    plan.items.append(Item(Does.CREATE, proposal=True))
    plan.changes.append(Change(Command.RECORD, _record(said, about), tuple(said)))
    _first_own(plan, said, about)
    return plan


def column_key(name: str) -> str:
    """Return what stands after the dot of a column's name."""
    return name.partition(".")[2]


def _first_own(plan: Plan, said: Cells, about: Import) -> None:
    leads = cells.codes(said.get(f"lead.{about.party}", ""))
    if len(leads) > 1:
        body = {FURTHER: [about.names(code) for code in leads[1:]]}
        plan.changes.append(Change(Command.PARTY_FACTS, body, (f"lead.{about.party}",)))
    told = {name: said[f"{name}.{about.party}"] for name in REPORTS.values() if f"{name}.{about.party}" in said}
    if told:
        body = reported(plan, told, about)
        plan.changes.append(Change(Command.REPORT, body, tuple(f"{name}.{about.party}" for name in told)))


def _record(said: Cells, about: Import) -> Body:
    shared = {
        name: cell
        for name, cell in said.items()
        if name not in {"paragraph", "carried_over"} and (found := column_of(name)) and found[0].how is How.SHARED
    }
    agreement = _agreement(said)
    needs = bool(said.get("instrument")) or agreement.get("found_in") in {State.MOU_DRAFTED, State.SIGNED}
    body: Body = {
        "commission_id": about.commission,
        **facts(shared, about, {}),
        **_place(said.get("paragraph"), of_session="session" in said),
        "instrument_required": needs,
    }
    # Of many texts, those signed above all, lists tell the title alone: nobody need write another.
    body.setdefault("texts", body["titles"])
    if "session" in said:
        body["session_id"] = about.names(said["session"])
    if lead := cells.codes(said.get(f"lead.{about.party}", "")):
        body[FIRST] = about.names(lead[0])
    return body | {"agreement": agreement}


def _place(paragraph: str | None, *, of_session: bool) -> Body:
    """Return the item's number and its paragraph: a whole number is the number, one that a paragraph begins with stands beside it.

    What the register would not spell as the minutes do (`01`, digits of another script) stands beside its number, too. Item 4 has
    `4(b)`, and `4(2)`; `4.2`, `4,2`, `52/00`, `2018-2022` and `4 & 5` begin with no item's number, whatever stands between.
    """
    if paragraph is None:
        return {}
    said = cells.read(paragraph).strip()
    if not of_session:
        # Between sessions nothing has a number.
        return {"paragraph": said}
    number = re.match(r"\d{1,5}(?!\d|(?:[^\w(]|_)*\d)", said)
    found: Body = {"item_number": int(number[0])} if number and int(number[0]) else {}
    return found if said == str(found.get("item_number")) else {**found, "paragraph": said}


def _agreement(said: Cells) -> Body:
    found = said.get("found_in") or said.get("state")
    found = found if found in SPINE else None
    body: Body = {to: cells.read(said[name]) for name, to in AGREEMENT.items() if name in said}
    if found:
        body["found_in"] = found
    since = {State.SIGNED: "signed_on", State.IMPLEMENTED: "implemented_on"}.get(State(found)) if found else None
    if (
        found
        and found != State.AGREED
        and (day := said.get("effective_on") or said.get(since or "") or said.get("state_since"))
    ):
        body["effective_on"] = day
    if found == State.IMPLEMENTED and "signed_on" in said:
        body["signed_on"] = said["signed_on"]
    if "instrument" in said:
        kind, title = cells.instrument_of(cells.read(said["instrument"]))
        body |= {name: one for name, one in (("instrument_kind", kind), ("instrument_title", title)) if one}
    return body | signed(said)
