"""What the register refuses: for who asks, for its present state, or for what was sent."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self, TypeVar

from service.errors import shapes
from service.errors.base import ServiceError

Found = TypeVar("Found")


class NotPermitted(ServiceError):
    """The service knows the caller, and the caller may not do this here.

    The detail says who may, and what the caller is. Ask one of those to do it, or ask the secretariat of your party to name your
    organisation. `GET /v1/me` lists what you are, commission by commission.
    """

    status = 403
    title = "The caller may not do this"
    told: ClassVar[Mapping[str, str]] = {
        "permission": "The permission that is needed.",
        "roles_that_have_it": "The roles that have this permission.",
        "your_roles": "What the caller is here.",
    }


class NotFound(ServiceError):
    """There is nothing at this address, or the caller may not see it: the service does not say which of the two.

    If the address itself is mistyped, the detail says so, and `nearest_address` is the one that is most like it; all addresses stand
    in the published document. Else look for the thing in the list that it should be in. If it is missing there and should not be,
    ask the secretariat of your party: it may be restricted, or you may have the id of another.
    """

    status = 404
    title = "Not found"
    told: ClassVar[Mapping[str, str]] = {
        "nearest_address": "The address of the service that is most like a mistyped one; absent if none is.",
        "document": "Where all addresses are described; beside a mistyped one only.",
    }


def there(found: Found | None, otherwise: str) -> Found:
    """Return what was found; `NotFound` with the text `otherwise`."""
    if found is None:
        raise NotFound(otherwise)
    return found


class Conflict(ServiceError):
    """The request is sound in itself, and the present state of what it is about does not allow it.

    Read the thing again. The detail says what stands in the way, and what is possible instead.
    """

    status = 409
    title = "The present state does not allow this"


class TransitionNotAllowed(Conflict):
    """The lifecycle has no such step from the state in which the commitment is.

    `allowed_actions` lists what is possible from this state; `GET /v1/lifecycle` shows the whole machine.
    """

    title = "The lifecycle does not allow this action now"
    told: ClassVar[Mapping[str, str]] = {
        "state": "The present state.",
        "allowed_actions": "The actions that this state allows.",
    }


class ProposalAlreadyOpen(Conflict):
    """Another proposal for the same commitment is open; there is one at a time.

    Read that proposal. Its proposer may take it back (`POST .../withdrawal`), and the parties that it awaits may confirm or
    refuse it (`POST .../confirmations`). Then propose again.
    """

    title = "Another proposal is still open"
    told: ClassVar[Mapping[str, str]] = {
        "open_transition_id": "The id of the open proposal.",
        "open_transition": "The open proposal: its address, action, proposer, since when, and whom it awaits.",
    }


class ProposalClosed(Conflict):
    """The proposal has already been decided, or taken back, or its time has ended; it takes no more answers.

    Read the commitment again. What is still wanted must be proposed anew.
    """

    title = "The proposal is closed"
    told: ClassVar[Mapping[str, str]] = {
        "transition_status": "What became of the proposal.",
        "state": "The present state of the commitment.",
    }


class OwnProposal(Conflict):
    """A party does not confirm or refuse what it proposed itself.

    Another party's secretariat or co-lead answers it. To drop your own proposal, take it back (`POST .../withdrawal`).
    """

    title = "A party does not confirm its own proposal"


class AlreadyExists(Conflict):
    """What was sent has a name or number that is taken.

    `existing` says by what, and where it is read, to who may read it. Perhaps it is what you meant to record, and it is there already; else choose
    another name or number, as the detail says.
    """

    title = "This exists already"
    told: ClassVar[Mapping[str, str]] = {
        "reference": "The reference that is taken, if it is one.",
        "existing": "What has the name or number already: what it is, its id, and its address; left out where the caller may not read it.",
    }


class Stale(ServiceError):
    """The header If-Match names a version that is not the present one: somebody changed the resource since you read it.

    Read it again, look at what has changed, and send your change with the ETag of that answer.
    """

    status = 412
    title = "The resource has changed since it was read"


class InvalidContent(ServiceError):
    """The request can be read, and something in it is wrong in itself.

    `errors` lists every wrong place, all of them at once, with what is possible instead. Mend them and send it again.
    """

    status = 422
    title = "The content is not valid"

    @classmethod
    def listing(cls, errors: Sequence[Mapping[str, str]], **members: Any) -> Self:  # noqa: ANN401 -- as in `told`
        """Return the refusal that announces these faults: as many as there are, the first ones in full."""
        said = [f"{_place(one)} {one['detail']}" for one in errors[:8]]
        more = [f"and {len(errors) - len(said)} more, all of them in `errors`"] if len(errors) > len(said) else []
        counted = "1 thing is wrong" if len(errors) == 1 else f"{len(errors)} things are wrong"
        counted = f"at least {counted}" if len(errors) >= shapes.MOST else counted
        detail = f"{counted}: {'; '.join([*said, *more])}"
        return cls(detail if detail.endswith("?") else f"{detail}.", errors=errors, **members)


class EvidenceMissing(InvalidContent):
    """The action needs more evidence than was sent.

    `errors` lists everything that is missing, and everything else that is wrong. What an action needs is also told before, in
    `allowed_actions` of the commitment.
    """

    title = "Evidence is missing"


class UnknownAction(InvalidContent):
    """The lifecycle knows no action of this name, in any state.

    `nearest` names the action that is most like it, if there is one; `allowed_actions` lists what is possible now.
    """

    title = "There is no action of this name"
    told: ClassVar[Mapping[str, str]] = {
        "nearest": "The action whose name is most like it; absent if none is.",
        "state": "The present state.",
        "allowed_actions": "The actions that this state allows.",
    }


def _place(wrong: Mapping[str, str]) -> str:
    """Return what a sentence calls the wrong place: its pointer or parameter, or what it is where that has no name."""
    if "parameter" in wrong:
        return wrong["parameter"] or "a parameter without a name"
    return wrong.get("pointer") or "the body"
