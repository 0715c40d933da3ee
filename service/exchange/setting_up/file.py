"""The file of a set-up: YAML, in which everything is named by its code, read without anything that runs, grows or repeats."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BeforeValidator, Field, StringConstraints, ValidationError, model_validator
from typing_extensions import override

from service.errors.operator import OperatorMistake
from service.register.commissions.rules.charter.evidence import FoundingAct, Openness
from service.register.commissions.rules.evidence import CoChair
from service.register.decisions.rules.evidence import DocumentDigest
from service.register.groups.schemas import ShortCode
from service.register.parties.schemas import ClientId, OrganisationCode
from service.values import Language, ModernDate, Name, PartyCode, Sector, Strict, Titles
from service.values.codes import COMMISSION

MOST_BYTES: Final = 1_000_000
MOST_NODES: Final = 50_000
DEEPEST: Final = 12
EXAMPLE: Final = Path(__file__).with_name("example.yaml")
_number = BeforeValidator(
    lambda said: int(said) if isinstance(said, str) and said.isascii() and said.isdigit() else said
)
# Bounds stand beside their type: behind a validator pydantic publishes them by its own names, which are none of JSON Schema.
Ordinal = Annotated[int, Field(strict=True, ge=1, le=999), _number]


class OrganisationSaid(Strict):
    """A ministry, agency, service or company."""

    code: OrganisationCode
    name: Name
    names: dict[Language, Name] = Field(default_factory=dict)


class PrincipalSaid(Strict):
    """A person or a system that acts for the registrar."""

    client_id: ClientId
    name: Name
    issuer: Name | None = Field(None, description="The OpenID provider that vouches for it; absent: a secret does.")


class OtherPrincipal(PrincipalSaid):
    """A person or a system that acts for an organisation."""

    organisation: OrganisationCode


class RegistrarSaid(Strict):
    """Who registers a party's organisations and principals."""

    organisation: OrganisationSaid
    principal: PrincipalSaid


class PartySaid(Strict):
    """A government."""

    code: PartyCode
    names: Titles
    registrar: RegistrarSaid
    organisations: list[OrganisationSaid] = Field(default_factory=list, max_length=500)
    principals: list[OtherPrincipal] = Field(default_factory=list, max_length=500)

    @model_validator(mode="after")
    def _are_its_own(self) -> "PartySaid":
        named = [self.registrar.organisation.code, *(one.code for one in self.organisations)]
        for code in (*named, *(one.organisation for one in self.principals)):
            if not code.startswith(f"{self.code}/"):
                raise ValueError(f"{code} is no organisation of {self.code}; its code begins with {self.code}/")
        return self


class MinutesSaid(Strict):
    """The minutes in one language."""

    language: Language
    reference: Name | None = None
    sha256: DocumentDigest | None = None


class SessionSaid(Strict):
    """A session: planned by its host, or held."""

    ordinal: Ordinal
    state: Literal["planned", "held"] = "held"
    host_party: PartyCode | None = None
    virtual: bool = False
    venue: Name | None = None
    starts_on: ModernDate | None = None
    ends_on: ModernDate | None = None
    minutes: list[MinutesSaid] = Field(default_factory=list, max_length=20, description="If they are adopted.")
    co_chairs: dict[PartyCode, CoChair] = Field(default_factory=dict)


class GroupSaid(Strict):
    """A joint working group."""

    code: ShortCode
    titles: Titles
    sector: Sector
    founded_at_session: Ordinal | None = None
    founding_act: Name | None = None
    founded_on: ModernDate | None = None
    co_leads: dict[PartyCode, OrganisationCode]
    members: dict[PartyCode, list[OrganisationCode]] = Field(default_factory=dict)
    sessions: list[SessionSaid] = Field(default_factory=list, max_length=200, description="The group's own.")


