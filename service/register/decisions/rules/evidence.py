"""What every proposal may carry, whatever it is about. Pure.

Evidence is one model per action, shared by the wire, the audit entry and the verifier: what is always needed is a required
field; what depends on the case is listed by the matter's `missing`, all of it at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, StringConstraints

from service.errors import Fault, fault
from service.values import ModernDate, Moment, Reason, Strict

LeafHash = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(
        description="Leaf hash of an entry, in hex.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ),
]
DocumentDigest = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the document, in hex. Of one that is named by its id, the service supplies it.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ),
]
DocumentId = Annotated[
    UUID,
    Field(
        description="A document of this matter, or of a commitment that it carries. The proposal binds its digest, and who is to "
        "confirm can download it."
    ),
]


BESIDE: Final = {"action", "expires_at"}
"""What the entry tells beside the evidence."""


class NamedDocument(Strict):
    """A document that a move names: its digest is what is proposed, confirmed, and told in the entry."""

    document_id: DocumentId
    sha256: DocumentDigest | None = None


class Evidence(Strict):
    """What every action may carry."""

    effective_on: ModernDate | None = Field(
        None, description="When it happened in the world: the day on which it takes effect (UTC), if nothing is said."
    )
    remark: Reason | None = Field(None, description="Anything else that the other side should know.")
    documents: list[NamedDocument] | None = Field(
        None, min_length=1, max_length=20, description="Documents that the other side is to look at with it."
    )
    expires_at: Moment | None = Field(
        None,
        description="The proposal lapses if it has not been confirmed by then (RFC 3339): 180 days from now, if nothing is "
        "said; two years at most.",
    )

    def given(self) -> dict[str, Any]:
        """Return the evidence as it stands in the audit entry: what was sent, as JSON values."""
        return self.model_dump(mode="json", exclude_unset=True, exclude=BESIDE)


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
