"""Documents that a move names by their ids: their digests are what is proposed, confirmed, and told in the entry. Pure.

Wherever a list in the evidence has an object with a `document_id`, the digest of that document stands beside it. Its own documents
a matter may name, and those of what it carries; they were not withdrawn, and who is to confirm can read them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from service.errors import Fault, fault
from service.register.decisions.rules import templates
from service.register.decisions.rules.matter import Found, Members, Name, Rules

DOCUMENT: Final = "document"
"""The kind of a name that is the id of a document."""
ID: Final = "document_id"
DIGEST: Final = "sha256"
NOT_HERE: Final = (
    "names no document that belongs to this matter, or to a commitment that it carries; attach it (POST /v1/documents), or name "
    "one that GET /v1/documents lists"
)


def names(rules: Rules[Any], body: Members) -> list[Name]:
    """Return all that a proposal names: what its matter's rules know, documents, and a template of steps."""
    return rules.names(body) + named(body) + templates.named(body)


def named(body: Members) -> list[Name]:
    """Return the documents that a body names, as far as their ids are spelled as ids are; the body may be of any shape."""
    objects = _objects(body)
    return [Name(f"/{at}/{place}/{ID}", DOCUMENT, key) for at, place, one in objects if (key := _id(one.get(ID)))]


def _objects(body: Members) -> list[tuple[str, int, Mapping[str, Any]]]:
    """Return every object in a list of the body: the fact, the place in its list, the object."""
    return [
        (fact, place, one)
        for fact, listed in body.items()
        if isinstance(listed, list)
        for place, one in enumerate(listed)
        if isinstance(one, dict)
    ]


def wrong_name(rules: Rules[Any], name: Name, found: Found | None) -> Fault | None:
    """Return what is wrong with what was found under a name, be it a document's or another."""
    if name.kind == templates.TEMPLATE:
        # Whose it is, only who makes the move tells.
        return None
    if name.kind != DOCUMENT:
        return rules.wrong_name(name, found)
    if found is None:
        return fault(name.pointer, NOT_HERE)
    gone = "names a document that was withdrawn: its bytes are gone. Attach another one (POST /v1/documents), and name that"
    return None if found.is_open else fault(name.pointer, gone)


def within(
    rules: Rules[Any], members: Members, body: Members, found: Mapping[Name, Found | None]
) -> dict[Name, Found | None]:
    """Return what was found without documents of matters that have nothing to do with the move."""
    touched = {str(one) for one in rules.may_carry(members, body)}
    return {name: None if one and _is_outside(one, touched) else one for name, one in found.items()}


def _is_outside(one: Found, touched: Collection[str]) -> bool:
    return one.document is not None and not one.is_itself and one.document.matter not in touched


def bound(body: Members, found: Mapping[Name, Found | None]) -> Members:
    """Return the body with the digest of each document that was found, where it says none."""
    digests = _digests(found)
    if not digests:
        return body
    return {
        fact: [_bound(one, digests) for one in listed] if isinstance(listed, list) else listed
        for fact, listed in body.items()
    }


def _bound(one: object, digests: Mapping[str, str]) -> object:
    if not isinstance(one, dict) or one.get(DIGEST) is not None:
        return one
    digest = digests.get(_id(one.get(ID)) or "")
    return {**one, DIGEST: digest} if digest else one


def wrong(body: Members, found: Mapping[Name, Found | None]) -> list[Fault]:
    """Return each digest that is not that of the document beside it, and each document that nobody looked up.

    Of a matter that is only being recorded there is no document yet.
    """
    objects = _objects(body)
    return [*_wrong(objects, found)] if objects else []


def _wrong(objects: Iterable[tuple[str, int, Members]], found: Mapping[Name, Found | None]) -> Iterator[Fault]:
    digests, asked = _digests(found), {name.key for name in found if name.kind == DOCUMENT}
    for fact, place, one in objects:
        if (key := _id(one.get(ID))) is None:
            continue
        if key not in asked:
            yield fault(
                f"/{fact}/{place}/{ID}",
                "names a document of what is not recorded yet; attach it then, and propose to correct this",
            )
        elif key in digests and one.get(DIGEST) not in {None, digests[key]}:
            said = f"is not the digest of that document, which is {digests[key]}; leave it out"
            yield fault(f"/{fact}/{place}/{DIGEST}", said)


def unreadable(found: Mapping[Name, Found | None], awaits: Collection[str], known: Members) -> list[Fault]:
    """Return the documents that somebody cannot read who is to confirm: a party that takes no part yet reads no closer ones.

    Whoever confirms for a party that does reads all that is kept of the matter.
    """
    closer = {name: one.document.closer for name, one in found.items() if one and one.document and one.document.closer}
    new = [one for one in awaits if one not in known["parties"] or one in known["outside"]] if closer else []
    return [
        fault(
            name.pointer,
            f"is kept '{how}', and {', '.join(new)}, which is to confirm, cannot read it yet; attach it again "
            "without `confidentiality`, and name that",
        )
        for name, how in closer.items()
        if new
    ]


def _digests(found: Mapping[Name, Found | None]) -> dict[str, str]:
    return {name.key: one.document.sha256 for name, one in found.items() if one and one.document}


def _id(value: object) -> str | None:
    try:
        return str(UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None
