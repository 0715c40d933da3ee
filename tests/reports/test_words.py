"""All that reports say has its translation, and there is no translation of anything else."""

from datetime import date
from itertools import chain

import pytest

from service.board import words as board
from service.http.languages import TRANSLATED, catalogue
from service.permissions import Confidentiality
from service.register.commitments.rules.amendment import Verb
from service.register.commitments.rules.kinds import Hint
from service.register.commitments.rules.lifecycle import Action, State
from service.register.commitments.rules.reporting import Delay, Level
from service.register.instruments.rules.lifecycle import InstrumentState
from service.register.instruments.rules.standing import Force
from service.register.instruments.rules.terms import Then
from service.register.instruments.rules.texts import InstrumentKind
from service.reports import formats, spreadsheets
from service.reports.formats import Form, Told
from service.reports.names import SECTORS, name_of
from service.reports.pdf import instruments, lines, pages, return_pages
from service.reports.rules.counting import LATER, OTHER_VERB, UNCONFIRMED
from service.reports.words import FOLDER
from tests.conftest import World
from tests.reports.test_pdf import reported
from tests.reports.test_spreadsheets import SHEETS

REASONS = (LATER, UNCONFIRMED, *(f"{OTHER_VERB}{verb}" for verb in Verb if verb is not Verb.AGREED))
CODES = (
    *chain(State, Verb, Hint, Action, Level, Delay, InstrumentKind, InstrumentState, Force, Then, Confidentiality),
    *SECTORS,
    *REASONS,
)


async def test_all_that_reports_say_is_translated_and_nothing_else(
    still: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = {name_of(str(one)) for one in CODES} | {lines.SHORTENED, lines.UNREADABLE}

    def hear(english: str, _: str) -> str:
        heard.add(english)
        return english

    report, returned = await reported(still), (await still.as_("PK").get("/v1/returns/instruments")).json()
    for room in (spreadsheets, instruments, lines, pages, return_pages):
        monkeypatch.setattr(room, "said", hear)
    for form, told in ((formats.REPORT, report), (formats.RETURN, returned)):
        _write(form, told)
    for language in TRANSLATED:
        known = {str(one.id): str(one.string) for one in catalogue(language, FOLDER) if one.id}
        assert set(known) == heard
        assert all(known.values())
        assert all(len(known[name]) <= 31 for name in SHEETS)
        # The pages call a state as reports do.
        assert all(board.said(board.name_of(one), language) == known[name_of(one)] for one in map(str, State))


def _write(form: Form, told: Told) -> None:
    """Write all that a report says, as a workbook and as pages."""
    spreadsheets.as_xlsx(form.tables(told), "", date(2026, 1, 1), "", "fr")
    form.pages(told, "fr")
