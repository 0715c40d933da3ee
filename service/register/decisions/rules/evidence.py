"""What every proposal may carry, whatever it is about. Pure.

Evidence is one model per action, shared by the wire, the audit entry and the verifier: what is always needed is a required
field; what depends on the case is listed by the matter's `missing`, all of it at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from pydantic import Field

from service.errors import Fault, fault
from service.values import ModernDate, Moment, Reason, Strict


class Evidence(Strict):
    """What every action may carry."""

    effective_on: ModernDate | None = Field(
        None, description="When it happened in the world: the day on which it takes effect (UTC), if nothing is said."
    )
    remark: Reason | None = Field(None, description="Anything else that the other side should know.")
    expires_at: Moment | None = Field(
        None,
        description="The proposal lapses if it has not been confirmed by then (RFC 3339): 180 days from now, if nothing is "
        "said; two years at most.",
    )

    def given(self) -> dict[str, Any]:
        """Return the evidence as it stands in the audit entry: what was sent, as JSON values."""
        return self.model_dump(mode="json", exclude_unset=True, exclude={"action", "expires_at"})


def always_needed(
    models: Mapping[StrEnum, type[Evidence]], unasked: Collection[str] = ("action",)
) -> Mapping[StrEnum, Sequence[str]]:
    """Return what each action needs whatever the case, but for what is `unasked` here."""
    return {
        action: [name for name, field in model.model_fields.items() if field.is_required() and name not in unasked]
        for action, model in models.items()
    }


def absent(needed: Iterable[str], given: Mapping[str, Any], may_be_empty: Collection[str]) -> list[Fault]:
    """Return the fault of each that is needed and not given, or empty; some may be null or false, and are said all the same."""
    return [
        fault(f"/{name}", "is needed")
        for name in needed
        if not given.get(name) and not (name in may_be_empty and name in given)
    ]
