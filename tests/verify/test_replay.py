"""Only the replay can notice these: each forged log is chained, built and signed by the log's own key, and breaks one rule."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final, get_args

import pytest

from service.register.commissions.models import Rule
from service.register.commissions.rules.group_role import GroupRole
from service.register.commitments.commands import PARTY_FACTS_BYTES
from service.register.commitments.rules.matter import MEMBERS
from service.register.commitments.rules.requirements import MOST_BYTES
from service.verify.finding import Severity
from service.verify.judgement import Verdict, verify
from service.verify.replay import commission_shapes as shapes
from service.verify.replay import commitment_shapes
from service.verify.replay.shape import OF_COMMISSIONS, OF_COMMITMENTS
from tests.verify.journal import COMMISSION, GROUP, LEADS, POLICY, SESSION, Entry, Journal, exported, name

DRAFT: Final = {
    "instrument_kind": "treaty", "instrument_title": "Treaty", "drafting_party": "PK", "effective_on": "2025-01",
    "text_reference": "Note 1",
}  # fmt: skip
SIGN: Final[dict[str, Any]] = {
    "effective_on": "2025-01-24",
    "place": "Baku",
    "signatories": [{"party": party, "name": "N", "title": "M", "organisation": "O"} for party in ("PK", "AZ")],
    "authentic_texts": [{"language": "en", "reference": "R"}],
}
IMPLEMENT: Final = {"effective_on": "2025-01-24", "report": "Done.", "entered_into_force_on": "2025-01"}


def legal() -> list[Entry]:
    """Return a log in which everything that may happen does."""
    journal = Journal()
    journal.add(COMMISSION, "auditor.appointed", None, {"principal_id": name(5, 4)})
    chair = {"PK": {"name": "K", "title": "Minister"}}
    journal.add(
        COMMISSION, "session.changed", "PK", {"id": SESSION, "before": {"co_chairs": {}}, "after": {"co_chairs": chair}}
    )
    both = deepcopy(chair) | {"AZ": {"name": "V", "title": "Minister"}}
    journal.add(COMMISSION, "session.changed", "AZ", {
        "id": SESSION, "before": {"co_chairs": chair}, "after": {"co_chairs": both}, "if_match": "*",
    })  # fmt: skip
    for before, after in ((None, "member"), ("member", "co_lead"), ("co_lead", None)):
        journal.add(COMMISSION, "working_group.member_changed", "AZ", {
            "id": GROUP, "organisation_id": LEADS["AZ"], "before": before, "after": after,
        })  # fmt: skip
    first, second, third = journal.record(1), journal.record(2, "AZ"), journal.record(3, session=None)
    journal.confirm(first)
    journal.close(second, "refused", "PK")
    journal.propose(second, "agree", "PK", agreed_on="2025", found_in="signed", effective_on="2024-07-09")
    journal.confirm(second)
    journal.change(first, "AZ", focal_point="Desk")
    journal.change(first, "PK", lead_organisation_id=LEADS["PK"])
    journal.move(first, "draft_mou", **DRAFT)
    journal.move(first, "redraft", reason="Too long.")
    journal.move(first, "draft_mou", **DRAFT)
    journal.move(first, "sign", **SIGN)
    journal.move(first, "implement", **IMPLEMENT)
    journal.move(first, "reopen", reason="Not all of it.")
    journal.move(
        first, "amend", reason="More.", changes={"target_date": "2027", "titles": {"az": None, "tr": "Gümrük"}}
    )
    journal.move(second, "suspend", reason="Elections.", review_on="2027")
    journal.move(second, "resume", reason="They are over.")
    journal.propose(second, "lapse", reason="Old.")
    journal.close(second, "withdrawn", "PK")
    journal.confirm(third)
    until = (journal.entries[-1]["recorded_at"])[:-2] + "1Z"
    lapsed = journal.propose(third, "lapse", "PK", expires_at=until.replace(until[:4], "2026"), reason="Old.")
    journal.open.pop(third)
    journal.entries[-1]["data"]["proposal"]["expires_at"] = "2025-01-24T12:00:00.000000Z"
    journal.at = journal.at.replace(hour=13)
    journal.propose(third, "merge", target="PK-AZ/08/002")
    journal.entries[-1]["data"]["expired"] = lapsed
    journal.confirm(third)
    return journal.entries


LEGAL: Final = legal()


def judged(entries: list[Entry]) -> Verdict:
    return verify(exported(entries), POLICY)


def at(kind: str, number: int = 0, **data: Any) -> int:
    """Return the index of the legal log's entry of this kind, the first or a later one, whose proposal has this action."""
    found = [
        index
        for index, entry in enumerate(LEGAL)
        if entry["kind"] == kind
        and all(entry["data"].get("proposal", {}).get(key) == value for key, value in data.items())
    ]
    return found[number]


