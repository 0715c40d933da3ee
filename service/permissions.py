"""Who may do what, as data: a role is a set of permissions, and nobody asks for a role by name.

Pure. Roles are resolved per commission and working group from our own tables, never from a token; they stand in
`Standing`, which a query fills and `require` judges.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import compress
from typing import Final, NewType
from uuid import UUID

from service.errors import NotPermitted


class Kind(StrEnum):
    """What sort of principal this is; it never changes."""

    ADMINISTRATOR = "administrator"
    REPRESENTATIVE = "representative"
    AUDITOR = "auditor"
    OBSERVER = "observer"


class Role(StrEnum):
    """What a caller is in one commission, working group or commitment, or in the registry."""

    ADMINISTRATOR = "administrator"
    REGISTRAR = "registrar"
    SECRETARIAT = "secretariat"
    CO_LEAD = "co_lead"
    MEMBER = "member"
    LEAD = "lead"
    PARTY = "party"
    NEWCOMER = "newcomer"
    AUDITOR = "auditor"
    OBSERVER = "observer"


class Permission(StrEnum):
    """What a guard asks for."""

    REGISTER = "register"
    REGISTER_FOR_PARTY = "register_for_party"
    READ_PRINCIPALS = "read_principals"
    FOUND_COMMISSION = "found_commission"
    READ_REGISTRY_TRAIL = "read_registry_trail"
    AUDIT_PARTIES = "audit_parties"
    MANAGE_COMMISSION = "manage_commission"
    PROPOSE = "propose"
    REPORT = "report"
    CONFIRM = "confirm"
    JOIN = "join"
    NAME_SECRETARIAT = "name_secretariat"
    EDIT_PARTY_FACTS = "edit_party_facts"
    READ_PUBLIC = "read_public"
    READ_PARTIES = "read_parties"
    READ_RESTRICTED = "read_restricted"
    READ_LOG = "read_log"


P = Permission
PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.ADMINISTRATOR: frozenset(
        {P.REGISTER, P.READ_PRINCIPALS, P.FOUND_COMMISSION, P.READ_REGISTRY_TRAIL, P.READ_PUBLIC}
    ),
    Role.REGISTRAR: frozenset({P.REGISTER_FOR_PARTY, P.READ_PRINCIPALS, P.NAME_SECRETARIAT}),
    Role.SECRETARIAT: frozenset(
        {
            P.MANAGE_COMMISSION,
            P.PROPOSE,
            P.REPORT,
            P.CONFIRM,
            P.JOIN,
            P.EDIT_PARTY_FACTS,
            P.READ_PUBLIC,
            P.READ_PARTIES,
            P.READ_RESTRICTED,
            P.READ_LOG,
        }
    ),
    Role.CO_LEAD: frozenset(
        {P.PROPOSE, P.REPORT, P.CONFIRM, P.EDIT_PARTY_FACTS, P.READ_PUBLIC, P.READ_PARTIES, P.READ_RESTRICTED}
    ),
    Role.MEMBER: frozenset({P.PROPOSE, P.REPORT, P.EDIT_PARTY_FACTS, P.READ_PUBLIC, P.READ_PARTIES, P.READ_RESTRICTED}),
    # What is restricted the secretariats and the group alone see, also where another leads it.
    Role.LEAD: frozenset({P.PROPOSE, P.REPORT, P.EDIT_PARTY_FACTS, P.READ_PUBLIC, P.READ_PARTIES}),
    Role.PARTY: frozenset({P.READ_PUBLIC, P.READ_PARTIES, P.READ_PRINCIPALS}),
    Role.NEWCOMER: frozenset({P.JOIN, P.CONFIRM}),
    Role.AUDITOR: frozenset({P.AUDIT_PARTIES, P.READ_PUBLIC, P.READ_PARTIES, P.READ_RESTRICTED, P.READ_LOG}),
    Role.OBSERVER: frozenset({P.READ_PUBLIC}),
}


class Confidentiality(StrEnum):
    """Who may read a commitment."""

    PUBLIC = "public"
    PARTIES = "parties"
    RESTRICTED = "restricted"


WHO: Final[Mapping[Role, str]] = {
    Role.ADMINISTRATOR: "the administrator",
    Role.REGISTRAR: "a party's registrar",
    Role.SECRETARIAT: "a party's secretariat",
    Role.CO_LEAD: "a co-lead of the working group",
    Role.MEMBER: "a member of the working group",
    Role.LEAD: "the lead body of its own party",
    Role.PARTY: "any organisation of a party",
    Role.NEWCOMER: "who registers for a party that begins to take part",
    Role.AUDITOR: "an auditor appointed to it",
    Role.OBSERVER: "an observer",
}
"""Each role, as a refusal says who may."""


NEEDED_TO_READ: Final[Mapping[Confidentiality, Permission]] = {
    Confidentiality.PUBLIC: P.READ_PUBLIC,
    Confidentiality.PARTIES: P.READ_PARTIES,
    Confidentiality.RESTRICTED: P.READ_RESTRICTED,
}


def everywhere(kind: Kind) -> frozenset[Role]:
    """Return the roles that need no commission: administrator, or observer (everyone may read what is public)."""
    return frozenset({Role.ADMINISTRATOR if kind is Kind.ADMINISTRATOR else Role.OBSERVER})


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal that has shown a good token: whom it acts for, what sort it is, and the token's scopes."""

    principal_id: UUID
    subject: str
    kind: Kind
    organisation_id: UUID | None = None
    party: str | None = None
    scopes: frozenset[str] = frozenset()
    token_id: str = ""
    """By which the token can be revoked; "" for one that another issued."""
    logged_in_at: float | None = None
    """When its government's own provider says that it logged in (seconds since 1970); None for who has a secret of ours."""

    def require(self, permission: Permission) -> None:
        """Raise `NotPermitted` unless the caller has `permission` outside any commission."""
        Standing(self, everywhere(self.kind)).require(permission)

    def require_somewhere(self, permission: Permission) -> None:
        """Raise `NotPermitted` if no role that this sort of principal can have, in any commission, has `permission`."""
        if not standing(
            self, registrar=True, secretariat=True, co_lead=True, member=True, lead=True, party=True, auditor=True
        ).may(permission):
            self.require(permission)


