"""What else a move of a session names: an entry of its trail, another session that met under its ordinal. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from service.errors import Fault, fault
from service.register.commissions.rules.lifecycle import SessionAction
from service.register.decisions.rules.matter import UNDOES, Found, Name
from service.register.decisions.rules.mending import CORRECTS
from service.register.decisions.rules.origins import ENTRY, entry_named, wrong_entry

RIVAL: Final = "rival"
"""The kind of a name that is an ordinal, or "" for the session's own: found is another session that met under it."""


def names(body: Mapping[str, Any]) -> list[Name]:
    """Return what `body` names, as far as it is spelled as a name is; what is not is told as a wrong shape."""
    match body.get("action"):
        case SessionAction.REINSTATE:
            return entry_named(body, UNDOES)
        case SessionAction.CORRECT:
            value = body.get("value")
            is_ordinal = body.get("fact") == "ordinal" and isinstance(value, int)
            return [*entry_named(body, CORRECTS), *([Name("/value", RIVAL, str(value))] if is_ordinal else [])]
        case SessionAction.HOLD:
            return [Name("", RIVAL, "")]
    return []


def wrong_name(name: Name, found: Found | None) -> Fault | None:
    """Return what is wrong with what was found under a name; another session that met under the same ordinal is in the way."""
    if name.kind == ENTRY:
        detail = wrong_entry(found, "session")
    else:
        detail = "another session was held under this ordinal already" if found else None
    return fault(name.pointer, detail) if detail else None
