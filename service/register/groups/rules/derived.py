"""What entries of version 1, which stand in the commission's trail, tell of a working group: in the words of today. Pure.

Until its own first entry a group is what these add up to; a migration writes no entry.
"""

from collections.abc import Mapping
from typing import Any, Final

from service.register.commissions.rules.group_role import GroupRole
from service.register.groups.rules.effect import seated
from service.register.groups.rules.lifecycle import GroupState
from service.register.groups.rules.matter import MEMBERS

FOUNDED: Final = "working_group.founded"
CHANGED: Final = "working_group.member_changed"


def founded(data: Mapping[str, Any], party: str, code: str | None) -> dict[str, Any]:
    """Return the members of a group from the entry that founded it, for `party`; `code` is what it is called by today."""
    known = {name: value for name, value in data.items() if name in MEMBERS}
    lead = seated({}, party, data["co_lead_organisation_id"], GroupRole.CO_LEAD)
    began = {"code": code, "organisations": lead, "contacts": {}, "state": str(GroupState.ACTIVE), "corrected": {}}
    return {**dict.fromkeys(MEMBERS), **known, **began}


def told(kind: str, data: Mapping[str, Any], party: str) -> dict[str, Any]:
    """Return the data of such an entry as one of the group's own trail would have it; of its organisations nothing is corrected."""
    return {"working_group": founded(data, party, None)} if kind == FOUNDED else {}


def code_of(commission: str, short: str, taken: int) -> str:
    """Return the code of a group of the commission with this code; `taken`: how many have the same short one already."""
    return f"{commission}/JWG/{short.replace('_', '-')}" + (f"-{taken + 1}" if taken else "")