def proposed(action: str, number: int = 0) -> int:
    return at("transition.proposed", number, action=action)


def put(index: int, *path: str | int, to: Any) -> Callable[[list[Entry]], None]:
    def forge(entries: list[Entry]) -> None:
        inner: Any = entries[index]
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = to

    return forge


def take(index: int, *path: str) -> Callable[[list[Entry]], None]:
    def forge(entries: list[Entry]) -> None:
        inner: Any = entries[index]
        for step in path[:-1]:
            inner = inner[step]
        del inner[path[-1]]

    return forge


def without(index: int) -> Callable[[list[Entry]], None]:
    def forge(entries: list[Entry]) -> None:
        del entries[index]

    return forge


def twice(index: int, *forges: Callable[[list[Entry]], None]) -> Callable[[list[Entry]], None]:
    """Insert the entry again, and change the second one."""

    def forge(entries: list[Entry]) -> None:
        entries.insert(index + 1, deepcopy(entries[index]))
        for one in forges:
            one(entries)

    return forge


def together(*forges: Callable[[list[Entry]], None]) -> Callable[[list[Entry]], None]:
    def forge(entries: list[Entry]) -> None:
        for one in forges:
            one(entries)

    return forge


PROPOSAL: Final = ("data", "proposal")
EVIDENCE: Final = (*PROPOSAL, "evidence")
EFFECT: Final = ("data", "effective", "after")
NO_FACTS: Final[tuple[Any, ...]] = ([], None, 5, True, "AZ", [["AZ", {}]])
FALSE_FACTS: Final[tuple[Any, ...]] = (
    *({}, {"AZ": None}, {"AZ": []}, {"AZ": {}, "PK": {}}, {"reason": "R"}, {"AZ": {"focal_point": {"deep": [1]}}}),
)
FORGERIES: Final[dict[str, tuple[Callable[[list[Entry]], None], str]]] = {
    # The commission
    "founded by a party": (put(0, "party", to="PK"), "acts for no party"),
    "founded twice": (twice(0), "founded once"),
    "founded under another id": (put(0, "data", "id", to=name(1, 2)), "not the log's own"),
    "a party twice": (put(0, "data", "parties", 1, "party", to="PK"), "a party stands twice"),
    "a code of others": (put(0, "data", "code", to="PK-TR"), "code does not name its parties"),
    "a language twice": (put(0, "data", "languages", to=["en", "en"]), "a language stands twice"),
    "a rule of its own": (put(0, "data", "rule", to="majority"), "rule"),
    "an auditor appointed by a party": (put(at("auditor.appointed"), "party", to="PK"), "acts for no party"),
    "a session of another host": (put(at("session.recorded"), "data", "host_party", to="AZ"), "is the host"),
    "a session twice": (twice(at("session.recorded")), "recorded already"),
    "a session number twice": (
        twice(at("session.recorded"), put(at("session.recorded") + 1, "data", "id", to=name(2, 9))), "session number 8 already",
    ),
    "a session recorded as held without a date": (
        together(
            put(at("session.recorded"), "data", "starts_on", to=None),
            without(at("session.changed", 1)), without(at("session.changed")),
        ),
        "has a date",
    ),
    "a session that loses its date": (
        together(
            put(at("session.changed"), "data", "before", to={"starts_on": "2025-01-24"}),
            put(at("session.changed"), "data", "after", to={"starts_on": None}),
            without(at("session.changed", 1)),
        ),
        "has a date",
    ),
    "another's co-chair at recording": (
        put(at("session.recorded"), "data", "co_chairs", to={"AZ": {"name": "N", "title": "T"}}), "co-chair alone",
    ),
    "another's co-chair later": (
        put(at("session.changed", 1), "data", "after", "co_chairs", "PK", "name", to="X"), "co-chair alone",
    ),
    "a false before of a session": (put(at("session.changed", 1), "data", "before", to={"co_chairs": {}}), "there before"),
    "a session changed by a guest": (
        together(
            put(at("session.changed", 1), "data", "before", to={"venue": "Islamabad"}),
            put(at("session.changed", 1), "data", "after", to={"venue": "Baku"}),
        ),
        "only the host",
    ),
    "an unknown session changed": (put(at("session.changed"), "data", "id", to=name(2, 1)), "no such session"),
    "a group twice": (twice(at("working_group.founded")), "founded already"),
    "a group founded at an unknown session": (
        put(at("working_group.founded"), "data", "founded_at_session_id", to=name(2, 1)), "session that the commission has not",
    ),
    "an unknown group": (put(at("working_group.member_changed"), "data", "id", to=name(3, 2)), "no such working group"),
    "another's member": (
        put(at("working_group.member_changed", 1), "party", to="PK"), "an organisation of AZ",
    ),
    "a false role before": (put(at("working_group.member_changed", 1), "data", "before", to=None), "there before"),
    "nothing changes in a group": (put(at("working_group.member_changed"), "data", "after", to=None), "changes nothing"),
    "two co-leads": (
        together(
            put(at("working_group.member_changed"), "party", to="PK"),
            put(at("working_group.member_changed"), "data", "organisation_id", to=LEADS["TR"]),
            put(at("working_group.member_changed"), "data", "after", to="co_lead"),
        ),
        "two co-leads",
    ),
    "a commission's kind that is none": (put(at("auditor.appointed"), "kind", to="auditor.praised"), "no entries of the kind"),
    "a group of another commission": (put(at("working_group.founded"), "data", "commission_id", to=name(1, 2)), "another commission"),
    "a group of a stranger": (put(at("working_group.founded"), "party", to="TR"), "not a party of this commission"),
    # Recording
    "a reference of its own": (put(at("commitment.recorded"), "data", "commitment", "item_number", to=7), "make its reference"),
    "an unknown session": (put(at("commitment.recorded"), "data", "commitment", "session_id", to=name(2, 1)), "names a session"),
    "an unknown group of a commitment": (put(at("commitment.recorded"), "data", "commitment", "working_group_id", to=name(3, 2)), "names a working group"),
    "recorded as signed": (put(at("commitment.recorded"), "data", "commitment", "state", to="signed"), "commitment/state"),
    "recorded twice": (twice(at("commitment.recorded")), "recorded once"),
    "recorded with the other side's lead": (
        put(at("commitment.recorded"), "data", "commitment", "party_facts", to={"AZ": {}}), "own party alone",
    ),
    "recorded with another proposal": (put(at("commitment.recorded"), *PROPOSAL, "action", to="withdraw"), "proposes that it was agreed"),
    "recorded with too long a text": (
        put(at("commitment.recorded", 2), "data", "commitment", "texts", to={"en": "x" * 19_000, "az": "x" * 19_000}), "at most 20000",
    ),
    "a commitment without text": (put(at("commitment.recorded"), "data", "commitment", "texts", to={}), "texts"),
    "a stranger records": (put(at("commitment.recorded"), "party", to="TR"), "not a party of this commission"),
    "nobody's party records": (put(at("commitment.recorded"), "party", to=None), "not a party of this commission"),
    # Proposing
    "a step that is not in the table": (put(proposed("sign"), *PROPOSAL, "action", to="reopen"), "does not allow 'reopen'"),
    "an action that there is not": (put(proposed("sign"), *PROPOSAL, "action", to="fly"), "does not allow 'fly'"),
    "another source": (put(proposed("sign"), *PROPOSAL, "source", to="agreed"), "leads from"),
    "another target": (put(proposed("sign"), *PROPOSAL, "target", to="implemented"), "leads from"),
    "resumed elsewhere": (put(proposed("resume"), *PROPOSAL, "target", to="implemented"), "leads from"),
    "reopened to where it may not": (put(proposed("reopen"), *PROPOSAL, "target", to="agreed"), "leads from"),
    "evidence that is missing": (put(proposed("sign"), *EVIDENCE, "signatories", to=SIGN["signatories"][:1]), "a signatory for AZ is needed"),
    "no text of the draft": (take(proposed("draft_mou"), *EVIDENCE, "text_reference"), "or text_reference"),
    "no authentic text": (put(proposed("sign"), *EVIDENCE, "authentic_texts", to=[]), "authentic text in 'en' is needed"),
    "a treaty without its force": (take(proposed("implement"), *EVIDENCE, "entered_into_force_on"), "the instrument is a treaty"),
    "found signed without a date": (take(proposed("agree"), *EVIDENCE, "effective_on"), "effective_on: is needed"),
    "evidence of another shape": (put(proposed("sign"), *EVIDENCE, "place", to=7), "not as it must be"),
    "evidence that is not trimmed": (put(proposed("sign"), *EVIDENCE, "place", to=" Baku"), "spelled"),
    "evidence with a member too many": (put(proposed("sign"), *EVIDENCE, "weather", to="fine"), "not as it must be"),
    "a flag that is a number": (put(proposed("amend"), *EVIDENCE, "changes", to={"instrument_required": 0}), "must be true or false"),
    "signed in the future": (put(proposed("sign"), *EVIDENCE, "effective_on", to="2025-01-25"), "lies in the future"),
    "a signatory of a stranger": (
        put(proposed("sign"), *EVIDENCE, "signatories", to=[*SIGN["signatories"], SIGN["signatories"][0] | {"party": "TR"}]),
        "is not a party here",
    ),
    "drafted by a stranger": (put(proposed("draft_mou"), *EVIDENCE, "drafting_party", to="TR"), "is not a party here"),
    "awaiting nobody": (put(proposed("sign"), *PROPOSAL, "awaits", to=[]), "must await AZ"),
    "awaiting oneself": (put(proposed("sign"), *PROPOSAL, "awaits", to=["PK"]), "must await AZ"),
    "expired when it was made": (put(proposed("sign"), *PROPOSAL, "expires_at", to="2025-01-01T00:00:00.000000Z"), "before it was made"),
    "two open at a time": (without(proposed("draft_mou") + 1), "one at a time"),
    "merged into an unknown one": (put(proposed("merge"), *EVIDENCE, "target", to="PK-AZ/08/099"), "names no commitment"),
    "merged into itself": (put(proposed("merge"), *EVIDENCE, "target", to="PK-AZ/00/003"), "names the commitment itself"),
    "an amendment that changes nothing": (put(proposed("amend"), *EVIDENCE, "changes", to={"sector": "customs"}), "nothing would change"),
    "an amendment that empties the titles": (put(proposed("amend"), *EVIDENCE, "changes", to={"texts": {"en": None}}), "at least one language"),
    "an amendment to an unknown group": (put(proposed("amend"), *EVIDENCE, "changes", to={"working_group_id": name(3, 9)}), "none with this id in this commission"),
    "an amendment that is too long": (put(proposed("amend"), *EVIDENCE, "changes", to={"texts": {"az": "x" * 19_935}}), "titles, texts, items and reasons have"),
    "a proposal of a stranger": (put(proposed("sign"), "party", to="TR"), "not a party of this commission"),
    "a kind that is none": (put(proposed("sign"), "kind", to="transition.wished"), "no entries of the kind"),
    **{
        f"{kind} in a commitment's trail": (put(proposed("sign"), "kind", to=kind), "no entries of the kind")
        for kind in ("working_group.recorded", "session.recorded", "instrument.recorded")
    },
    "a member too many": (put(proposed("sign"), "data", "remark", to="x"), "not what transition.proposed holds"),
    "evidence that is too long": (put(proposed("implement"), *EVIDENCE, "report", to="x" * 19_950), "the evidence is longer than"),
    # Answering
    "the proposer confirms its own": (put(proposed("sign") + 1, "party", to="PK"), "answers its own proposal"),
    "the proposer refuses its own": (put(at("transition.refused"), "party", to="AZ"), "answers its own proposal"),
    "a refusal without a reason": (put(at("transition.refused"), "data", "reason", to=None), "reason"),
    "confirmed twice": (twice(proposed("sign") + 1), "no such proposal is open"),
    "another proposal confirmed": (put(proposed("sign") + 1, "data", "transition", to=name(7, 99)), "no such proposal is open"),
    "confirmed after a refusal": (
        twice(at("transition.refused"), put(at("transition.refused") + 1, "kind", to="transition.confirmed")), "no such proposal is open",
    ),
    "taken back by the other side": (put(at("transition.withdrawn"), "party", to="AZ"), "only PK may"),
    "a claim that takes effect at once": (
        put(proposed("sign"), "data", "effective", to=deepcopy(LEGAL[proposed("sign") + 1]["data"]["effective"])), "before every other party",
    ),
    "confirmed without effect": (take(proposed("sign") + 1, "data", "effective"), "does not take effect"),
    "another effect": (put(proposed("sign") + 1, *EFFECT, "state", to="implemented"), "not what the evidence brings"),
    "an effect that was smuggled in": (put(proposed("sign") + 1, *EFFECT, "sector", to="defence"), "not what the evidence brings"),
    "a false before": (put(proposed("sign") + 1, "data", "effective", "before", "state", to="agreed"), "not what the evidence brings"),
    # Expiry
    "expiry that is not said": (take(proposed("merge"), "data", "expired"), "had expired"),
    "expiry of another": (put(proposed("merge"), "data", "expired", to=name(7, 99)), "expired which did not"),
    "expiry that did not come": (put(proposed("sign"), "data", "expired", to=name(7, 99)), "expired which did not"),
    "confirmed after its end": (put(proposed("sign"), *PROPOSAL, "expires_at", to=LEGAL[proposed("sign") + 1]["recorded_at"]), "had expired"),
    # Facts of one party
    "another's facts": (put(at("commitment.changed"), "party", to="PK"), "facts of another party"),
    "false facts before": (put(at("commitment.changed"), "data", "before", to={"AZ": {"focal_point": "X"}}), "there before"),
    **{
        f"before that is {before}": (put(at("commitment.changed"), "data", "before", to=before), "not what commitment.changed holds")
        for before in NO_FACTS
    },
    **{
        f"facts before that are {before}": (put(at("commitment.changed"), "data", "before", to=before), "there before")
        for before in FALSE_FACTS
    },
    "a confirmation wrapped in another": (put(at("transition.confirmed"), "data", to={"x": LEGAL[at("transition.confirmed")]["data"]}), "not what transition.confirmed holds"),
    "facts since a day to come": (put(at("commitment.changed"), "data", "since", to="2199-01-01"), "had not come"),
    "facts that do not change": (put(at("commitment.changed"), "data", "after", to={"AZ": {}}), "changes nothing"),
    "led by others before anybody": (put(at("commitment.changed"), "data", "after", to={"AZ": {"further_lead_organisation_ids": [LEGAL[0]["commission"]]}}), "is needed where further ones lead"),
    "shared facts by one side": (put(at("commitment.changed"), "data", "after", to={"AZ": {"sector": "x"}}), "not what commitment.changed holds"),
    "a transition that is no UUID": (put(proposed("redraft"), "data", "proposal", "transition", to="0194"), "proposal/transition"),
    "a transition that is a list": (put(proposed("redraft"), "data", "proposal", "transition", to=["0194"]), "proposal/transition"),
    "an action that is a list": (put(proposed("redraft"), "data", "proposal", "action", to=["redraft"]), "proposal/action"),
    "evidence that is a list": (put(proposed("redraft"), *EVIDENCE, to=["reason"]), "proposal/evidence"),
    "a proposal that says more": (put(proposed("redraft"), "data", "note", to="N"), "not what transition.proposed holds"),
    "a proposal without its end": (take(proposed("redraft"), "data", "proposal", "expires_at"), "proposal/expires_at"),
    "an end that is no time": (put(proposed("redraft"), *PROPOSAL, "expires_at", to="tomorrow"), "proposal/expires_at"),
    "evidence that names its action": (put(proposed("redraft"), *EVIDENCE, "action", to="redraft"), "evidence of 'redraft'"),
    "a reason that is a number": (put(proposed("redraft"), *EVIDENCE, "reason", to=5), "evidence of 'redraft'"),
    "a flag for a number": (put(proposed("amend"), *EVIDENCE, "corrects", to=True), "evidence of 'amend'"),
}  # fmt: skip


