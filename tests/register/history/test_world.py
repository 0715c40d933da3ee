"""In which state a commitment was on a day: by the days that its moves tell, as they were put right since."""

from datetime import date
from typing import Any

import pytest

from service.register.history.rules.lives import Life, Move, Proposal
from service.register.history.rules.world import on, spans

AT = "2026-03-10T10:00:00.000000Z"


def life(*moves: tuple[str, str | None, str | None, dict[str, Any]]) -> Life:
    """Return a commitment with these moves: action, day, the state it led to, evidence. The leaf of each is its number."""
    made = Life("c", "commitment", 2, {}, "PK", AT)
    for number, (action, day, state, evidence) in enumerate(moves):
        proposal = Proposal(str(number), action, "PK", AT, ["AZ"], evidence)
        made.moves.append(Move(str(number), number, action, proposal, AT, day, {"state": state} if state else {}))
    return made


def agree(**evidence: Any) -> tuple[str, str | None, str | None, dict[str, Any]]:
    return ("agree", None, evidence.get("found_in", "agreed"), evidence)


SIGN = ("sign", "2025-06", "signed", {"effective_on": "2025-06"})
IMPLEMENT = ("implement", "2025-12-31", "implemented", {"effective_on": "2025-12-31"})


def correct(of: int, fact: str, value: str | None) -> tuple[str, str | None, str | None, dict[str, Any]]:
    return ("correct", "2026-03-10", None, {"corrects": str(of), "fact": fact, "value": value})


REINSTATE = ("reinstate", "2026-03-10", "signed", {"undoes": "2"})


@pytest.mark.parametrize(
    ("moves", "states"),
    [
        ([agree(agreed_on="2024-02")], {"2024-02-28": None, "2024-02-29": "agreed", "2026-03-10": "agreed"}),
        ([agree(agreed_on="2024"), SIGN], {"2025-06-29": "agreed", "2025-06-30": "signed"}),
        ([agree(agreed_on="2024"), SIGN, correct(1, "effective_on", "2025-05-01")], {"2025-05-01": "signed"}),
        ([agree(agreed_on="2024"), SIGN, correct(1, "place", "Baku")], {"2025-06-29": "agreed"}),
        (
            [
                agree(agreed_on="2024"),
                SIGN,
                correct(1, "effective_on", "2025-05-01"),
                correct(2, "effective_on", "2025-04-01"),
            ],
            {"2025-04-01": "signed", "2025-03-31": "agreed"},
        ),
        # Not known any more: it was so when the record heard of it.
        (
            [agree(agreed_on="2024"), SIGN, correct(1, "effective_on", None)],
            {"2026-03-09": "agreed", "2026-03-10": "signed"},
        ),
        # Undone as a mistake, it never was; revived from a day on, it was until then.
        ([agree(agreed_on="2024"), SIGN, IMPLEMENT, REINSTATE], {"2026-01-01": "signed", "2026-03-10": "signed"}),
        (
            [
                agree(agreed_on="2024"),
                SIGN,
                IMPLEMENT,
                (*REINSTATE[:1], "2026-02-01", "signed", {"undoes": "2", "effective_on": "2026-02-01"}),
            ],
            {"2026-01-31": "implemented", "2026-02-01": "signed"},
        ),
        # Signed before a session took it up: a commitment from then on.
        (
            [agree(agreed_on="2025-01-24", found_in="signed", effective_on="2024-07")],
            {"2024-12-31": None, "2025-01-23": None, "2025-01-24": "signed"},
        ),
        (
            [agree(agreed_on="2020", found_in="implemented", signed_on="2021", effective_on="2022-02")],
            {"2020-12-30": None, "2020-12-31": "agreed", "2021-12-31": "signed", "2022-02-28": "implemented"},
        ),
        # When it was agreed is not known: not after it was signed.
        ([agree(found_in="signed", effective_on="2019")], {"2019-12-30": None, "2019-12-31": "signed"}),
        ([agree(found_in="signed")], {"2026-03-09": None, "2026-03-10": "signed"}),
        # Of a year that still runs it was told in March, so it was so in March.
        ([agree(agreed_on="2026")], {"2026-03-09": None, "2026-03-10": "agreed"}),
    ],
)
def test_the_state_on_a_day_is_that_to_which_the_last_move_by_then_had_led(
    moves: list[Any], states: dict[str, str | None]
) -> None:
    turns = spans(life(*moves))
    assert {day: on(turns, date.fromisoformat(day)).state for day in states} == states


@pytest.mark.parametrize(
    ("moves", "day", "uncertain"),
    [
        ([agree(agreed_on="2024-02")], "2024-02-01", ("agreed",)),
        ([agree(agreed_on="2024-02")], "2024-01-31", ()),
        ([agree(agreed_on="2024"), SIGN], "2025-06-01", ("signed",)),
        ([agree(agreed_on="2024"), SIGN], "2025-05-31", ()),
        ([agree(agreed_on="2024"), SIGN], "2025-06-30", ()),
        ([agree(agreed_on="2024"), SIGN, correct(1, "effective_on", None)], "2025-01-01", ("signed",)),
    ],
)
def test_what_a_date_leaves_open_is_said(moves: list[Any], day: str, uncertain: tuple[str, ...]) -> None:
    assert on(spans(life(*moves)), date.fromisoformat(day)).uncertain == uncertain


def test_what_changes_no_state_begins_nothing() -> None:
    assert [one.state for one in spans(life(agree(agreed_on="2024"), ("amend", "2025", None, {})))] == ["agreed"]
