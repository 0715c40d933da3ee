"""What stands by its id in the answer to a move: told by the statements that lock and read it, so that nothing more is asked.

It is what reading the move a moment later tells: who acts for a party, its own alone.
"""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from service.database.columns import table
from service.identity.models import Principal
from service.permissions import Caller
from service.register.decisions.called import CALLED, by_ids
from service.register.decisions.engine.locking import Locked
from service.register.decisions.engine.matter import Row
from service.register.decisions.models import Confirmation, Transition
from service.register.decisions.rules.titles import title_of
from service.register.parties.models import Organisation

_transition, _confirmation = table(Transition), table(Confirmation)
_principal, _organisation = table(Principal), table(Organisation)
OWN_PEOPLE: Final = "own_people"


def _own_people() -> sa.ScalarSelect[Any]:
    said = sa.select(_confirmation.c.principal_id).where(_confirmation.c.transition_id == _transition.c.id)
    moved = (_principal.c.id == _transition.c.proposer_id) | _principal.c.id.in_(said.correlate(_transition))
    one = sa.func.jsonb_build_object("id", _principal.c.id, "code", _principal.c.subject, "name", _principal.c.name)
    return (
        sa.select(sa.func.coalesce(sa.func.jsonb_agg(one), sa.literal([], JSONB)))
        .select_from(_principal.join(_organisation, _organisation.c.id == _principal.c.organisation_id))
        .where(moved, _organisation.c.party == sa.bindparam("own_party", type_=sa.Text()))
        .correlate(_transition)
        .scalar_subquery()
    )


own_people: Final = _own_people().label(OWN_PEOPLE)
"""The column: what those are called who proposed the transition, or answered it, for `own_party`."""


def named(locked: Locked, caller: Caller, row: Row) -> dict[str, Any]:
    """Return a transition that the caller has just moved, with what its commission is called, and its party's own people."""
    told, commission_id = locked.row, row["commission_id"]
    # A charter is the commission itself, by the titles that the move may have given it.
    titles = told.get("commission_titles") or row["matter_titles"]
    code = told["reference"].partition("/")[0]
    mover = {"id": caller.principal_id, "code": caller.subject, "name": told["mover_name"]}
    commission = {"id": commission_id, "code": code, "name": title_of(titles)}
    return {**row, CALLED: by_ids([commission, mover, *row.get(OWN_PEOPLE, ())])}