def test_the_legal_log_has_entries_of_every_kind() -> None:
    written = {entry["kind"] for entry in legal()}
    assert written == {*OF_COMMISSIONS, *OF_COMMITMENTS}, (
        "let `legal` write the new kind; what has a shape needs a rule, too"
    )


def test_the_legal_log_is_proven() -> None:
    verdict = judged(LEGAL)
    assert verdict.findings.listed == []
    assert verdict.findings.outcome is Severity.PROVEN
    assert verdict.states == {"signed": 2, "merged": 1}


@pytest.mark.parametrize("forged", FORGERIES)
def test_a_log_that_its_own_key_signed_is_not_believed_if_it_breaks_a_rule(forged: str) -> None:
    forge, rule = FORGERIES[forged]
    entries = deepcopy(LEGAL)
    forge(entries)
    found = judged(entries).findings
    assert found.outcome is Severity.TAMPERED
    assert any(rule in one.message for one in found.listed), found.listed
    assert all(one.where.startswith("entry ") for one in found.listed)
    assert verify(exported(entries), POLICY, replay=False).findings.outcome is Severity.PROVEN


def test_texts_that_were_amended_are_what_the_next_amendment_finds() -> None:
    journal = Journal()
    one, other = journal.record(1), journal.record(2)
    journal.confirm(one)
    for title in ("First", "Second", "Third"):
        journal.move(one, "amend", reason="R", changes={"titles": {"en": title}, "texts": {"ur": title}})
        journal.change(other, "PK", focal_point=title)
    assert judged(journal.entries).findings.listed == []


