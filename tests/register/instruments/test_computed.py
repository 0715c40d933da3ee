"""What an instrument's members lead to on a day: its force, whose step is missing, its next day for notice. Pure."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.register.decisions.rules.lifecycle import Who
from service.register.decisions.rules.matter import Case, Rules
from service.register.instruments.rules import computed, standing
from service.register.instruments.rules.lifecycle import STEPS, InstrumentAction
from service.register.instruments.rules.matter import BEGUN, INSTRUMENT, INSTRUMENT_6
from service.register.instruments.rules.reckoning import in_force, next_notice_day, reckoned
from service.register.instruments.rules.requirements import Facts
from service.register.instruments.rules.standing import Force
from service.verify.replay.matters import FOLLOWED, RULES

TODAY: Final = date(2025, 6, 15)
NOON: Final = datetime(2025, 6, 15, 12, tzinfo=UTC)
FIVE: Final = {"kind": "period", "years": 5, "then": "end"}
RENEWED: Final = {"kind": "period", "years": 5, "then": "tacit", "next_years": 5}
SIX: Final = {"kind": "before_period_end", "months": 6}
PROVISIONALLY: Final = {"anchor": "last_receipt", "provisional": {"anchor": "signature"}}


def signed(**known: Any) -> dict[str, Any]:
    """Return the members of an instrument that PK and AZ signed on 1 March 2020."""
    acts = [{"on": "2020-03-01", "place": "Baku", "parties": ["PK", "AZ"]}]
    whole = {
        "contracting_parties": ["PK", "AZ"],
        "authentic_languages": ["en"],
        "state": "signed",
        "signed_on": "2020-03-01",
    }
    return {**BEGUN, **whole, "acts": acts, "effective_on": "2020-03-01", **known}


@pytest.mark.parametrize(
    ("known", "force", "listed"),
    [
        ({"state": "initialled", "acts": None, "signed_on": None}, Force.NOT_SIGNED, False),
        *(
            (
                {
                    "state": state,
                    "acts": None,
                    "signed_on": None,
                    "entry_into_force": {
                        "anchor": "all_deposits",
                        "provisional": {"anchor": "fixed", "on": "1948-01-01"},
                    },
                },
                force,
                False,
            )
            for state, force in {
                "drafted": Force.NOT_SIGNED,
                "text_agreed": Force.PROVISIONAL,
                "initialled": Force.PROVISIONAL,
                "abandoned": Force.NOT_SIGNED,
            }.items()
        ),
        ({}, Force.NOT_KNOWN, None),
        ({"entry_into_force": {"anchor": "last_notification"}}, Force.NOT_YET, None),
        ({"entry_into_force": {"anchor": "signature", "steps": [{"days": 30}]}}, Force.IN_FORCE, True),
        ({"entry_into_force": PROVISIONALLY}, Force.PROVISIONAL, None),
        (
            {
                "entry_into_force": {"anchor": "signature", "steps": [{"days": 30}]},
                "acts": [{"on": "2020-03", "parties": ["PK", "AZ"]}],
            },
            Force.NOT_KNOWN,
            None,
        ),
        ({"in_force_on": "2026-01-01"}, Force.NOT_YET, False),
        *(
            ({"in_force_on": day, "entry_into_force": PROVISIONALLY}, force, listed)
            for day, force, listed in (
                ("2026-01-01", Force.PROVISIONAL, False),
                ("2025-06", Force.PROVISIONAL, False),
                ("2024-04", Force.IN_FORCE, True),
            )
        ),
        ({"in_force_on": "2020"}, Force.IN_FORCE, True),
        ({"in_force_on": "2025"}, Force.NOT_KNOWN, False),
        ({"in_force_on": "2020-04-01", "duration": FIVE}, Force.EXPIRED, False),
        ({"in_force_on": "2020-04-01", "duration": RENEWED}, Force.IN_FORCE, True),
        ({"in_force_on": "2020-06-16", "duration": FIVE}, Force.IN_FORCE, True),
        ({"in_force_on": "2020-06-15", "duration": FIVE}, Force.EXPIRED, False),
        ({"in_force_on": "2020-04-01", "state": "terminated", "ended_on": "2025-06-15"}, Force.ENDED, False),
        ({"in_force_on": "2020-04-01", "state": "terminated", "ended_on": "2025-06-16"}, Force.IN_FORCE, True),
        ({"state": "superseded", "successor_id": "x", "effective_on": "2024"}, Force.ENDED, False),
    ],
)
def test_whether_it_is_in_force_follows_from_the_clauses_and_the_day(
    known: dict[str, Any], force: Force, listed: bool | None
) -> None:
    members = signed(**known)
    assert standing.force(members, TODAY) is force
    assert in_force(reckoned(members), is_signed=members["state"] in computed.SIGNED, today=TODAY) is listed


def test_the_recorded_day_stands_beside_the_computed_one_and_a_difference_is_told() -> None:
    members = signed(in_force_on="2020-04-01", entry_into_force={"anchor": "signature", "steps": [{"days": 30}]})
    found = computed.entry_of(members)
    assert found
    assert (found.on, computed.in_force_from(members)) == (date(2020, 3, 31), date(2020, 4, 1))
    assert standing.warnings(members, found) == ["Recorded as in force on 2020-04-01, computed as 2020-03-31."]


def test_a_step_is_missing_of_its_party_since_it_could_be_taken() -> None:
    needed = {"AZ": {"ratification": {"status": "needed", "on": "2020-05-01", "note": None}}}
    sent = {"PK": {"what": "notification", "on": "2020-07-01", "channel": None, "note_number": None}}
    members = signed(entry_into_force={"anchor": "last_receipt"}, steps=needed, sent=sent)
    told = [(one.party, one.step, one.since) for one in standing.missing_steps(members)]
    assert told == [
        ("AZ", "ratification", "2020-05-01"),
        ("AZ", "notification", "2020-07-01"),
        ("AZ", "notification", "2020-03-01"),
    ]
    assert reckoned(members)["lacking"] == ["AZ"]


def test_what_happened_on_a_day_that_is_not_known_whole_is_nobody_s_missing_step() -> None:
    clause = {"anchor": "last_notification", "steps": [{"days": 30}]}
    vague = {"PK": {"what": "notification", "on": "2020-07", "channel": None, "note_number": None}}
    members = signed(entry_into_force=clause, sent=vague)
    assert [one.party for one in standing.missing_steps(members)] == ["AZ"]
    assert standing.force(members, TODAY) is Force.NOT_YET
    acts = [{"on": "2020-03", "parties": ["PK"]}, {"parties": ["AZ"]}]
    assert standing.missing_steps(signed(entry_into_force={"anchor": "signature"}, acts=acts)) == []


def test_one_that_is_over_has_no_more_days_for_notice() -> None:
    notice = {"kind": "before_year_end", "months": 6}
    until = {"kind": "until", "on": "2024-12-02", "then": "end"}
    members = reckoned(signed(in_force_on="2020-04-01", duration=until, notice=notice))
    days = {
        str(day): next_notice_day(members, day) for day in (date(2020, 5, 1), date(2023, 5, 1), date(2023, 7, 1), TODAY)
    }
    assert {day: str(found) for day, found in days.items()} == {
        "2020-05-01": "2020-06-30", "2023-05-01": "2023-06-30", "2023-07-01": "None", "2025-06-15": "None"
    }  # fmt: skip


def test_clauses_that_lead_out_of_the_calendar_give_no_day_and_no_fault() -> None:
    members = signed(entry_into_force={"anchor": "signature", "steps": [{"months": 119_988}]}, duration=FIVE)
    assert computed.entry_of(members) is None
    assert standing.force(members, TODAY) is Force.NOT_KNOWN
    assert reckoned(members)["notice_by"] is None


@given(
    begun=st.dates(date(1900, 1, 1), date(2030, 12, 31)),
    months=st.integers(1, 130),
    following=st.integers(1, 130),
    notice=st.integers(0, 24),
    days=st.integers(0, 40),
    today=st.dates(date(2000, 1, 1), date(2060, 12, 31)),
)
def test_the_next_day_for_notice_is_that_of_the_first_period_that_still_has_one(
    begun: date, months: int, following: int, notice: int, days: int, today: date
) -> None:
    duration = {"kind": "period", "months": months, "then": "tacit", "next_months": following}
    clause = {"kind": "before_period_end", "months": notice, "days": days}
    members = signed(in_force_on=str(begun), duration=duration, notice=clause)
    found = next_notice_day(reckoned(members), today)
    assert found
    assert found >= today or found == reckoned(members)["notice_by"]
    # Held to the calculator: the day belongs to the period that contains the day after the notice would end it.
    on_the_day = computed.periods_of(members, begun, found)
    assert on_the_day
    safe = {
        one.last_safe_day_for_notice
        for step in range(-2, 60)
        if (one := computed.periods_of(members, begun, found + timedelta(20 * step)))
    }
    assert found in safe
    earlier = [day for day in safe if day and today <= day < found]
    assert earlier == []


SIX_MONTHS: Final = {"kind": "any_time", "months": 6}
THREE: Final = ("PK", "AZ", "TR")


def left(*notices: tuple[str, str], **known: Any) -> dict[str, Any]:
    """Return the members of an instrument of three parties, in force from 1 April 2020, of which some gave notice."""
    acts = [{"on": "2020-03-01", "place": "Baku", "parties": list(THREE)}]
    told = {party: {"sent_on": day, "received_on": None, "clause": "12", "revoked_on": None} for party, day in notices}
    lasting = {"duration": {"kind": "indefinite"}, "notice": SIX_MONTHS, "in_force_on": "2020-04-01"}
    return signed(**{"contracting_parties": list(THREE), "acts": acts, "notices": told, **lasting, **known})


def test_of_three_parties_one_leaves_and_it_goes_on_between_the_others() -> None:
    """Vienna Convention, 54 to 56 and 70 (2): a denunciation ends it between the party that gave it and each of the others."""
    members = left(("AZ", "2023-08-31"))
    assert (computed.ends_for(members, "AZ"), computed.ends_by_notice(members)) == (date(2024, 2, 29), None)
    assert (standing.force(members, TODAY), reckoned(members)["ends_before"]) == (Force.IN_FORCE, None)
    assert standing.warnings(members, None) == [
        "By its notice it ends for AZ before 2024-02-29, and goes on between the others."
    ]


def test_of_three_parties_the_second_notice_ends_it_for_all() -> None:
    members = left(("AZ", "2023-08-31"), ("TR", "2024-01-15"))
    assert computed.ends_by_notice(members) == reckoned(members)["ends_before"] == date(2024, 7, 15)
    assert (standing.force(members, TODAY), standing.warnings(members, None)) == (Force.EXPIRED, [])
    other_way = left(("TR", "2024-01-15"), ("AZ", "2023-08-31"))
    assert computed.ends_by_notice(other_way) == date(2024, 7, 15)


def test_who_never_became_bound_is_not_left() -> None:
    deposits = {
        party: {"what": "deposit", "on": "2020-04-01", "channel": None, "note_number": None} for party in ("PK", "AZ")
    }
    rule = {"anchor": "nth_deposit", "threshold": {"of": "count", "n": 2}}
    members = left(("AZ", "2023-08-31"), in_force_on=None, entry_into_force=rule, sent=deposits)
    assert computed.ends_by_notice(members) == date(2024, 2, 29)


def test_while_others_may_still_leave_the_next_day_for_notice_is_told() -> None:
    lasting = {"duration": {**RENEWED}, "notice": SIX}
    assert next_notice_day(reckoned(left(("AZ", "2023-08-31"), **lasting)), TODAY) == date(2029, 9, 30)
    both = left(("AZ", "2023-08-31"), ("TR", "2024-01-15"), **lasting)
    assert next_notice_day(reckoned(both), TODAY) is None


@pytest.mark.parametrize(("rules", "wrong"), [(INSTRUMENT_6, []), (INSTRUMENT, ["/ground"])])
def test_by_entries_of_before_alone_the_first_notice_of_three_ends_it_for_all(
    rules: Rules[Facts], wrong: list[str]
) -> None:
    members, parties = left(("AZ", "2023-08-31")), ("PK", "AZ")
    case = Case(members, rules.facts(members, parties, ("en",)), NOON, {}, 1, party="AZ")
    [own] = [one for one in STEPS if one.action is InstrumentAction.TERMINATE and one.who is Who.OWN]
    evidence = {"action": "terminate", "ground": "notice", "notice_of": "AZ", "effective_on": "2024-02-29"}
    assert [one["pointer"] for one in rules.unfit(own, evidence, case)] == wrong


LATER: Final = {"anchor": "own_deposit", "steps": [{"days": 30}]}


@pytest.mark.parametrize(
    ("manner", "days"),
    [
        pytest.param("acceded", {"PK": "2020-03-31", "AZ": "2020-03-31", "TR": "2023-05-31"}, id="it came later"),
        pytest.param(None, {"PK": "2023-05-31", "AZ": "2023-05-31", "TR": "2023-05-31"}, id="it was waited for"),
    ],
)
def test_entry_into_force_waits_for_nobody_who_acceded_to_what_others_had_made(
    manner: str | None, days: dict[str, str]
) -> None:
    act = {"on": "2023-05-01", "place": "Ankara", "parties": ["TR"], **({"manner": manner} if manner else {})}
    rule = {"anchor": "signature", "steps": [{"days": 30}], "later_parties": LATER}
    found = computed.entry_of(signed(contracting_parties=list(THREE), later_acts=[act], entry_into_force=rule))
    assert found
    assert {party: str(day) for party, day in found.by_party.items()} == days


def test_who_acceded_has_no_step_missing_of_what_the_others_had_to_do() -> None:
    sent = {party: {"what": "notification", "on": "2020-04-01"} for party in ("PK", "AZ")}
    act = {"place": "Ankara", "parties": ["TR"], "manner": "acceded"}
    known = {"contracting_parties": list(THREE), "entry_into_force": {"anchor": "last_notification"}, "sent": sent}
    assert [one.party for one in standing.missing_steps(signed(**known))] == ["TR"]
    acceded = signed(**known, later_acts=[act])
    assert (standing.missing_steps(acceded), standing.force(acceded, TODAY)) == ([], Force.IN_FORCE)


def test_of_notes_exchanged_no_place_is_missing() -> None:
    acts = [{"on": "2020-03-01", "parties": ["PK", "AZ"]}]
    assert "acts" not in standing.unknown(signed(acts=acts, manner="notes_exchanged"))
    assert "acts" in standing.unknown(signed(acts=acts, manner="signed"))
    assert "acts" in standing.unknown(signed(acts=acts))


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({}, []),
        ({"notice": None}, ["A notice of PK stands, of which no end can be computed."]),
        ({"notice": {"kind": "none"}}, ["A notice of PK stands, of which no end can be computed."]),
        ({"notice": None, "state": "terminated", "ended_on": "2024-01-01"}, []),
    ],
)
def test_a_notice_of_which_no_end_can_be_computed_is_told(known: dict[str, Any], told: list[str]) -> None:
    both = {"contracting_parties": ["PK", "AZ"], **known}
    assert standing.warnings(left(("PK", "2022-07-15"), **both), None) == told
    vague = left(("PK", "2022-07"), contracting_parties=["PK", "AZ"])
    assert standing.warnings(vague, None) == ["A notice of PK stands, of which no end can be computed."]


def test_a_clause_that_leads_out_of_the_calendar_is_told() -> None:
    members = signed(entry_into_force={"anchor": "signature", "steps": [{"months": 119_988}]})
    found = computed.entry_of(members)
    assert standing.warnings(members, found) == ["The clause on entry into force leads out of the calendar."]


def test_a_notice_received_before_it_was_given_is_told() -> None:
    notice = {"sent_on": "2022-07-15", "received_on": "2022-07-01", "clause": "12", "revoked_on": None}
    members = left(contracting_parties=["PK", "AZ"], notices={"PK": notice})
    assert standing.warnings(members, None) == ["Received before it was given: notice of PK on 2022-07-15."]
    sound = left(contracting_parties=["PK", "AZ"], notices={"PK": {**notice, "received_on": "2022-07"}})
    assert standing.warnings(sound, None) == [], "by its month alone it may have been received later"


@pytest.mark.parametrize(("version", "told"), [(5, "2024-02-28"), (6, "2024-02-28"), (7, None)])
def test_what_it_carries_tells_its_end_by_the_first_of_three_notices_in_entries_of_before_alone(
    version: int, told: str | None
) -> None:
    carried = {"commitment_ids": ["mine"], "titles": {"en": "T"}, "kind": "agreement", "confidentiality": "public"}
    blank = {"instrument": None, "state": "agreed", "suspended_from": None, "unknown": None, "effective_on": None}
    follow = RULES["commitment", FOLLOWED[version]].following["instrument"]
    after = follow("it", "mine", left(("AZ", "2023-08-31"), **carried), {**blank, "confidentiality": "public"}, None)
    assert (after["state"], after["instrument"].get("expires_on")) == ("signed", told)
