"""Twenty-four commitments of five bodies as a clerk writes them from the news of their signing: nothing is asked for that it does not say."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from service.exchange.rules import reading
from service.exchange.rules.columns import column_of
from service.exchange.rules.creating import creating
from service.exchange.rules.plan import Does, Import, Plan
from service.register.commitments.schemas import CommitmentCreate

Row = Mapping[str, str]
ID = "01940000-0000-7000-8000-000000000001"
TREND = "https://en.trend.az/azerbaijan/politics/3383897.html"
TRT = "https://www.trtworld.com/article/68b0a10e1333"
AZERNEWS = "https://www.azernews.az/business/194083.html"
DAWN = "http://www.dawn.com/2006/01/01/top5.htm"
PROPAKISTANI = (
    "https://propakistani.pk/2021/07/14/pakistan-and-uzbekistan-to-explore-venues-for-enhancing-bilateral-trade/"
)
ASTANA = "https://astanatimes.com/2022/12/pakistan-kazakhstan-agree-to-enhance-cooperation-at-intergovernmental-commission-in-islamabad/"
TODAY = "http://www.today.az/news/business/215191.html"
COUNCIL = "https://en.trend.az/business/3712730.html"
ANKARA = {"session": "AZ-TR/09", "agreed_on": "2021-02-19", "found_in": "signed", "signed_on": "2021-02-19"}
ANKARA |= {"signed_place": "Ankara", "source": TREND}
BAKU = {"session": "AZ-TR/12", "agreed_on": "2025-12-22", "source": TRT}
HUNGARY = {
    "session": "AZ-HU/08",
    "agreed_on": "2022-02-03",
    "state": "Signed",
    "signed_on": "2022-02-03",
    "source": TODAY,
}
TASHKENT = {"session": "PK-UZ/02", "agreed_on": "2005-12", "source": DAWN}
SIXTH = {"session": "PK-UZ/06", "agreed_on": "2021-07-14", "source": PROPAKISTANI}
AIR = {
    "agreed_on": "2022-12-22",
    "found_in": "signed",
    "signed_on": "2022-12-22",
    "signed_place": "Islamabad",
    "source": ASTANA,
}
ROWS: dict[str, list[Row]] = {
    "AZ-TR": [
        {**ANKARA, "sector": "Education", "title.en": "Vocational education", "instrument": "Protocol: Cooperation in vocational education"},
        {**ANKARA, "sector": "Trade", "title.en": "Halal accreditation", "instrument": "MoU: Cooperation in halal products accreditation"},
        {**ANKARA, "sector": "Trade", "title.en": "TURKAK and AzAK", "instrument": "protocol: Cooperation between TURKAK and AzAK"},
        {**ANKARA, "sector": "Transport", "title.en": "Research in transport", "instrument": "MOU: Research and development in transport"},
        {**ANKARA, "sector": "economy", "kind": "Plan", "title.en": "Economic cooperation", "instrument": "Action plan: Economic cooperation",
         "signatory.AZ": "Ali Asadov | Prime Minister", "signatory.TR": "Fuat Oktay | Vice President"},
        {**BAKU, "sector": "Trade", "title.en": "Explore the possibilities of signing a Free Trade Agreement"},
        {**BAKU, "sector": "Investment", "title.en": "Cooperation in investment and service trade in third countries"},
        {**BAKU, "sector": "Customs", "kind": "Body to be founded", "title.en": "Working group on the New Computerized Transit System"},
        {**BAKU, "sector": "Industry", "title.en": "Establish joint industrial training centres"},
        {**BAKU, "sector": "Agriculture", "title.en": "Sign a cooperation agreement in agriculture", "instrument": "Agreement"},
    ],
    "AZ-TR.LAB": [
        {"session": "AZ-TR.LAB/10", "sector": "Social protection", "title.en": "Supplementary accord", "found_in": "signed", "source": AZERNEWS,
         "effective_on": "2022-05", "instrument": "agreement: Supplementary accord amending the Procedural Agreement dated May 6, 2004",
         "signatory.AZ": "Sahil Babayev", "signatory.TR": "Vedat Bilgin"},
    ],
    "PK-UZ": [
        {**TASHKENT, "sector": "transit", "title.en": "Enter into a trilateral transit trade agreement with Afghanistan"},
        {**TASHKENT, "sector": "trade", "title.en": "Purchase cotton from Uzbekistan on a regular basis"},
        {**TASHKENT, "sector": "Science", "kind": "body-to-be-founded", "title.en": "Joint committee on science and technology"},
        {**SIXTH, "sector": "trade", "title.en": "Finalize the Preferential Trade Agreement", "due_text": "within 3 months"},
        {**SIXTH, "sector": "trade", "title.en": "Specialized exhibitions in Tashkent and Islamabad"},
        {**SIXTH, "sector": "banking", "title.en": "Develop interbank cooperation"},
        {"session": "PK-UZ/09", "agreed_on": "2024-11-04", "sector": "Trade", "title.en": "E-commerce", "state": "signed",
         "signed_on": "2024-11-04", "signed_place": "Tashkent", "instrument": "MoU: Cooperation in E-commerce"},
    ],
    "PK-KZ": [
        {**AIR, "sector": "Civil aviation", "title.en": "Flights between Almaty and Lahore, Karachi", "due_on": "2023-03", "instrument": "agreement",
         "signatory.KZ": "Talgat Lastayev | Chairman | Civil Aviation Committee",
         "signatory.PK": "Khaqan Murtaza | Director General | Civil Aviation Authority"},
        {**AIR, "sector": "Trade", "title.en": "Six memoranda on the supply of goods", "instrument": "MoU"},
    ],
    "AZ-HU": [
        {**HUNGARY, "sector": "Environment", "title.en": "Memorandum with the Ministry of Ecology", "instrument": "MoU", "signed_place": "Baku",
         "signatory.AZ": "Mukhtar Babayev | Ecology and Natural Resources Minister", "signatory.HU": "Peter Szijjarto | Foreign Minister"},
        {**HUNGARY, "sector": "Food safety", "title.en": "Memorandum on food security", "instrument": "mou: Food security",
         "signatory.AZ": "Goshgar Tahmazli | Chairman | Food Security Agency", "signatory.HU": "Peter Szijjarto"},
        {**HUNGARY, "sector": "Education", "title.en": "Teaching of Hungarian at the University of Languages"},
        {"session": "AZ-HU/09", "agreed_on": "2023-02", "found_in": "Signed", "sector": "trade", "title.en": "Joint Business Council",
         "instrument": "agreement: Establishing a Joint Azerbaijan-Hungary Business Council", "source": COUNCIL},
    ],
}  # fmt: skip
EACH = [(code, row) for code, rows in ROWS.items() for row in rows]


def planned(code: str, row: Row) -> Plan:
    """Return what a row would do, as the register reads it."""
    said = {}
    for name, cell in row.items():
        found = column_of(name)
        assert found, name
        said[name] = reading.text(cell, found[0])
    return creating(said, Import(code[:2], code, (code[:2], code[3:5]), "R", proposes=False, names=str))


def texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize(("code", "row"), EACH, ids=[row["title.en"] for _, row in EACH])
def test_a_row_of_the_news_is_taken_and_nothing_is_added_to_it(code: str, row: Row) -> None:
    plan = planned(code, row)
    assert [one.action for one in plan.items] == [Does.CREATE], plan.items
    body: dict[str, Any] = plan.changes[0].body
    made = CommitmentCreate.model_validate(body | {"commission_id": ID, "session_id": ID})
    assert made.texts == made.titles
    written = " ".join(row.values()).lower().replace(" ", "_").replace("-", "_")
    added = {one for one in texts(body) if one.lower().replace(" ", "_").replace("-", "_") not in written}
    assert added <= {code, *code.split(".", maxsplit=1)[0].split("-")}


def test_a_row_without_a_title_says_so_once() -> None:
    plan = planned("AZ-TR", {**BAKU, "sector": "Trade"})
    assert [(one.action, one.column) for one in plan.items] == [(Does.REFUSED, "title")]
    assert "in one language at least" in str(plan.items[0].problem)


@pytest.mark.parametrize(
    ("name", "cell", "said"),
    [
        ("kind", "Body", "did you mean body_to_be_founded?"),
        ("verb", "agreed in principle", "(agreed, noted, requested, offered); did you mean agreed?"),
        ("confidentiality", "secret", "none of its codes (public, parties, restricted)"),
    ],
)
def test_a_code_that_is_none_is_refused_with_the_nearest(name: str, cell: str, said: str) -> None:
    found = column_of(name)
    assert found
    with pytest.raises(ValueError, match="which is none of its codes") as refused:
        reading.text(cell, found[0])
    assert said in str(refused.value)
