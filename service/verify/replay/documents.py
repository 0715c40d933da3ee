"""Replaying what entries tell of documents, whatever the matter in whose trail they stand. Pure."""

from service.permissions import Confidentiality
from service.register.decisions.rules.ended import has_room_in
from service.register.documents.rules.document import ATTACHED, WITHDRAWN
from service.verify.canonical import Entry
from service.verify.replay.register import Kept, Register, Subject
from service.verify.replay.shape import require

LEVELS = tuple(Confidentiality)


def attach(register: Register, subject: Subject, entry: Entry, party: str) -> None:
    """Note a document that the party attached."""
    told, state = entry.data["document"], register.charter["state"]
    assert subject.rules is not None
    require(has_room_in(state, subject.rules.kind, "attach"), "nothing is attached in such a commission")
    require(told["id"] not in register.documents, "a document of this id was attached before")
    closer, level = told["confidentiality"], subject.facts.get("confidentiality", Confidentiality.PUBLIC)
    require(
        (told["name"] is None) == (closer is not None), "a document has its name in the entry, unless it is kept closer"
    )
    wider = closer is not None and LEVELS.index(Confidentiality(closer)) < LEVELS.index(Confidentiality(level))
    require(not wider, "a document is open to more than its matter is")
    register.documents[told["id"]] = Kept(entry.subject, party, subject, told["sha256"], told["size"], closer)


def withdraw(register: Register, _: Subject, entry: Entry, party: str) -> None:
    """Note that the party withdrew a document of its own."""
    kept = register.documents.get(entry.data["document"])
    require(kept and kept.subject == entry.subject, "no such document was attached here")
    assert kept is not None
    require(kept.party == party, f"{party} withdraws a document of {kept.party}")
    require(not kept.withdrawn, "this document was withdrawn before")
    kept.withdrawn = True


REPLAYS = {ATTACHED: attach, WITHDRAWN: withdraw}
