"""What follows from an instrument's members and is looked for in lists; nothing that changes with the day. Pure."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, Final

from service.register.instruments.rules.calendar import before, days_after, months_after, whole_months
from service.register.instruments.rules.computed import (
    SIGNED,
    Deciding,
    deciding_notice,
    ended_on,
    first_notice,
    in_force_from,
    said_end,
)
from service.register.instruments.rules.durations import firm_until, series
from service.register.instruments.rules.standing import missing_steps
from service.register.instruments.rules.terms import Duration, Notice, NoticeKind
from service.values import end, start

Members = Mapping[str, Any]
COLUMNS: Final = (
    "signed_from", "in_force_from", "ends_before", "counted_from", "first_months", "rolls_months", "notice_months", "notice_days",
    "notice_by", "lacking",
)  # fmt: skip
A_YEAR: Final = 12
NEAR: Final = 4
"""Among so many periods the one that is looked for must be: clamping moves a day by less than one."""


def reckoned(members: Members, deciding: Deciding = deciding_notice) -> dict[str, Any]:
    """Return the columns of the reckoning; `deciding` finds by which notice it ends for all."""
    found = _from_entry_into_force(members, deciding)
    return found if found["ends_before"] else found | {"ends_before": said_end(members)}


def _from_entry_into_force(members: Members, deciding: Deciding) -> dict[str, Any]:
    """Return the columns but for what is said of its end, and follows from no entry into force."""
    found: dict[str, Any] = dict.fromkeys(COLUMNS)
    found["signed_from"] = start(members["signed_on"]) if members["signed_on"] else None
    found["lacking"] = sorted({one.party for one in missing_steps(members) if one.party})
    if members["state"] not in SIGNED:
        return found
    begun = found["in_force_from"] = in_force_from(members)
    found["ends_before"] = ended_on(members, begun, begun or date.min, deciding)
    if begun is None and members["in_force_on"]:
        # Known by its month or year alone: it counts from its last day, and nothing is counted from it.
        found["in_force_from"] = end(members["in_force_on"])
    is_ending = found["ends_before"] == date.min or members["ended_on"] or members["successor_id"] or _stands(members)
    if begun and members["duration"] and members["notice"] and not is_ending:
        # Once its end is fixed there is nothing to give notice of.
        duration, notice = Duration.model_validate(members["duration"]), Notice.model_validate(members["notice"])
        found |= _notice(duration, notice, begun, found["ends_before"])
    return found


reckoned_by_first: Final = partial(reckoned, deciding=first_notice)
"""The same as instruments were reckoned up to entries of version 6: by the first notice it ended for all of its parties."""
from_entry_into_force: Final = partial(_from_entry_into_force, deciding=first_notice)
"""The same up to entries of version 2: of one of which nobody knew since when it is in force, no end."""


def _stands(members: Members) -> bool:
    """Return whether so many notices stand that fewer than two parties are left."""
    standing = sum(not one["revoked_on"] for one in (members["notices"] or {}).values())
    return standing > len(members["contracting_parties"]) - 2


def _notice(duration: Duration, notice: Notice, begun: date, ends: date | None) -> dict[str, Any]:
    """Return the last safe day for notice of the first period, and how those of the following ones are counted."""
    every, months, days = series(duration, begun), notice.all_months, notice.days or 0
    if notice.kind is NoticeKind.BEFORE_YEAR_END:
        firm = firm_until(duration, every)
        year = max(begun, days_after(firm, -1) or begun).year if firm else begun.year
        counted, first, rolls = date(year, 1, 1), A_YEAR, A_YEAR
    elif notice.kind is NoticeKind.AFTER_PERIOD_END and every:
        # The term counts from the notice: the window closes so many months after each period.
        counted, first, rolls = every.counted_from, every.first + (notice.window_months or 0), every.following
        months = days = 0
    elif notice.kind is NoticeKind.BEFORE_PERIOD_END and every:
        counted, first, rolls = every.counted_from, every.first, every.following
    else:
        return {}
    found = {
        "counted_from": counted,
        "first_months": first,
        "rolls_months": rolls or None,
        "notice_months": months,
        "notice_days": days,
    }
    return {**found, "notice_by": _safe({**found, "ends_before": ends}, 0)}


def _safe(found: Mapping[str, Any], number: int) -> date | None:
    """Return the last safe day for notice of a period; 0 is the first. None of one that the instrument does not see the end of."""
    end, ends = (
        months_after(found["counted_from"], found["first_months"] + number * (found["rolls_months"] or 0)),
        found["ends_before"],
    )
    if end is None or (ends and end > ends):
        return None
    arguable = before(end, found["notice_months"], found["notice_days"])
    return arguable and days_after(arguable, -1)


def next_notice_day(found: Mapping[str, Any], today: date) -> date | None:
    """Return the next last safe day for notice; where no period follows, the only one, also when it is past."""
    first: date | None = found["notice_by"]
    if first is None or first >= today or not found["rolls_months"]:
        return first
    reached = days_after(today, found["notice_days"] + 1)
    reached = reached and months_after(reached, found["notice_months"])
    if reached is None:
        return None
    number = max(0, (whole_months(found["counted_from"], reached) - found["first_months"]) // found["rolls_months"] - 1)
    safe = (_safe(found, one) for one in range(number, number + NEAR))
    return next((day for day in safe if day and day >= today), None)


def in_force(found: Mapping[str, Any], *, is_signed: bool, today: date) -> bool | None:
    """Return whether it is in force today; None where that is not known."""
    begun, ends = found["in_force_from"], found["ends_before"]
    if not is_signed or (ends and ends <= today):
        return False
    return None if begun is None else bool(begun <= today)
