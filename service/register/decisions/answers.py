"""What leaves the service about a move: rows as the schemas publish them, without being checked once more."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from fastapi import Request, Response

from service.errors import Fault, NotFound
from service.http.answers import answer
from service.http.names import unseen
from service.http.problems import document, language_of
from service.permissions import Caller, Permission
from service.register.decisions.called import COMMISSION, PRINCIPAL, Beside, Names, known
from service.register.decisions.engine.locking import standing_in
from service.register.decisions.engine.matter import Row
from service.register.decisions.many import Outcome
from service.register.decisions.rules.ended import has_room_in
from service.register.decisions.rules.judging import lacking
from service.register.decisions.rules.lifecycle import Step, Who
from service.register.decisions.rules.matter import Facts, Rules
from service.register.decisions.rules.own import has_room, is_open_to
from service.register.decisions.rules.reviewed import reviewed
from service.register.decisions.schemas import TransitionRead
from service.register.decisions.unseen import WITHHELD

_PLAIN: Final = tuple(
    name
    for name in TransitionRead.model_fields
    if name not in {"matter", "confirmations", "corrected", "commission", "proposer"}
)
_BESIDE: Final = Beside({"commission": ("commission_id", COMMISSION), "proposer": ("proposer_id", PRINCIPAL)})
_ANSWERED: Final = Beside({"principal": ("principal_id", PRINCIPAL)})
_MATTER: Final = ("kind", "id", "reference", "titles")
_OPEN: Final = ("proposed_by", "awaiting", "expires_at")


def transition(row: Row) -> dict[str, Any]:
    """Return the row as `TransitionRead`."""
    told = {name: row[name] for name in _PLAIN} | _BESIDE.of(row)
    told["evidence"] = WITHHELD if row.get("unseen") else _evidence(row)
    told["corrected"] = [] if row.get("unseen") else row.get("corrected", [])
    told["matter"] = {name: row[f"matter_{name}"] for name in _MATTER}
    told["confirmations"] = [_said(one, known(row)) for one in row["confirmations"]]
    return told


def _evidence(row: Row) -> dict[str, Any]:
    return {"move": f"{row['matter_kind']}.{row['action']}", **row["evidence"]}


def proposed(row: Row) -> Response:
    """Return the answer (201) to whoever proposed a move, with where to read it."""
    return answer(transition(row), 201, location=f"/v1/transitions/{row['id']}")


def listed(caller: Caller, row: Row) -> dict[str, Any]:
    """Return the row as `ListedTransitionRead`."""
    may = standing_in(caller, row).may(Permission.CONFIRM)
    beside = {
        "awaiting": row["awaiting"],
        "office": row["office"],
        "may_answer": may and caller.party in row["awaiting"],
        "may_refuse": may and bool(row["awaiting"]) and caller.party in row["awaited"],
    }
    return transition(row) | beside | {"reviewed": reviewed(row, row["matter_version"]) if row["awaiting"] else None}


def open_transition(row: Row) -> dict[str, Any] | None:
    """Return what the row of a matter tells of its open proposal, as `OpenTransition`; None if none is open, or its end has come."""
    return {"id": row["open_transition_id"], **{name: row[name] for name in _OPEN}} if row["live"] else None


def allowed(rules: Rules[Any], caller: Caller, row: Row) -> list[dict[str, Any]]:
    """Return the moves that the caller may propose, or make alone, with what each still needs: the `allowed_actions` of a matter."""
    permitted = standing_in(caller, row).permissions
    proposed_by = row["proposed_by"] if row["live"] else None
    return [
        {
            "action": step.action,
            "missing": gaps,
            "awaits": [] if step.who is Who.OWN else rules.awaits(step, {}, row, caller.party),
        }
        for step, gaps in _moves(rules, rules.facts(row, row["parties"], row["languages"]))
        if has_room_in(row["commission_state"], rules.kind, step.action)
        and is_open_to(step, row, caller.party)
        and has_room(step, proposed_by, caller.party)
        and step.permission in permitted
    ]


@lru_cache(maxsize=10_000)
def _moves(rules: Rules[Any], facts: Facts) -> list[tuple[Step, list[Fault]]]:
    """Return a row of each action that is possible, with what it still needs: the same for all matters of the same facts."""
    possible = rules.lifecycle.possible(facts.state, facts.conditions({}))
    return [
        (step, lacking(rules, step.action, {}, facts)) for step in {step.action: step for step in possible}.values()
    ]


def outcomes(request: Request, found: Sequence[Outcome]) -> Response:
    """Answer what became of many, as `OutcomesRead`."""
    language = language_of(request)
    return answer({"results": [_outcome(request, language, one) for one in found]}, language=language)


def _outcome(request: Request, language: str, one: Outcome) -> dict[str, Any]:
    made, refused = one.made, one.refused
    return {
        "id": unseen(request, one.asked) if isinstance(refused, NotFound) else one.asked,
        "transition": transition(made) if made else None,
        "problem": document(request, refused, language) if refused else None,
    }


def _said(confirmation: Mapping[str, Any], names: Names) -> dict[str, Any]:
    decided_at = confirmation["decided_at"]
    # Out of the database's JSON it is a text, with an offset where ours have a Z.
    moment = datetime.fromisoformat(decided_at) if isinstance(decided_at, str) else decided_at
    said = {name: confirmation[name] for name in ("party", "decision", "reason", "principal_id")}
    return {**said, **_ANSWERED.of(confirmation, names), "decided_at": moment}


def asked(rows: Sequence[Row]) -> Iterator[tuple[str, Any]]:
    """Yield the kind and id of each thing that transitions name, but for what their evidence does."""
    yield from _BESIDE.asked(rows)
    yield from _ANSWERED.asked([one for row in rows for one in row["confirmations"]])