def test_facts_that_change_while_a_proposal_is_open_stay_changed() -> None:
    journal = Journal()
    one = journal.record(1)
    journal.change(one, "PK", focal_point="Desk 1")
    journal.confirm(one)
    journal.propose(one, "suspend", reason="R", review_on="2027")
    journal.change(one, "PK", focal_point="Desk 2")
    journal.change(one, "AZ", focal_point="Room 1")
    journal.confirm(one)
    journal.change(one, "AZ", focal_point="Room 2")
    journal.change(one, "PK", focal_point="Desk 3")
    assert judged(journal.entries).findings.outcome is Severity.PROVEN


@pytest.mark.parametrize("kind", ["session.recorded", "working_group.founded"])
def test_the_commissions_entries_tell_of_nothing_under_the_id_of_another_matter(kind: str) -> None:
    journal = Journal()
    commitment = journal.record(1)
    told = next(entry["data"] for entry in journal.entries if entry["kind"] == kind)
    journal.add(COMMISSION, kind, "PK", {**told, "id": commitment, **({"ordinal": 9} if "ordinal" in told else {})})
    (found,) = judged(journal.entries).findings.listed
    assert (found.severity, found.message) == (Severity.TAMPERED, "its id is that of another matter")


def test_a_successor_that_closed_meanwhile_stops_the_confirmation() -> None:
    entries = deepcopy(LEGAL[: proposed("merge") + 1])
    journal = Journal()
    journal.entries, journal.at = entries, journal.at.replace(hour=14)
    other = next(
        one["subject"] for one in entries if one["data"].get("commitment", {}).get("reference") == "PK-AZ/08/002"
    )
    move = {
        "action": "withdraw",
        "source": "signed",
        "target": "withdrawn",
        "evidence": {"reason": "R"},
        "awaits": ["AZ"],
    }
    proposal = move | {"transition": name(7, 500), "expires_at": None}
    journal.add(other, "transition.proposed", "PK", {"proposal": proposal})
    closed = {"before": {"state": "signed"}, "after": {"state": "withdrawn"}}
    journal.add(other, "transition.confirmed", "AZ", {"transition": name(7, 500), "reason": None, "effective": closed})
    assert judged(entries).findings.outcome is Severity.PROVEN
    late = deepcopy(LEGAL[proposed("merge") + 1])
    journal.add(late["subject"], late["kind"], late["party"], late["data"])
    assert "PK-AZ/08/002 is closed" in judged(entries).findings.listed[0].message


