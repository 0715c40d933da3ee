"""What one party says of how far a commitment is on its side: claimed, never confirmed, never summed. Pure.

A report is its party's own fact: what was wrong in it is put right by a later report for the same period.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final

from pydantic import Field

from service.errors import Fault, fault
from service.values import ModernDate, Reason, Strict, end, start

REPORTED: Final = "commitment.reported"
"""The kind of entry that tells of a report."""


class Level(StrEnum):
    """How far it is, by the word of one party."""

    NO_EVIDENCE = "no_evidence"
    NOT_STARTED = "not_started"
    LIMITED = "limited"
    SUBSTANTIAL = "substantial"
    COMPLETE = "complete"


class Delay(StrEnum):
    """Why it is late."""

    AWAITING_COUNTERPART = "awaiting_counterpart"
    DRAFT_UNANSWERED = "draft_unanswered"
    DOMESTIC_APPROVAL = "domestic_approval"
    FUNDING = "funding"
    REORGANISATION = "reorganisation"
    CHANGE_OF_GOVERNMENT = "change_of_government"
    LEGAL_CONFLICT = "legal_conflict"
    TECHNICAL = "technical"
    SECURITY = "security"
    THIRD_PARTY = "third_party"
    FORCE_MAJEURE = "force_majeure"
    DEPRIORITISED = "deprioritised"
    OTHER = "other"


class ProgressReportCreate(Strict):
    """What a party says of its own side, for a period."""

    elsewhere: ClassVar[Mapping[str, str]] = {
        "party": "it is the caller's own party",
        "state": "a report changes no state; that takes a move (POST /v1/commitments/{commitment_id}/transitions)",
    }
    period_start: ModernDate | None = Field(None, description="When the period began, if that is said.")
    period_end: ModernDate = Field(description="When the period ended or ends: a day, month or year that has begun.")
    level: Level = Field(description="How far it is, by its own word.")
    text: Reason = Field(description="What was done, in words.")
    delay_reason: Delay | None = Field(None, description="Why it is late; needed where its due date has passed.")
    next_step: Reason | None = Field(None, description="What this side does next.")
    expected_on: ModernDate | None = Field(None, description="When this side expects to be done.")


MEMBERS: Final = tuple(ProgressReportCreate.model_fields)


def tells_of(period_end: str, recorded_on: date) -> date:
    """Return the day of which a report speaks: the last of its period, or the day it was recorded if that is earlier."""
    return min(end(period_end), recorded_on)


def wrong(report: Mapping[str, Any], target_date: str | None, today: date) -> list[Fault]:
    """Return what cannot be so in a report of today, or is missing, given the commitment's target date."""
    first, last, faults = report.get("period_start"), report.get("period_end"), list[Fault]()
    if last and start(last) > today:
        faults.append(fault("/period_end", f"lies in the future; today is {today} (UTC)"))
    if first and last and start(first) > end(last):
        faults.append(fault("/period_start", f"comes after the end of the period, {last}"))
    late = bool(target_date and last and end(target_date) < tells_of(last, today))
    if late and report.get("level") != Level.COMPLETE and not report.get("delay_reason"):
        listed = ", ".join(Delay)
        faults.append(fault("/delay_reason", f"is needed: it was due on {target_date}; one of {listed}"))
    return faults


def last_of(before: Mapping[str, Any] | None, report: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the last report of a party: the one that speaks of the latest day (`on`); of two of one day, the later recorded."""
    return before if before and before["on"] > report["on"] else report
