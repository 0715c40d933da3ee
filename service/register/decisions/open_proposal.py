"""What a refusal tells of the open proposal that stands in the way, or of one that is open no more."""

from uuid import UUID

from service.database.statement import Connection
from service.errors import ProposalAlreadyOpen, ProposalClosed
from service.permissions import Caller
from service.register.decisions import queries
from service.register.decisions.engine.locking import Locked
from service.trail.entry import timestamp


async def already_open(connection: Connection, caller: Caller, locked: Locked) -> ProposalAlreadyOpen:
    """Return the refusal that tells the open proposal, and what the caller can do about it."""
    assert locked.proposal
    found = await queries.now(connection, locked.matter, caller, locked.proposal)
    address, proposer, awaiting = f"/v1/transitions/{found['id']}", found["proposed_by"], locked.row["awaiting"]
    days = (locked.stamp.at - found["proposed_at"]).days
    age = "today" if days < 1 else "yesterday" if days == 1 else f"{days} days ago"
    cure = "It must be answered first."
    if caller.party == proposer:
        cure = f"Take it back first (POST {address}/withdrawal), or wait for the answer."
    elif caller.party in awaiting:
        cure = f"Confirm or refuse it first (POST {address}/confirmations)."
    elif caller.party in found["awaited"]:
        cure = f"Wait for the answer, or refuse it after all (POST {address}/confirmations)."
    return ProposalAlreadyOpen(
        f"{proposer} proposed '{found['action']}' {age}, and it awaits {', '.join(awaiting)}. {cure}",
        open_transition_id=str(found["id"]),
        open_transition={
            "address": address,
            "action": found["action"],
            "proposed_by": proposer,
            "proposed_at": timestamp(found["proposed_at"]),
            "awaiting": awaiting,
        },
    )


async def require_open(connection: Connection, locked: Locked, transition_id: UUID) -> None:
    """Refuse where the proposal is not open any more, and say what became of it."""
    if locked.proposal == transition_id:
        return
    # Expiry is judged under the lock; no entry may have said it yet.
    ended = locked.over if locked.row["open_transition_id"] == transition_id else None
    became = ended or await queries.status(connection, transition_id)
    state = str(locked.row["state"])
    noun = locked.matter.rules.lifecycle.noun.split(maxsplit=1)[1]
    raise ProposalClosed(
        f"This proposal is {became}; it can no longer be answered. The {noun} is {state}.",
        transition_status=str(became),
        state=state,
    )
