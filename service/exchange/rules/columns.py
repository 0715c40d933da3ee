"""The columns of a spreadsheet of commitments: their order, their codes and what each says. Pure.

One with a dot stands once for each language or party: `title.en`, `lead.PK`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from service.exchange.rules.cells import coded
from service.permissions import Confidentiality
from service.register.commitments.rules.amendment import Verb
from service.register.commitments.rules.kinds import CommitmentKind
from service.register.commitments.rules.lifecycle import SPINE, State
from service.register.commitments.rules.reporting import Delay, Level

VERSION: Final = 1


class Per(StrEnum):
    """For what a column stands once for each of."""

    LANGUAGE = "language"
    PARTY = "party"


class How(StrEnum):
    """How what a column says is changed, once the commitment is recorded."""

    KEY = "It finds the row; it is never changed."
    SHARED = "Of all parties: a change is proposed to the others."
    OWN = "Of one party: its own changes at once, another's is refused."
    MOVE = "A move brought it: it changes with a move (`propose=true`), or by `correct`."
    TOLD = "The register tells it; what is written here is ignored."


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, how it changes, what it says, the codes that it takes, and for what it stands once for each of."""

    name: str
    how: How
    says: str
    codes: tuple[str, ...] = ()
    per: Per | None = None


_DATE: Final = "ISO 8601 date, as far as it is known: 2025, 2025-01 or 2025-01-24."
COLUMNS: Final[tuple[Column, ...]] = (
    Column("reference", How.KEY, "Number of the commitment, or of its draft: `PK-AZ/08/014`. Empty: a new one."),
    Column("version", How.KEY, "The version that was exported. Where the commitment has changed since, the row is a conflict."),
    Column("session", How.MOVE, "The session that agreed it: `PK-AZ/08`. Empty: agreed between sessions."),
    Column("paragraph", How.SHARED, "The paragraph as the minutes print it, or the number of the item. A whole number of a new one is its item's number."),
    Column("annex", How.SHARED, "Letter of the annex in which the paragraph stands."),
    Column("verb", How.SHARED, "The strength of the paragraph; `agreed` if nothing is said. Only `agreed` is counted.", tuple(Verb)),
    Column("kind", How.SHARED, "What kind of undertaking it is; `commitment` if nothing is said.", tuple(CommitmentKind)),
    Column("sector", How.SHARED, "Area of cooperation, in lower case: `customs`."),
    Column("group", How.SHARED, "The working group that owns it: `PK-AZ/JWG/customs`."),
    Column("title", How.SHARED, "Title in this language.", per=Per.LANGUAGE),
    Column("text", How.SHARED, "Text in this language. Of a new one without any, its title.", per=Per.LANGUAGE),
    Column("lead", How.OWN, "Lead bodies of this party, the first one first: `PK/MODP, PK/FBR`.", per=Per.PARTY),
    Column("state", How.MOVE, "Where it is. Of a new one the state that it was found in, if `found_in` is empty.", tuple(State)),
    Column("state_since", How.TOLD, f"Since when, in the world, it has been there. {_DATE}"),
    Column("agreed_on", How.MOVE, f"When it was agreed. {_DATE}"),
    Column("found_in", How.MOVE, "The state it was already in when it was recorded.", tuple(SPINE)),
    Column("effective_on", How.MOVE, f"Since when it was in the state that it was found in; with a move, when that happened. {_DATE}"),
    Column("due_on", How.SHARED, f"Target date; a reduced one falls due at the end of its period. {_DATE}"),
    Column("due_text", How.SHARED, "Target in words, as the minutes print it."),
    Column("instrument", How.MOVE, "Reference of the legal text that carries it, or `kind: title` where it has none: `mou: Data exchange`."),
    Column("signed_on", How.MOVE, f"When the legal text was signed. {_DATE}"),
    Column("signed_place", How.MOVE, "Where it was signed."),
    Column("signatory", How.MOVE, "Who signed for this party, one a line: `name | title | organisation`.", per=Per.PARTY),
    Column("authentic_text", How.MOVE, "Where the authentic text in this language is filed; with a move to `mou_drafted` where the draft is.", per=Per.LANGUAGE),
    Column("in_force_on", How.MOVE, f"When the legal text entered into force. {_DATE}"),
    Column("expires_on", How.MOVE, f"Until when it is valid. {_DATE}"),
    Column("implemented_on", How.MOVE, f"When it was carried out. {_DATE}"),
    Column("report", How.MOVE, "The report by which it was implemented."),
    Column("awaiting", How.TOLD, "Parties whose answer to an open proposal is awaited."),
    Column("level", How.OWN, "How far it is by this party's last report of its own side.", tuple(Level), Per.PARTY),
    Column("report", How.OWN, "What this party's last report says.", per=Per.PARTY),
    Column("delay_reason", How.OWN, "Why it is late, by this party's last report.", tuple(Delay), Per.PARTY),
    Column("period_end", How.OWN, f"The period's end of this party's last report; said anew with each report. {_DATE}", per=Per.PARTY),
    Column("period_start", How.OWN, f"The period's beginning of this party's last report, if that was said. {_DATE}", per=Per.PARTY),
    Column("next_step", How.OWN, "What this party does next, by its last report.", per=Per.PARTY),
    Column("expected_on", How.OWN, f"When this party expects to be done, by its last report. {_DATE}", per=Per.PARTY),
    Column("item", How.SHARED, "Items of a package in this language, one a line: `1: Two hospitals`. One that has no line any more is taken out.", per=Per.LANGUAGE),
    Column("item_done", How.SHARED, "Which items of a package are done, one a line, and when: `1: 2025-06`."),
    Column("continues", How.SHARED, "The commitment of another commission that it continues: `PK-TR/07/003`."),
    Column("pushed_by", How.SHARED, "The commitment of another commission that pushes it: `PK-TR/07/003`."),
    Column("carried_over", How.SHARED, "Sessions that took it up again, in turn: `PK-AZ/09`."),
    Column("successor", How.MOVE, "References of those that replaced it or took it up."),
    Column("confidentiality", How.SHARED, "Who may read it; `parties` if nothing is said.", tuple(Confidentiality)),
    Column("remark", How.SHARED, "A remark that belongs to the record."),
    Column("source", How.SHARED, "Where it is known from."),
)  # fmt: skip
PLAIN: Final = {one.name: one for one in COLUMNS if one.per is None}
DOTTED: Final = {one.name: one for one in COLUMNS if one.per is not None}


def headings(languages: Sequence[str], parties: Sequence[str]) -> list[str]:
    """Return the names of all columns of a commission with these languages and parties."""
    return [name for column in COLUMNS for name in _each(column, languages, parties)]


def _each(column: Column, languages: Sequence[str], parties: Sequence[str]) -> Iterator[str]:
    if column.per is None:
        yield column.name
    else:
        for key in languages if column.per is Per.LANGUAGE else parties:
            yield f"{column.name}.{key}"


def named(written: str) -> str:
    """Return the name of a column as it is spelled here, however people write it: `Agreed on` is `agreed_on`, `Lead.pk` is `lead.PK`."""
    name, dot, key = (part.strip() for part in written.partition("."))
    name = coded(name)
    of_party = name in DOTTED and DOTTED[name].per is Per.PARTY
    return f"{name}{dot}{key.upper() if of_party else key}"


def column_of(heading: str) -> tuple[Column, str] | None:
    """Return the column that a heading names, and what stands after its dot; None if there is no such column."""
    name, dot, key = heading.partition(".")
    found = DOTTED.get(name) if dot else PLAIN.get(name)
    return (found, key) if found and bool(dot) == bool(key) else None
