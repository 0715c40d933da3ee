"""What goes over the wire about a set-up; what is sent is the file itself."""

from typing import Any

from pydantic import Field

from service.exchange.setting_up.outcome import Did, Outcome
from service.values import Read


class SetUpLine(Read):
    """What became of one thing that the file names."""

    did: Did = Field(
        description="`there`: it was there already, and equal. `made`, `proposed`, `confirmed`: by this run. `awaits`: a proposal"
        " of this party is open, and others have to answer. `waits`: somebody else comes first; `why` says who. `differs`: the register"
        " says it otherwise, and it is left as it is. `refused`: `why` says what the service answered."
    )
    planned: bool = Field(description="Whether that is what would be done: nothing was.")
    what: str = Field(description="Which thing of the file.", examples=["organisation TR/CUSTOMS"])
    why: str | None = Field(description="Why not more was done, and what to do about it.")


class NewSecret(Read):
    """The secret of a principal that this run registered."""

    client_id: str = Field(description="By which the principal asks for a token.")
    client_secret: str = Field(description="Shown this once, and kept nowhere: hand it over.")


class SetUpRead(Read):
    """What a run of a file did, or would do: a line for each thing of the caller's part, in the order of the file."""

    dry_run: bool = Field(description="Whether it only tells what would be done.")
    part: str = Field(
        description="Whose part of the file it is: `administrator`, or the party's code.", examples=["TR"]
    )
    unfinished: str | None = Field(description="Why it stopped before its end; null: it did not.")
    lines: list[SetUpLine] = Field(description="What became of each thing.")
    secrets: list[NewSecret] = Field(description="Of the principals that were registered, none of them in a dry run.")


def line(one: Outcome) -> dict[str, Any]:
    """Return the line of an outcome."""
    return {"did": one.did, "planned": one.planned, "what": one.what, "why": one.why or None}
