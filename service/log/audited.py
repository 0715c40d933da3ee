"""What an auditor reads of the registry: entries of the parties of the commissions to which it is appointed now."""

from typing import Any

import sqlalchemy as sa

from service.database.columns import table
from service.identity.models import Principal
from service.register.commissions.models import CommissionAuditor, CommissionParty
from service.register.commissions.roles import PRINCIPAL, Condition
from service.register.parties.models import Organisation
from service.trail.models import said

_party, _auditor = table(CommissionParty), table(CommissionAuditor)
_organisation, _principal = table(Organisation), table(Principal)


def of_audited(entry: sa.FromClause) -> Condition:
    """Return the condition that an entry of the registry is of a party that the caller audits.

    It names the party, or an organisation or principal of it; the party takes part where the caller was appointed. No subquery depends
    on the row, so each is asked once.
    """
    data = said(entry)["data"]
    appointed = sa.select(_auditor.c.commission_id).where(
        _auditor.c.principal_id == PRINCIPAL, _auditor.c.ended_at.is_(None)
    )
    parties = sa.select(_party.c.party).where(_party.c.commission_id.in_(appointed), _party.c.ended_at.is_(None))
    organisations = sa.select(_organisation.c.id).where(_organisation.c.party.in_(parties))
    principals = sa.select(_principal.c.id).where(_principal.c.organisation_id.in_(organisations))
    named = _texts(organisations).union_all(_texts(principals))
    return sa.or_(
        *(data[member].astext.in_(parties) for member in ("party", "code")),
        *(data[member].astext.in_(named) for member in ("id", "organisation_id")),
    )


def _texts(ids: sa.Select[Any]) -> sa.Select[Any]:
    (column,) = ids.selected_columns
    return ids.with_only_columns(sa.cast(column, sa.Text))
