"""Where a person reads an id, a code and a name stand beside it: in every answer of the document but entries and what was proposed.

`WITHOUT` is what is still told by its id alone. It only ever gets shorter: a new answer that tells an id has a name beside it.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from tests.openapi.test_document import DOCUMENT

SCHEMAS: Final = DOCUMENT["components"]["schemas"]
PREFIX: Final = "#/components/schemas/"
NAMED: Final = {"Named"}
"""The schemas of `{id, code, name}`."""
OWN: Final = {"client_id", "request_id", "open_transition_id"}
"""What is a name itself, or is no id of something that has one."""
TOLD_ELSEWHERE: Final = {
    # The new principal's client id and name stand in the same answer.
    ("RestorationRead", "principal_id"),
    # A matter is told by its kind and reference beside.
    ("HandedOnRead", "commission_id"), ("HandedOnRead", "working_group_id"), ("HandedOnRead", "commitment_id"),
    # Who calls: its own client id stands beside.
    ("Me", "principal_id"),
    # A text is known by its language, reference and digest, which stand beside.
    ("AuthenticTextRead", "document_id"), ("MinutesTextRead", "document_id"),
    # `lead_organisations` of the same commitment names them, party by party.
    ("PartyFactsRead", "lead_organisation_id"), ("PartyFactsRead", "further_lead_organisation_ids"),
    ("MatrixRow", "lead_organisation_id"),
}  # fmt: skip
WITHOUT: Final = set[str]()


def answered() -> Iterator[str]:
    """Yield the name of each schema of which something that succeeded is answered."""
    found: set[str] = set()
    waiting = [
        name
        for item in DOCUMENT["paths"].values()
        for operation in item.values()
        for status, answer in operation["responses"].items()
        if status.startswith("2")
        for name in referred(answer.get("content", {}))
    ]
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            yield name
            # Beneath these an entry is told as it was written, or evidence as it was sent.
            if not of_entries(name):
                waiting += referred(SCHEMAS[name])


def referred(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if str(schema.get("$ref", "")).startswith(PREFIX):
            yield schema["$ref"].removeprefix(PREFIX)
        for inner in schema.values():
            yield from referred(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from referred(inner)


def of_entries(name: str) -> bool:
    """Return whether a schema is of an entry, of evidence, or of a refusal within an answer."""
    told = SCHEMAS[name].get("properties", {})
    return name.startswith(("Entry", "Evidence", "Problem")) or "event" in told or "move" in told


def alone() -> set[str]:
    """Return each member of an answer that tells an id, and has no name beside it."""
    found = set()
    for name in answered():
        members = {} if of_entries(name) else SCHEMAS[name].get("properties", {})
        for member in members.keys() - OWN:
            beside = re.sub(r"_id(s?)$", r"\1", member)
            if (
                beside != member
                and (name, member) not in TOLD_ELSEWHERE
                and NAMED.isdisjoint(referred(members.get(beside)))
            ):
                found.add(f"{name}.{member}")
    return found


def test_no_answer_tells_an_id_alone_but_those_that_still_do() -> None:
    assert alone() - WITHOUT == set(), "put {id, code, name} beside it: service/register/parties/naming.py"


def test_no_answer_tells_a_list_of_ids_alone() -> None:
    """Lists of ids that are called otherwise than `..._ids` have their names beside them too."""
    named = {"auditors": "named_auditors"}
    told_elsewhere = {("SessionDetail", "same_ordinal")}  # sessions of this one's own number
    for name in answered():
        members = {} if of_entries(name) else SCHEMAS[name].get("properties", {})
        for member, schema in members.items():
            if schema.get("items", {}).get("format") == "uuid" and not member.endswith("_ids"):
                beside = members.get(named.get(member, ""))
                assert (name, member) in told_elsewhere or not NAMED.isdisjoint(referred(beside)), f"{name}.{member}"


def test_what_has_its_name_now_is_struck_off_the_list() -> None:
    assert WITHOUT - alone() == set()
