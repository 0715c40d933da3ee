"""What the pages call things: one name for each word of the register. Pure.

Whatever is shown goes through `said`, the one place at which a page learns in which language it speaks.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from service.http.languages import ENGLISH, translated

FOLDER: Final = Path(__file__).with_name("languages")
"""Where the catalogues of the pages are."""
LANGUAGES: Final[Mapping[str, str]] = {
    ENGLISH: "English",
    "az": "Azərbaycanca",
    "fr": "Français",
    "ru": "Русский",
    "ur": "اردو",
}
"""Languages in which the pages are offered, each by its own name."""
RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "ps", "sd", "ur"})
NAMES: Final[Mapping[str, str]] = {
    # States of commitments, sessions and commissions
    "proposed": "Proposed",
    "agreed": "Agreed",
    "mou_drafted": "Draft sent",
    "signed": "Signed",
    "implemented": "Implemented",
    "suspended": "Suspended",
    "withdrawn": "Withdrawn",
    "lapsed": "Lapsed",
    "superseded": "Superseded",
    "merged": "Merged",
    "retracted": "Retracted",
    "planned": "Planned",
    "postponed": "Postponed",
    "held": "Held",
    "adopted": "Minutes adopted",
    "cancelled": "Cancelled",
    "founded": "Founded, not in force yet",
    "kept": "Kept by one party alone",
    "unsettled": "Unsettled",
    "in_force": "In force",
    "dissolved": "Dissolved",
    "active": "Active",
    # Moves
    "agree": "that it was agreed",
    "draft_mou": "that a draft was sent",
    "redraft": "that it is drafted anew",
    "sign": "that it was signed",
    "implement": "that it was implemented",
    "amend": "an amendment",
    "carry_over": "that it is carried over",
    "reopen": "that it is reopened",
    "suspend": "that it is suspended",
    "resume": "that it is resumed",
    "withdraw": "that it is withdrawn",
    "lapse": "that it has lapsed",
    "supersede": "that another replaces it",
    "merge": "that it is merged into another",
    "correct": "a correction",
    "reinstate": "that a move is undone",
    "retract": "that its record is taken back",
    "approve": "approval at home",
    "found": "that it was founded",
    "rename": "another title",
    "merge_into": "that it becomes part of another",
    "hand_over": "that another takes commitments over",
    "dissolve": "that it is dissolved",
    # Moves of other matters, kinds of things, and parts in a group
    "enter": "that there is such an instrument",
    "agree_text": "that its text is agreed",
    "initial": "that it was initialled",
    "sign_first": "that one side has signed it",
    "give_notice": "that notice was given",
    "revoke_notice": "that notice was taken back",
    "terminate": "that it came to an end",
    "object": "an objection",
    "abandon": "that it will not be signed",
    "record_step": "a step at home",
    "send_notification": "that a notification was sent",
    "receive_notification": "that a notification was received",
    "publish": "that it was published",
    "acknowledge": "that it knows of it",
    "acknowledge_log": "that it knows of the reopened log",
    "dispute": "that it disputes it",
    "name_organisation": "an organisation of the group",
    "name_contacts": "its contacts",
    "move": "another day",
    "change_host": "another host",
    "cancel": "that it is cancelled",
    "hold": "that it was held",
    "adopt": "that its minutes are adopted",
    "name_co_chair": "its co-chair",
    "join": "that it takes part",
    "accede": "that a party accedes",
    "leave": "that a party leaves",
    "name_secretariat": "its secretariat",
    "appoint_auditor": "an auditor",
    "dismiss_auditor": "that an auditor is dismissed",
    "drafted": "Drafted",
    "text_agreed": "Text agreed",
    "initialled": "Initialled",
    "terminated": "Ended",
    "abandoned": "Abandoned",
    "commitment": "Commitment",
    "instrument": "Instrument",
    "session": "Session",
    "working_group": "Working group",
    "commission": "Commission",
    "co_lead": "Co-lead",
    "member": "Member",
    # Sectors
    "trade": "Trade",
    "customs": "Customs",
    "energy": "Energy",
    "agriculture": "Agriculture",
    "health": "Health",
    "defence": "Defence",
    "institutional": "Institutional",
    "transport": "Transport",
    "education": "Education",
    "culture": "Culture",
    "tourism": "Tourism",
    "science": "Science",
    "environment": "Environment",
    "finance": "Finance",
    "security": "Security",
    # Levels of progress
    "no_evidence": "No evidence",
    "not_started": "Not started",
    "limited": "Limited",
    "substantial": "Substantial",
    "complete": "Complete",
    # Kinds of commitments, and what hints that one is done
    "body_to_be_founded": "Body to be founded",
    "package": "Package",
    "event": "Event",
    "items_done": "All its items are done",
    "group_active": "Its group is active",
    "text_adopted": "Its text is adopted",
    "event_held": "It was held",
    # Facts
    "target_text": "Target",
    "source": "Source",
    "continues": "Continues",
    "pushed_by": "Pushed by",
    "founded_group_ids": "Working groups founded",
    "event_session_id": "Session",
    "package_items": "Items",
    "agreed_on": "Agreed on",
    "found_in": "Found as",
    "effective_on": "In the world on",
    "instrument_kind": "Kind of instrument",
    "instrument_title": "Title of the instrument",
    "remark": "Remark",
    "reason": "Reason",
    "place": "Place",
    "signatories": "Signed by",
    "authentic_texts": "Authentic texts",
    "report": "Report",
    "lead_organisation_id": "Lead body",
    "focal_point": "Office to write to",
    "domestic_procedures": "Procedures at home",
    "domestic_procedures_completed_on": "Procedures at home completed on",
    "sha256": "Digest (SHA-256)",
    "documents": "Documents",
    "document_id": "Document",
    "draft": "Draft",
    "authentic_text": "Authentic text",
    "translation": "Translation",
    "certified_copy": "Certified copy",
    "full_powers": "Full powers",
    "instrument_of_ratification": "Instrument of ratification",
    "note_verbale": "Note verbale",
    "notice": "Notice",
    "minutes": "Minutes",
    "annex": "Annex",
    "kind": "Kind",
    "title": "Title",
    "name": "Name",
    "party": "Party",
    "organisation": "Organisation",
    "language": "Language",
    "reference": "Reference",
    "drafting_party": "Drafting party",
    "drafted_on": "Drafted on",
    "text_reference": "Text",
    "texts": "Texts",
    "signed_on": "Signed on",
    "expires_on": "Expires on",
    "enters_into_force_on": "Enters into force on",
    "ceremony_on": "Ceremony on",
    "review_on": "Review on",
    # Kinds of instruments
    "mou": "Memorandum of understanding",
    "memorandum_of_agreement": "Memorandum of agreement",
    "agreement": "Agreement",
    "treaty": "Treaty",
    "protocol": "Protocol",
    "exchange_of_notes": "Exchange of notes",
    "executive_programme": "Executive programme",
    "action_plan": "Action plan",
    "plan": "Plan",
    "arrangement": "Arrangement",
    "decision": "Decision",
    "accession": "Accession",
}
"""Codes of the register, and how they are called."""


def said(text: str, language: str) -> str:
    """Return `text`, which is English, in `language`; as it is where there is no translation of it."""
    found = translated(text, language, FOLDER)
    # What is refused has its title from the API's own catalogue.
    return found if found != text else translated(text, language)


def name_of(code: str) -> str:
    """Return, in English, how a code of the register is called: one without a name is read as words."""
    return NAMES.get(code) or code.replace("_", " ").strip().capitalize()


def direction(language: str) -> str:
    """Return in which direction a text of this language is written, as HTML calls it."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"
