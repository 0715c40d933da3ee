"""How people name things, and how an id is asked for: by itself, or by the code that stands in minutes and letters. Pure.

The shape of a code tells of what it is: `PK-AZ` is a commission, `PK-AZ/08` its eighth session, `PK-AZ/JWG/customs` one of its
working groups, `PK-AZ/JWG/customs/02` the second session of that, `PK-AZ/08/014` a commitment, `PK/MODP` an organisation. A code is never
given to another thing. An extraordinary session has no number, and so no code: nothing that the parties have said tells it from another.
"""

from itertools import pairwise
from typing import Annotated, Final
from uuid import UUID

from pydantic import WithJsonSchema

UNIQUE: Final = "[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"
COMMISSION: Final = r"[A-Z]{2}(?:-[A-Z]{2})+(?:\.[A-Z0-9]{1,8})?"
WORKING_GROUP: Final = f"{COMMISSION}/JWG/[a-z0-9]+(?:-[a-z0-9]+)*"
SESSION: Final = f"(?:{COMMISSION}|{WORKING_GROUP})/[0-9]{{2,3}}"
COMMITMENT: Final = f"{COMMISSION}/[0-9]{{2,4}}/(?:[0-9]{{3,6}}|d-[a-z0-9]{{4,8}})"
INSTRUMENT: Final = f"{COMMISSION}/I/(?:[0-9]{{4,6}}|d-[a-z0-9]{{4,13}})"
ORGANISATION: Final = "[A-Z]{2}/[A-Z0-9]{2,12}"


def spelled(code: str) -> str:
    """Return a code as the register spells it, whatever letters were typed large or small: no two codes differ by these alone.

    A working group's sector and what follows `d-` in a draft reference are small, all else is large.
    """
    head, *rest = code.split("/")
    small = [part.lower().startswith("d-") or before.lower() == "jwg" for before, part in pairwise([head, *rest])]
    parts = (part.lower() if is_small else part.upper() for part, is_small in zip(rest, small, strict=True))
    return "/".join([head.upper(), *parts])


def _named(kind: str, code: str, example: str) -> WithJsonSchema:
    """Return how a document tells of an id for which a code is taken: as a text, which every generated client can send."""
    said = f"Id (UUID) or code of the {kind}."
    return WithJsonSchema(
        {"type": "string", "pattern": f"^(?:{UNIQUE}|{code})$", "description": said, "examples": [example]}
    )


CommissionId = Annotated[UUID, _named("commission", COMMISSION, "PK-AZ")]
SessionId = Annotated[UUID, _named("session", SESSION, "PK-AZ/08")]
WorkingGroupId = Annotated[UUID, _named("working group", WORKING_GROUP, "PK-AZ/JWG/customs")]
CommitmentId = Annotated[UUID, _named("commitment", COMMITMENT, "PK-AZ/08/014")]
InstrumentId = Annotated[UUID, _named("instrument", INSTRUMENT, "PK-AZ/I/0001")]
OrganisationId = Annotated[UUID, _named("organisation", ORGANISATION, "PK/MODP")]
MatterId = Annotated[UUID, _named("matter", f"{COMMISSION}(?:/[A-Za-z0-9-]+){{0,3}}", "PK-AZ/08/014")]
