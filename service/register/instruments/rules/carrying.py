"""What an instrument tells of itself to the commitments that it carries. Pure."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from service.register.decisions.rules.titles import title_of
from service.register.instruments.rules.computed import SIGNED
from service.register.instruments.rules.lifecycle import InstrumentState
from service.register.instruments.rules.naming import is_as_close
from service.register.instruments.rules.reckoning import reckoned

Members = Mapping[str, Any]
Reckon = Callable[[Members], Members]
"""Returns what follows from the members of an instrument."""
CARRIES_NOTHING: Final = (InstrumentState.PROPOSED, InstrumentState.ABANDONED, InstrumentState.RETRACTED)
"""States of an instrument that there is not yet, or not any more."""
OF_ALL: Final = ("state", "signed_on")
"""What a commitment tells of an instrument that is kept closer than itself."""
_PLAIN: Final = ("state", "kind", "drafting_party", "drafted_on", "text_reference", "ceremony_on")


def carries(members: Members) -> Collection[str]:
    """Return the ids of the commitments that it carries."""
    return () if members["state"] in CARRIES_NOTHING else members["commitment_ids"]


def too_open(before: Members, after: Members, kept: Mapping[str, str]) -> list[str]:
    """Return which commitments (the confidentiality of each by its id) are kept closer than the instrument that is to carry them.

    It is judged where what it carries changes, or how it is kept itself: what is closed later closes the instrument to who may not
    read it.
    """
    if not {"commitment_ids", "confidentiality"} & after.keys():
        return []
    now = {**before, **after}
    return [key for key in carries(now) if key in kept and not is_as_close(now["confidentiality"], kept[key])]


def may_carry(members: Members, body: Members) -> Collection[str]:
    """Return the ids of all that it carries now, or as the body's move would have it."""
    changes = body.get("changes")
    listed = [body.get("value"), changes.get("commitment_ids") if isinstance(changes, dict) else None]
    named = [one for some in listed if isinstance(some, list) for one in some if isinstance(one, str)]
    return {*members["commitment_ids"], *(one for one in named if _is_id(one))}


def _is_id(one: str) -> bool:
    try:
        return str(UUID(one)) == one
    except ValueError:
        return False


def is_signed(state: str | None) -> bool:
    """Return whether it is signed in this state, or was before it ended."""
    return state in SIGNED


def told(members: Members, confidentiality: str, reckon: Reckon = reckoned) -> dict[str, Any]:
    """Return what a commitment of this confidentiality tells of it; what is not known is left out."""
    found: dict[str, Any] = {name: members[name] for name in _PLAIN} | {"title": title_of(members["titles"])}
    if is_signed(members["state"]):
        found |= _signed(members, reckon(members))
    hidden = not is_as_close(confidentiality, members["confidentiality"])
    return {name: value for name, value in found.items() if value and (name in OF_ALL or not hidden)}


def _signed(members: Members, counted: Members) -> dict[str, Any]:
    acts = members["acts"] or ()
    first = [one["signatory"] for _, one in sorted((members["signatures"] or {}).items())]
    places = dict.fromkeys(one["place"] for one in acts if one.get("place"))
    begun, ends = counted["in_force_from"], counted["ends_before"]
    return {
        "signed_on": members["signed_on"],
        "place": next(reversed(places), None),
        "signatories": [*first, *(one for act in acts for one in act.get("signatories") or ())],
        "authentic_texts": members["texts"],
        "enters_into_force_on": members["in_force_on"] or (begun and begun.isoformat()),
        "expires_on": ends and ends > date.min and (ends - timedelta(days=1)).isoformat(),
    }
