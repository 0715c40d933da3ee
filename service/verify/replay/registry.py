"""Replaying the registry's own log: parties, each one's registrar and organisations, and who may call. Pure.

What an entry tells was done by somebody who might do it: by the administrator or the operator until a party has its
registrar, from then on by those who act for that registrar, and for its own party alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from service.register.parties.rules import LEEWAY, LOGIN, NOTICE
from service.trail.reopening import REOPENED
from service.verify.canonical import Entry
from service.verify.replay.shape import OF_THE_REGISTRY, hold_to_shape, require

REGISTRY: Final = "00000000-0000-0000-0000-000000000000"
"""The registry's log and its one subject; as an actor it is the operator, at the command line."""
ANYBODY: Final = "ffffffff-ffff-7fff-bfff-ffffffffffff"
"""Whoever reads the pages without signing in: the schema brings it, and no entry."""


@dataclass(frozen=True, slots=True)
class Known:
    """A principal: what it is, for which organisation it acts, and whether it still may."""

    kind: str
    organisation: str | None
    active: bool = True
    issuer: str | None = None
    """Its party's provider, that vouches for it; None: the service does."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the operator announced for a party, and when."""

    id: str
    at: str
    organisation: str
    principal: Mapping[str, Any] | None
    ends_own_issuer_only: bool


