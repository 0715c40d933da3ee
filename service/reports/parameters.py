"""How metrics, reports and returns are asked for, and what a file of them is answered with."""

from typing import Annotated, Final, Literal

from fastapi import Query

from service.http.headers import Responses, references
from service.http.past import PastDay, PastMoment
from service.permissions import Confidentiality
from service.reports.formats import TYPES, Format

AsOf = Annotated[
    PastDay | None,
    Query(description="The day in the world; today (UTC), if nothing is said.", examples=["2026-01-01"]),
]
Earlier = Annotated[
    PastDay | None,
    Query(
        description="An earlier day: what changed since, by what is known at the same moment.", examples=["2025-06-30"]
    ),
]
KnownAt = Annotated[
    PastMoment | None,
    Query(description="What was recorded by this moment; now, if nothing is said.", examples=["2026-01-24T09:30:00Z"]),
]
Audience = Annotated[
    Confidentiality,
    Query(
        description="For whom it is made: it tells nothing that this audience, or the caller, may not see. For whoever reads only what is public it is made for the public, and says so."
    ),
]
CheckpointSize = Annotated[
    int | None,
    Query(
        ge=1,
        lt=2**53,
        description="Size of the checkpoint it is made from; the newest, if nothing is said.",
        examples=[44],
    ),
]
RegistrySize = Annotated[
    int | None,
    Query(
        ge=1,
        lt=2**53,
        description="Size of the registry's checkpoint by which organisations are named; the newest, if nothing is said.",
        examples=[17],
    ),
]


FILES: Final[Responses] = {
    200: {
        "content": {
            TYPES[one]: {"schema": {"type": "string", "format": "binary"}} for one in Format if one is not Format.JSON
        },
        "headers": references("Content-Disposition", "Content-Language"),
    }
}
As = Annotated[
    Format | None,
    Query(
        alias="format",
        description="As what; by `Accept`, if nothing is said. JSON has everything, a CSV the matrix alone; a PDF has 2,000 rows of a table at most.",
    ),
]
Language = Annotated[
    Literal["en", "az", "ur", "ru", "fr"],
    Query(
        description="The language of a file's headings; English governs, and codes stay codes. JSON is the same in all."
    ),
]
