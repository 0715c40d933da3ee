"""What stands by its id in reports and metrics, as the commission's own entries call it. Pure.

What an organisation is called stands in the registry's log alone, of which a party's export of a commission has nothing: whoever leads a
commitment is told there by its id, so that either side makes the same bytes offline.
"""

from typing import Any

from service.register.decisions.rules.titles import title_of
from service.register.history.rules.known import Known

Data = dict[str, Any]


def commission(known: Known) -> Data:
    """Return what the commission is called."""
    return {"id": known.commission, "code": known.charter["code"], "name": title_of(known.charter["titles"])}


def session(known: Known, key: str | None) -> Data | None:
    """Return what a session is called; None where no entry tells of it. One of a working group has no code of its own."""
    if (life := known.lives.get(key or "")) is None:
        return None
    ordinal, of_group = life.members["ordinal"], life.members["working_group_id"]
    code = f"{known.charter['code']}/{ordinal:02d}" if ordinal and not of_group else None
    return {"id": life.id, "code": code, "name": f"Session {ordinal}" if ordinal else "Extraordinary session"}


def group(known: Known, key: str | None) -> Data | None:
    """Return what a working group is called; None where no entry tells of it. Of one that began before groups had trails no entry tells a code."""
    if (life := known.lives.get(key or "")) is None:
        return None
    return {"id": life.id, "code": life.members["code"], "name": title_of(life.members["titles"])}