def test_a_successor_in_another_commissions_log_breaks_a_rule() -> None:
    entries = deepcopy(LEGAL)
    put(proposed("merge"), *EVIDENCE, "target", to="PK-TR/08/002")(entries)
    found = judged(entries).findings
    assert found.outcome is Severity.TAMPERED
    assert "target: names no commitment" in found.listed[0].message


@pytest.mark.parametrize("by", ["AZ", "TR"])
def test_of_three_parties_each_confirms_once_and_the_last_makes_it_effective(by: str) -> None:
    journal = Journal(("PK", "AZ", "TR"))
    one = journal.record(1)
    journal.confirm(one, "AZ")
    journal.confirm(one, "TR")
    assert judged(journal.entries).findings.outcome is Severity.PROVEN
    forged = deepcopy(journal.entries)
    for entry in forged[-2:]:
        entry["party"] = by
    assert f"{by} has confirmed this proposal already" in judged(forged).findings.listed[0].message
    early = deepcopy(journal.entries[:-1])
    early[-1]["data"]["effective"] = journal.entries[-1]["data"]["effective"]
    assert "before every other party" in judged(early).findings.listed[0].message


def test_under_a_unilateral_rule_a_proposal_takes_effect_at_once_and_must() -> None:
    journal = Journal(rule="unilateral")
    one = journal.record(1, instrument_required=False)
    journal.propose(one, "implement", effective_on="2025", report="R", no_instrument_reason="None needed")
    assert judged(journal.entries).findings.outcome is Severity.PROVEN
    forged = deepcopy(journal.entries)
    del forged[-1]["data"]["effective"]
    assert "does not take effect" in judged(forged).findings.listed[0].message