class CommissionSaid(Strict):
    """A commission."""

    code: Annotated[str, StringConstraints(pattern=f"^{COMMISSION}$")] = Field(
        examples=["TR-KZ"],
        description="Its parties' codes in their order, and what tells it apart from another of theirs: `PK-AZ.DEF`.",
    )
    titles: Titles
    languages: list[Language] = Field(min_length=1, max_length=10)
    secretariats: dict[PartyCode, OrganisationCode] = Field(
        description="Of each party, or of the one alone that keeps it."
    )
    kept_by: PartyCode | None = None
    founded_on: ModernDate | None = None
    founding_act: FoundingAct | None = None
    confidentiality: Openness = Openness.PARTIES
    sessions: list[SessionSaid] = Field(default_factory=list, max_length=200)
    working_groups: list[GroupSaid] = Field(default_factory=list, max_length=200)

    @property
    def parties(self) -> list[str]:
        """Return the codes of its parties, in their order."""
        return self.code.partition(".")[0].split("-")


class SetUp(Strict):
    """What is to be set up. The administrator's part is parties, their registrars, and commissions; all else is the parties' own."""

    parties: list[PartySaid] = Field(
        default_factory=list, max_length=200, description="Governments, each with what is its own."
    )
    commissions: list[CommissionSaid] = Field(
        default_factory=list, max_length=200, description="Commissions, each with its sessions and groups."
    )

    @property
    def size(self) -> int:
        """Return how many things it names, each of which takes some requests."""
        parties = sum(2 + len(one.organisations) + len(one.principals) for one in self.parties)
        groups = sum(1 + len(group.sessions) for one in self.commissions for group in one.working_groups)
        return parties + groups + sum(1 + len(one.sessions) for one in self.commissions)


class _Loader(yaml.SafeLoader):
    """Reads text as text: only true, false and null are anything else, so that neither NO nor 2025-01-24 nor 08 changes."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 -- as the library declares it

    @override
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        # A name may be anything here, a list too: what is no text is refused later.
        if twice := sorted({str(name) for name in names if names.count(name) > 1}):
            raise yaml.MarkedYAMLError(problem=f"{', '.join(twice)} stands twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(?:null|~|)$"), ["n", "~", ""])


def read(content: bytes, name: str = "the file") -> SetUp:
    """Return what a file says; `OperatorMistake` says what is wrong with it, and where."""
    if len(content) > MOST_BYTES:
        raise OperatorMistake(f"{name} has more than {MOST_BYTES:,} bytes. Make several files of it.")
    try:
        return SetUp.model_validate(value(content))
    except ValidationError as wrong:
        raise OperatorMistake(f"{name}: " + "; ".join(_said(wrong))) from wrong
    except ValueError as wrong:
        raise OperatorMistake(f"{name} cannot be read: {wrong}") from wrong


def value(content: bytes) -> object:
    """Return what YAML spells, of texts, lists and objects alone; `ValueError` says why it cannot be read, and in which line."""
    try:
        text = content.decode("utf-8-sig")
        _bounded(text)
        return yaml.load(text, _Loader)  # noqa: S506 -- a SafeLoader with less
    except UnicodeDecodeError as wrong:
        raise ValueError("it is not UTF-8") from wrong
    except yaml.MarkedYAMLError as wrong:
        at = wrong.problem_mark or wrong.context_mark
        where = f"line {at.line + 1}, column {at.column + 1}: " if at else ""
        raise ValueError(f"{where}{wrong.problem or wrong.context}") from wrong
    except yaml.YAMLError as wrong:
        raise ValueError(" ".join(str(wrong).split())) from wrong


def _bounded(text: str) -> None:
    """Refuse what repeats itself, has types of its own, or is larger or deeper than any set-up."""
    depth = nodes = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        line: Any = event.start_mark
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem="anchors and aliases are not taken; write it out", problem_mark=line)
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(problem="tags are not taken; write the value alone", problem_mark=line)
        if isinstance(event, yaml.ScalarEvent) and any("\ud800" <= one <= "\udfff" for one in event.value):
            raise yaml.MarkedYAMLError(problem="half of a surrogate pair is no letter", problem_mark=line)
        nodes += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if nodes > MOST_NODES or depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem="it is larger or deeper than a set-up", problem_mark=line)


def _said(wrong: ValidationError) -> Iterator[str]:
    for one in wrong.errors(include_url=False)[:10]:
        yield f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