@dataclass(slots=True)
class Registry:
    """What the entries add up to."""

    registrars: dict[str, str | None] = field(default_factory=dict)
    """Of each party, the organisation that is its registrar, once it has one."""
    organisations: dict[str, str] = field(default_factory=dict)
    """Of each organisation, its party."""
    closed: set[str] = field(default_factory=set)
    """The organisations that are no more."""
    codes: set[str] = field(default_factory=set)
    own_issuer_only: set[str] = field(default_factory=set)
    """The parties that take their own providers' logins alone."""
    announced: dict[str, Announcement] = field(default_factory=dict)
    """Of each party, what the operator announced and has neither done nor left."""
    principals: dict[str, Known] = field(default_factory=lambda: {ANYBODY: Known("observer", None)})

    def replay(self, entry: Entry) -> None:
        """Replay one entry; raises `Broken` with the rule that it breaks."""
        hold_to_shape(OF_THE_REGISTRY, entry.kind, entry.data)
        require(entry.v == 1, f"no entry of the registry has the version {entry.v}")
        told = {
            "party.registered": self._party,
            "organisation.registered": self._organisation,
            "organisation.renamed": self._renamed,
            "organisation.closed": self._closed,
            "registrar.named": self._registrar,
            "principal.registered": self._principal,
            "principal.secret_rotated": self._rotated,
            REOPENED: self._reopened,
            "principal.deactivated": self._deactivated,
            "party.credentials_ruled": self._ruled,
            "access.announced": self._announced,
            "access.stopped": self._stopped,
            "access.restored": self._restored,
        }
        told[entry.kind](entry, entry.data)

    def _reopened(self, entry: Entry, _: Mapping[str, Any]) -> None:
        require(entry.actor == REGISTRY, "a log is reopened by the operator")

    def _party(self, entry: Entry, data: Mapping[str, Any]) -> None:
        require(data["code"] not in self.registrars, f"the party {data['code']} is registered already")
        self._by_administrator(entry)
        self.registrars[data["code"]] = None

    def _organisation(self, entry: Entry, data: Mapping[str, Any]) -> None:
        self._for(entry, data["party"])
        self._add_organisation(data)

    def _renamed(self, entry: Entry, data: Mapping[str, Any]) -> None:
        require(data["id"] in self.organisations, "no organisation with this id is registered")
        self._for(entry, self.organisations[data["id"]])

    def _closed(self, entry: Entry, data: Mapping[str, Any]) -> None:
        closed, successor = data["id"], data["successor_id"]
        party = self._open(closed)
        self._for(entry, party)
        self.closed.add(closed)
        require(successor is None or self._open(successor) == party, f"its successor is no organisation of {party}")

    def _open(self, organisation_id: str) -> str:
        """Return the party of an organisation that is there."""
        require(organisation_id in self.organisations, "no organisation with this id is registered")
        require(organisation_id not in self.closed, "the organisation is closed")
        return self.organisations[organisation_id]

    def _registrar(self, entry: Entry, data: Mapping[str, Any]) -> None:
        party, organisation, principal = data["party"], data["organisation"], data["principal"]
        self._for(entry, party)
        if organisation:
            own = organisation["party"] == party and organisation["id"] == data["organisation_id"]
            require(own, "the organisation that is registered with it is another one, or of another party")
            self._add_organisation(organisation)
        require(
            self.organisations.get(data["organisation_id"]) == party, f"the registrar is no organisation of {party}"
        )
        if principal:
            require(principal["organisation_id"] == data["organisation_id"], "its first principal acts for another")
            self._add_principal(principal)
        require(data["organisation_id"] not in self.closed, "the registrar is an organisation that is closed")
        require(self._acts(data["organisation_id"]), "nobody acts for the registrar")
        self.registrars[party] = data["organisation_id"]

    def _principal(self, entry: Entry, data: Mapping[str, Any]) -> None:
        require(data["organisation_id"] not in self.closed, "it acts for an organisation that is closed")
        self._for(entry, self._party_of(data["organisation_id"]))
        self._add_principal(data)

    def _rotated(self, entry: Entry, data: Mapping[str, Any]) -> None:
        if entry.actor != data["id"]:
            self._over(entry, data["id"])
        found = self._active(data["id"])
        require(self._may_call(found), "its party takes its own provider's logins alone: it has no secret")

    def _deactivated(self, entry: Entry, data: Mapping[str, Any]) -> None:
        self._over(entry, data["id"])
        self.principals[data["id"]] = replace(self._active(data["id"]), active=False)

    def _ruled(self, entry: Entry, data: Mapping[str, Any]) -> None:
        party, only, login = data["party"], data["own_issuer_only"], data["logged_in_at"]
        self._for(entry, party)
        require(self.registrars[party], f"the party {party} has no registrar")
        require(only is not (party in self.own_issuer_only), f"own_issuer_only of {party} was that already")
        if only:
            require(self.principals[entry.actor].issuer, "the registrar's principal has no provider of its party's own")
            within = login and -LEEWAY <= _since(login, entry.recorded_at) <= LOGIN
            require(within, "its login was not within a day before")
        self._set_own_issuer_only(party, only=only)

    def _set_own_issuer_only(self, party: str, *, only: bool) -> None:
        (self.own_issuer_only.add if only else self.own_issuer_only.discard)(party)

    def _announced(self, entry: Entry, data: Mapping[str, Any]) -> None:
        party, principal = data["party"], data["principal"]
        require(entry.actor == REGISTRY, "a lost access is restored by the operator")
        registrar = self.registrars.get(party)
        require(registrar and registrar == data["organisation_id"], f"it is not the registrar of {party}")
        require(party not in self.announced, f"something is announced for {party} already")
        require(principal or data["ends_own_issuer_only"], "it restores nothing")
        own = not principal or principal["organisation_id"] == registrar
        require(own, "the principal that is announced acts for another")
        self.announced[party] = Announcement(
            data["id"], entry.recorded_at, data["organisation_id"], principal, data["ends_own_issuer_only"]
        )

    def _ended(self, data: Mapping[str, Any]) -> Announcement:
        known = self.announced.pop(data["party"], None)
        require(known and known.id == data["id"], f"nothing of this id is announced for {data['party']}")
        assert known
        return known

    def _stopped(self, entry: Entry, data: Mapping[str, Any]) -> None:
        self._ended(data)
        if entry.actor != REGISTRY:
            self._for(entry, data["party"])

    def _restored(self, entry: Entry, data: Mapping[str, Any]) -> None:
        known, party = self._ended(data), data["party"]
        require(entry.actor == REGISTRY, "a lost access is restored by the operator")
        require(_since(known.at, entry.recorded_at) >= NOTICE, "it was done before 72 hours after it was announced")
        require(self.registrars.get(party) == known.organisation, f"another registrar of {party} was named since")
        if known.ends_own_issuer_only:
            self._set_own_issuer_only(party, only=False)
        if known.principal:
            self._add_principal(known.principal)

    def _over(self, entry: Entry, principal_id: str) -> None:
        """Require that who did it may change this principal; the operator may, for whoever has lost an access."""
        found = self.principals.get(principal_id)
        require(found, "no principal with this id is registered")
        if entry.actor != REGISTRY and found:
            self._for(entry, self._party_of(found.organisation))

    def _active(self, principal_id: str) -> Known:
        found = self.principals.get(principal_id)
        require(found and found.active, "no principal with this id is active")
        assert found
        return found

    def _for(self, entry: Entry, party: str | None) -> None:
        """Require that who did it may change what belongs to the party; None: to no party."""
        require(party is None or party in self.registrars, f"the party {party} is not registered")
        registrar = self.registrars.get(party) if party else None
        if registrar is None:
            self._by_administrator(entry)
            return
        by = self.principals.get(entry.actor)
        is_registrar = by and self._may_call(by) and by.organisation == registrar and entry.party == party
        require(is_registrar, f"only the registrar of {party} may do this, and it was done by another")

    def _by_administrator(self, entry: Entry) -> None:
        by = self.principals.get(entry.actor)
        may = entry.actor == REGISTRY or (by and by.active and by.kind == "administrator")
        require(may and entry.party is None, "only the administrator may do this, and it was done by another")

    def _party_of(self, organisation_id: str | None) -> str | None:
        if organisation_id is None:
            return None
        require(organisation_id in self.organisations, "it acts for an organisation that is not registered")
        return self.organisations[organisation_id]

    def _acts(self, organisation_id: str) -> bool:
        return any(self._may_call(one) and one.organisation == organisation_id for one in self.principals.values())

    def _may_call(self, one: Known) -> bool:
        """Return whether it is active, and not refused by its party."""
        party = self.organisations.get(one.organisation or "")
        return one.active and (one.issuer is not None or party not in self.own_issuer_only)

    def _add_organisation(self, data: Mapping[str, Any]) -> None:
        code = data.get("code")
        require(data["id"] not in self.organisations, "an organisation with this id is registered already")
        require(code is None or code not in self.codes, f"the code {code} was given before")
        require(code is None or code.startswith(f"{data['party']}/"), "its code does not begin with its party")
        self.organisations[data["id"]] = data["party"]
        self.codes |= {code} if code else set()

    def _add_principal(self, data: Mapping[str, Any]) -> None:
        acts = data["kind"] == "representative"
        require(data["id"] not in self.principals, "a principal with this id is registered already")
        require(
            acts == (data["organisation_id"] is not None),
            "a representative acts for one organisation, nobody else for any",
        )
        known = Known(data["kind"], data["organisation_id"], issuer=data["issuer"])
        require(self._may_call(known), "its party takes its own provider's logins alone")
        self.principals[data["id"]] = known


def _since(earlier: str, later: str) -> timedelta:
    """Return how long after the one moment the other is."""
    return datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