def test_the_verifiers_own_words_are_those_of_the_service() -> None:
    assert set(commitment_shapes.Commitment2.__annotations__) == set(MEMBERS)
    assert PARTY_FACTS_BYTES <= MOST_BYTES
    for ours, theirs in ((shapes.Rule, Rule), (shapes.GroupRole, GroupRole)):
        assert get_args(ours) == tuple(theirs)


def test_nothing_is_merged_into_a_commitment_that_is_closed() -> None:
    journal = Journal()
    first, second = journal.record(1), journal.record(2)
    journal.confirm(first)
    journal.confirm(second)
    journal.move(first, "withdraw", reason="Dropped.")
    journal.propose(second, "merge", target="PK-AZ/08/001")
    assert "PK-AZ/08/001 is closed" in judged(journal.entries).findings.listed[0].message


def test_what_was_recorded_before_texts_and_dates_were_judged_is_no_tampering() -> None:
    journal = Journal()
    odd = {"en": "Ministe\u0301rio\u202e \u200b", "az": "\u200b"}
    one = journal.record(1, titles=odd, texts=odd, target_date="1446", evidence={"agreed_on": "1403-11"})
    journal.confirm(one)
    journal.change(one, "AZ", focal_point="A\nB\x07")
    journal.move(
        one,
        "amend",
        reason="\u202dWhy",
        changes={"titles": {"zz zz<script>": "A", "": "B", "en-gb": "C", "en-GB": "D"}},
    )
    assert judged(journal.entries).findings.listed == []


