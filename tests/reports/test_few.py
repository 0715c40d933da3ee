"""Whole logs are counted a few at once, whoever asks; everything else goes on."""

from contextlib import ExitStack

from service.reports.few import counts
from tests.conftest import COMMISSION, World

BROWSER = {"Accept": "text/html"}


async def test_who_would_be_one_too_many_is_told_to_come_back_and_other_pages_go_on(still: World) -> None:
    figures = "/read/commissions/PK-AZ/figures"
    with ExitStack() as busy:
        while counts.free > 1:
            busy.enter_context(counts.one())
        assert (await still.as_("").get(figures, headers=BROWSER)).status_code == 503, (
            "the last is for who has signed in"
        )
        assert (await still.as_("PK").get(f"/v1/commissions/{COMMISSION}/metrics")).status_code == 200
        busy.enter_context(counts.one())
        for path in (f"/v1/commissions/{COMMISSION}/metrics", "/v1/sessions/PK-AZ/08/report"):
            refused = await still.as_("PK").get(path)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
            assert "whole logs" in refused.json()["detail"]
        assert (await still.as_("").get(figures, headers=BROWSER)).status_code == 503
        page = await still.as_("").get("/read/commissions/PK-AZ", headers=BROWSER)
        assert (page.status_code, "fully implemented" in page.text) == (200, False)
    page = await still.as_("").get("/read/commissions/PK-AZ", headers=BROWSER)
    assert "fully implemented" in page.text
    assert (await still.as_("").get(figures, headers=BROWSER)).status_code == 200
