"""Who may change what of the registry. Pure.

The administrator registers parties, each party's registrar, and principals that act for no party. A party's organisations and
principals are its registrar's to register and to end, and nobody else's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from service.errors import NotPermitted
from service.permissions import PERMISSIONS, Caller, Permission, Role, Standing, standing
from service.trail.entry import Author


class Registrar(NamedTuple):
    """A party's registrar: an organisation of it; all None until the administrator has named it."""

    id: UUID | None = None
    code: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """A caller, and every party's registrar, as they are while the registry is locked."""

    caller: Caller
    registrars: Mapping[str, Registrar]

    @property
    def author(self) -> Author:
        """Return whom the entry of a change names."""
        return Author(self.caller.principal_id, self.caller.party)

    @property
    def standing(self) -> Standing:
        """Return what the caller is in the registry."""
        own = self.registrars.get(self.caller.party or "", Registrar())
        is_registrar = own.id is not None and own.id == self.caller.organisation_id
        return standing(self.caller, registrar=is_registrar, commission="")

    def require(self) -> None:
        """Raise `NotPermitted` unless the caller may change anything at all."""
        if not self.standing.may(Permission.REGISTER):
            self._require_registrar(self.caller.party)

    def over(self, party: str | None) -> Author:
        """Return the author of a change of the party's organisations or principals, or of what belongs to no party.

        `NotPermitted` otherwise: it says what is wrong, and whom to ask.
        """
        if party is None:
            self.standing.require(Permission.REGISTER)
        else:
            self._require_registrar(party)
        return self.author

    def naming(self, party: str) -> Author:
        """Return the author who names the party's registrar: the administrator the first, each registrar its successor."""
        if self.standing.may(Permission.REGISTER) and self.registrars.get(party, Registrar()).id is None:
            return self.author
        return self.over(party)

    def _require_registrar(self, party: str | None) -> None:
        here = self.standing
        if party is None:
            here.require(Permission.REGISTER_FOR_PARTY)
        elif party != self.caller.party or not here.may(Permission.REGISTER_FOR_PARTY):
            raise self._refusal(party)

    def _refusal(self, party: str) -> NotPermitted:
        here, needed = self.standing, Permission.REGISTER_FOR_PARTY
        return NotPermitted(
            f"{self._reason(party)} (permission '{needed}'). You are {here.who}.",
            permission=str(needed),
            roles_that_have_it=[one for one, may in PERMISSIONS.items() if needed in may],
            your_roles=sorted(here.roles - {Role.OBSERVER}),
        )

    def _reason(self, party: str) -> str:
        found = self.registrars.get(party, Registrar())
        if found.id is None:
            return (
                f"Only the registrar of {party} may do this, and none is named yet: the administrator names it, once, "
                f"with its first principal, by POST /v1/parties/{party}/registrar"
            )
        return f"Only the registrar of {party}, {found.name} ({found.code}), may do this: ask it"