def mended() -> Journal:
    """Return a log of version 2 in which a signing date was corrected, and a withdrawal undone."""
    journal = Journal(version=2)
    one = journal.record(1)
    journal.confirm(one)
    journal.move(one, "draft_mou", **DRAFT)
    journal.move(one, "sign", **SIGN)
    journal.move(one, "correct", corrects=journal.leaf(), fact="effective_on", value="2025-01-23", reason="R")
    journal.move(one, "withdraw", reason="R")
    journal.move(one, "reinstate", undoes=journal.leaf(), reason="R")
    return journal


def test_what_was_corrected_and_undone_is_proven() -> None:
    verdict = judged(mended().entries)
    assert (verdict.findings.listed, verdict.states) == ([], {"signed": 1})


MENDED: Final[dict[str, tuple[int, tuple[str, ...], Any, str]]] = {
    "a correction of no entry": (-6, (*EVIDENCE, "corrects"), "0" * 64, "no entry with this leaf hash"),
    "a correction of what was not brought": (-6, (*EVIDENCE, "fact"), "state", "none of what this entry brought"),
    "a correction to what it was": (-6, (*EVIDENCE, "value"), "2025-01-24", "nothing would change"),
    "a correction to the future": (-6, (*EVIDENCE, "value"), "2999", "future"),
    "a correction that changes another fact": (-5, (*EFFECT, "state"), "agreed", "not what the evidence brings about"),
    "a correction told as another entry's": (
        -5,
        (*EFFECT, "corrected"),
        {"effective_on": 3},
        "not what the evidence brings about",
    ),
    "an undoing that leads elsewhere": (-2, (*PROPOSAL, "target"), "implemented", "leads from withdrawn to signed"),
    "an undoing of no entry": (-2, (*EVIDENCE, "undoes"), "0" * 64, "no entry with this leaf hash"),
    "an undoing that brings another state": (-1, (*EFFECT, "state"), "agreed", "not what the evidence brings about"),
    "an entry of the version before": (-1, ("v",), 1, "its version is lower"),
}


@pytest.mark.parametrize("forgery", MENDED)
def test_a_mending_that_breaks_a_rule_is_found(forgery: str) -> None:
    index, path, value, said = MENDED[forgery]
    entries = deepcopy(mended().entries)
    put(index, *path, to=value)(entries)
    found = judged(entries).findings
    assert found.outcome is Severity.TAMPERED
    assert any(said in one.message for one in found.listed), found.listed


def test_an_entry_of_version_1_corrects_nothing() -> None:
    journal = Journal()
    one = journal.record(1)
    journal.confirm(one)
    journal.propose(one, "correct", corrects=journal.leaf(), fact="agreed_on", value="2025-01-23", reason="R")
    assert "does not allow 'correct'" in judged(journal.entries).findings.listed[0].message


def retracted(*, refused: bool = False, version: int = 2) -> Journal:
    """Return a log in which what was recorded by mistake is taken back, before the other side said yes or after it said no."""
    journal = Journal(version=version)
    one = journal.record(1)
    if refused:
        journal.close(one, "refused", "AZ")
    journal.propose(one, "retract", reason="By mistake.")
    return journal


@pytest.mark.parametrize("refused", [False, True])
def test_what_its_recorder_takes_back_is_proven(refused: bool) -> None:
    verdict = judged(retracted(refused=refused).entries)
    assert (verdict.findings.listed, verdict.states) == ([], {"retracted": 1})


RETRACTED: Final[dict[str, tuple[Callable[[Entry], object], str]]] = {
    "by another party": (lambda entry: entry.update(party="AZ"), "a proposal is open already"),
    "awaiting the others": (lambda entry: entry["data"]["proposal"].update(awaits=["AZ"]), "must await nobody"),
    "not naming what it takes back": (lambda entry: entry["data"].pop("withdrawn"), "just the proposal that it takes"),
    "naming another proposal": (lambda entry: entry["data"].update(withdrawn=name(7, 1)), "just the proposal that it"),
    "without its effect": (lambda entry: entry["data"].pop("effective"), "does not take effect"),
    "of version 1": (lambda entry: entry.update(v=1), "its version is lower"),
}


@pytest.mark.parametrize("forgery", RETRACTED)
def test_a_retraction_that_breaks_a_rule_is_found(forgery: str) -> None:
    forge, said = RETRACTED[forgery]
    entries = retracted().entries
    forge(entries[-1])
    found = judged(entries).findings
    assert found.outcome is Severity.TAMPERED
    assert said in found.listed[0].message


