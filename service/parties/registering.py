"""What every change of the registry over HTTP shares: who is its author, and that callers are read anew after it."""

from collections.abc import AsyncIterator

from fastapi import Depends, Request

from service.audit.entry import Author
from service.identity.caller import Callers
from service.permissions import Caller, Permission


async def forget_callers(request: Request) -> AsyncIterator[None]:
    """Forget the callers that are known by their tokens, once the registry's change is committed."""
    yield
    callers: Callers = request.app.state.callers
    callers.forget()


# Stands before the transaction among the dependencies, and so ends after its commit.
Forget = Depends(forget_callers, scope="function")


def author(caller: Caller) -> Author:
    """Return the author of a change of the registry; 403 unless the caller may register."""
    caller.require(Permission.REGISTER)
    return Author(caller.principal_id, None)