ActiveCaller = NewType("ActiveCaller", Caller)
"""A caller of whom the database was asked in this request whether it is still active, and its token not revoked.

Who takes a mere `Caller` asks that itself, in its own statement; who takes this one need not.
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A caller with the roles it has in one commission, and in one working group where there is one."""

    caller: Caller
    roles: frozenset[Role] = field(default_factory=frozenset)
    commission: str = ""
    """Where the roles hold, as a sentence names it; "" outside any commission."""
    nobody: frozenset[Role] = frozenset()
    """Roles that nobody has in such a matter, and of which a refusal does not speak."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """Return the union of what the roles permit."""
        return _permitted(self.roles)

    def may(self, permission: Permission) -> bool:
        """Return whether some role permits it."""
        return permission in self.permissions

    def require(self, *permissions: Permission) -> None:
        """Raise `NotPermitted`, saying who may and what the caller is here, unless some role permits one of these."""
        if self.permissions.isdisjoint(permissions):
            raise self._refusal(*permissions)

    def _refusal(self, *permissions: Permission) -> NotPermitted:
        may = {role for role, granted in PERMISSIONS.items() if not granted.isdisjoint(permissions)}
        able = [role for role in Role if role in may - self.nobody]
        named = " or ".join(f"'{one}'" for one in permissions)
        where = f" in {self.commission}" if self.commission else ""
        return NotPermitted(
            f"Only {_either([WHO[role] for role in able])} may do this{where} (permission {named}). You are {self.who}.",
            permission=str(permissions[0]),
            roles_that_have_it=able,
            # Everybody reads what is public; that alone makes nobody an observer.
            your_roles=sorted(self.roles if self.caller.kind is Kind.OBSERVER else self.roles - {Role.OBSERVER}),
        )

    @property
    def who(self) -> str:
        """Return what the caller is, as a refusal says it."""
        if self.caller.kind is not Kind.REPRESENTATIVE:
            outside = self.caller.kind is Kind.AUDITOR and self.commission and Role.AUDITOR not in self.roles
            return "an auditor who is not appointed to it" if outside else _OTHERS[self.caller.kind]
        here = [WHO[role] for role in _NAMED if role in self.roles]
        told = f"a representative of {self.caller.party}"
        if here or not self.commission:
            return " and ".join([told, *here])
        if Role.PARTY in self.roles:
            if Role.CO_LEAD in self.nobody:
                return f"{told}, and not of its secretariat; ask that"
            group = "a co-lead of the working group" if Role.MEMBER in self.nobody else "the working group"
            return f"{told}, of neither its secretariat nor {group}; ask its secretariat"
        return f"{told}, which is no party there"


def standing(
    caller: Caller,
    *,
    registrar: bool = False,
    secretariat: bool = False,
    co_lead: bool = False,
    member: bool = False,
    lead: bool = False,
    party: bool = False,
    newcomer: bool = False,
    auditor: bool = False,
    commission: str = "this commission",
    nobody: frozenset[Role] = frozenset(),
) -> Standing:
    """Return the caller's standing from what a query found: each flag already checked against its own organisation."""
    flags = (registrar, secretariat, co_lead, member, lead, party, newcomer, auditor)
    return Standing(caller, _roles(caller.kind, *flags), commission, nobody)


_NAMED: Final = (Role.REGISTRAR, Role.SECRETARIAT, Role.CO_LEAD, Role.MEMBER, Role.LEAD)
_OTHERS: Final[Mapping[Kind, str]] = {
    Kind.ADMINISTRATOR: "the administrator, who acts for no party",
    Kind.AUDITOR: "an auditor, who reads and changes nothing",
    Kind.OBSERVER: "an observer, who reads and changes nothing",
}


def _either(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


@cache
def _permitted(roles: frozenset[Role]) -> frozenset[Permission]:
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


@cache
def _roles(kind: Kind, *flags: bool) -> frozenset[Role]:
    *representing, auditor = flags
    partys = (Role.REGISTRAR, Role.SECRETARIAT, Role.CO_LEAD, Role.MEMBER, Role.LEAD, Role.PARTY, Role.NEWCOMER)
    found = compress(partys, representing) if kind is Kind.REPRESENTATIVE else ()
    auditing = {Role.AUDITOR} if auditor and kind is Kind.AUDITOR else set()
    return everywhere(kind).union(found, auditing)