def test_nobody_but_its_recorder_takes_a_record_back() -> None:
    entries = retracted(refused=True).entries
    entries[-1]["party"] = "AZ"
    assert "which another party alone may do" in judged(entries).findings.listed[0].message


def test_what_is_open_after_a_retraction_or_was_agreed_before_it_breaks_a_rule() -> None:
    journal = retracted()
    subject, opened = journal.entries[-1]["subject"], journal.entries[-1]["data"]["withdrawn"]
    journal.add(subject, "transition.confirmed", "AZ", {"transition": opened, "reason": None})
    assert "no such proposal is open" in judged(journal.entries).findings.listed[0].message
    journal = Journal(version=2)
    journal.confirm(journal.record(1))
    entries = [*journal.entries, retracted(refused=True).entries[-1]]
    assert "does not allow 'retract'" in judged(entries).findings.listed[0].message


def test_what_is_no_retraction_takes_nothing_back() -> None:
    journal = Journal(version=2)
    one = journal.record(1)
    journal.close(one, "refused", "AZ")
    journal.propose(one, "agree", agreed_on="2025-01-24")
    journal.entries[-1]["data"]["withdrawn"] = name(7, 1)
    assert "just the proposal that it takes back" in judged(journal.entries).findings.listed[0].message


def test_a_record_of_version_1_is_taken_back_by_an_entry_of_version_2() -> None:
    journal = Journal(version=1)
    one = journal.record(1)
    journal.version = 2
    journal.facts[one] = {**journal.facts[one], "corrected": {}}
    journal.propose(one, "retract")
    assert judged(journal.entries).findings.listed == []


def numbered() -> Journal:
    """Return a log in which two drafts of one item are agreed, one between sessions, and a restricted one."""
    journal = Journal(version=2)
    for number, facts in (
        (1, {}),
        (2, {"item_number": 1}),
        (3, {"session": None}),
        (4, {"confidentiality": "restricted"}),
    ):
        journal.confirm(journal.record(number, **facts))
    return journal


def test_what_is_agreed_has_the_number_that_the_rules_give_it() -> None:
    entries = numbered().entries
    given = [one["data"]["effective"]["after"]["reference"] for one in entries if "effective" in one["data"]]
    assert given == ["PK-AZ/08/001", "PK-AZ/08/002", "PK-AZ/00/001", "PK-AZ/08/9001"]
    verdict = judged(entries)
    assert (verdict.findings.listed, verdict.commitments) == ([], 4)


NUMBERED: Final[dict[str, tuple[int, tuple[str, ...], Any, str]]] = {
    "a number that is taken": (6, (*EFFECT, "reference"), "PK-AZ/08/001", "not what the evidence brings about"),
    "a number with a gap": (6, (*EFFECT, "reference"), "PK-AZ/08/003", "not what the evidence brings about"),
    "a restricted one among the others": (10, (*EFFECT, "reference"), "PK-AZ/08/003", "not what the evidence brings"),
    "a number of another session": (8, (*EFFECT, "reference"), "PK-AZ/08/003", "not what the evidence brings about"),
    "a number at recording": (
        5,
        ("data", "commitment", "reference"),
        "PK-AZ/08/002",
        "not the reference of this draft",
    ),
    "another's draft": (5, ("data", "commitment", "reference"), "PK-AZ/08/d-aaaa", "not the reference of this draft"),
    "an item between sessions": (7, ("data", "commitment", "item_number"), 3, "in the minutes of a session"),
}


@pytest.mark.parametrize("forgery", NUMBERED)
def test_a_number_that_breaks_a_rule_is_found(forgery: str) -> None:
    index, path, value, said = NUMBERED[forgery]
    entries = deepcopy(numbered().entries)
    put(index, *path, to=value)(entries)
    found = judged(entries).findings
    assert found.outcome is Severity.TAMPERED
    assert any(said in one.message for one in found.listed), found.listed


def test_what_was_numbered_at_recording_keeps_its_number_and_nobody_has_it_again() -> None:
    journal = Journal(version=1)
    first = journal.record(1)
    journal.version = 2
    journal.facts[first] = {**journal.facts[first], "agreed_on": None, "corrected": {}, "unknown": None}
    journal.confirm(first)
    journal.confirm(journal.record(2, item_number=1))
    given = [
        one["data"]["effective"]["after"].get("reference") for one in journal.entries if "effective" in one["data"]
    ]
    assert given == [None, "PK-AZ/08/002"]
    assert judged(journal.entries).findings.listed == []
