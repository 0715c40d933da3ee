"""Commitments of governments as public sources tell them: what the source says and nothing else, no names of people.

What a source leaves out is left out here; a date is as precise as the source's.
"""

from typing import Any, Final

AFGHANISTAN: Final = "http://president.gov.af/en/news/8065"
TREND: Final = "https://en.trend.az/iran/2006654.html"
PHILIPPINES: Final = "https://elibrary.judiciary.gov.ph/thebookshelf/showdocs/35/12992"
VIETNAM: Final = "https://en.vietnamplus.vn/joint-statement-on-philippine-presidents-visit-to-vietnam/99738.vnp"
HINA: Final = "https://hina.hr/OTS/4156883"
LANKA: Final = "https://lankabusinessonline.com/sri-lanka-pakistan-move-towards-stronger-ties-signs-three-mous"
SCOOP: Final = "http://www.scoop.co.nz/stories/GE9908/S00091.htm"
STATE: Final = "http://www.state.gov/p/eur/ci/rs/usrussiabilat/142279.htm"
MEKONG: Final = (
    "https://greatermekong.org/g/statement-eighth-meeting-joint-committee-cross-border-transport-facilitation-agreement"
)
JCTRANS: Final = "http://info.jctrans.net/jcnet/news/logistics/world/2007322424214.shtml"
PRESIDENTS: Final = [{"party": party, "title": "President"} for party in ("AF", "IR", "TJ")]
CHAMBERS: Final = [
    {"party": "BA", "title": "President", "organisation": "Bosnian Chamber of Foreign Trade"},
    {"party": "HR", "title": "President", "organisation": "Croatian Chamber of the Economy"},
]
DEPARTMENTS: Final = [
    {"party": "RU", "organisation": "Ministry of Economic Development of the Russian Federation"},
    {"party": "US", "organisation": "Department of Commerce of the United States of America"},
]
SARAJEVO: Final = {"found_in": "signed", "effective_on": "2003-12-05", "place": "Sarajevo"}


def item(source: str, sector: str, title: str, text: str, agreement: dict[str, Any], **others: Any) -> dict[str, Any]:
    """Return a commitment as it is recorded, with its source."""
    return {
        "source": source, "sector": sector, "titles": {"en": title}, "texts": {"en": text},
        "instrument_required": agreement.get("found_in") == "signed", "agreement": agreement, **others,
    }  # fmt: skip


BODIES: Final[dict[tuple[str, ...], list[dict[str, Any]]]] = {
    ("AF", "IR", "TJ"): [
        item(AFGHANISTAN, "transport", "Railway and energy", "A railway and energy transmission lines from Iran to Afghanistan and Tajikistan.",
             {"found_in": "signed", "effective_on": "2012-03-25", "place": "Dushanbe", "instrument_kind": "agreement", "signatories": PRESIDENTS}),
        item(AFGHANISTAN, "water", "Water pipeline", "Water from Tajikistan to Iran through Afghanistan.", {"agreed_on": "2012-03-25"}),
        item(TREND, "energy", "National grids", "Measures to connect the national grids of the three countries.", {"agreed_on": "2012-03-25"}),
        item(AFGHANISTAN, "institutional", "Tripartite committee", "A committee of all three, to meet in Tehran two months later.",
             {"agreed_on": "2012-03-25"}, target_date="2012-05"),
    ],
    ("BA", "HR"): [
        item(HINA, "consular", "Visas", "Visa requirements are cancelled; an identity card is enough as of 1 January 2004.", SARAJEVO | {"instrument_kind": "agreement"}),
        item(HINA, "customs", "Joint border crossings", "Velika Kladusa and Maljevac; Izacic and Licko Petrovo Selo.", SARAJEVO),
        item(HINA, "european_integration", "European integration", "Cooperation in European integration processes.", SARAJEVO | {"instrument_kind": "protocol"}),
        item(HINA, "trade", "Third markets", "Cooperation in third markets.", SARAJEVO | {"instrument_kind": "protocol", "signatories": CHAMBERS}),
    ],
    ("CN", "KH", "LA", "MM", "TH", "VN"): [
        item(JCTRANS, "transport", "Cross Border Transport Agreement", "Easier movement of people and goods across borders.",
             {"found_in": "signed", "effective_on": "2007-03-20", "place": "Beijing", "instrument_kind": "agreement", "instrument_title": "Cross Border Transport Agreement"}),
        item(MEKONG, "transport", "Early Harvest", "The Early Harvest implementation is extended until 31 December 2026.", {"agreed_on": "2023-12-13"}, target_date="2026-12-31"),
        item(MEKONG, "transport", "Work plan", "A work plan for the period to 2026.", {"agreed_on": "2023-12-13"}, target_date="2026"),
    ],
    ("LK", "PK"): [
        item(LANKA, "education", "Diplomatic training", "Between the diplomatic training institute and the Foreign Service Academy.",
             {"found_in": "signed", "effective_on": "2018-03", "instrument_kind": "mou", "signatories": [{"party": "LK", "title": "State Minister"}]}),
        item(LANKA, "energy", "Experience in oil and gas", "Pakistan is willing to provide its experience at any time.", {"agreed_on": "2018-03"}, verb="offered"),
        item(LANKA, "trade", "One billion", "To achieve a target of one billion US dollars.", {"agreed_on": "2018-03"}),
    ],
    ("PH", "VN"): [
        item(PHILIPPINES, "institutional", "Joint commission", "A joint commission for bilateral cooperation.",
             {"found_in": "signed", "effective_on": "1994-03-28", "instrument_kind": "mou",
              "instrument_title": "Memorandum of Understanding on the Establishment of a Joint Commission for Bilateral Cooperation"}),
        item(PHILIPPINES, "institutional", "Economic commission", "A joint commission for economic cooperation.", {"agreed_on": "1992-02-27"}),
        item(PHILIPPINES, "institutional", "Trade commission", "A joint commission on trade.", {"agreed_on": "1992-02-27"}),
        item(VIETNAM, "political", "Strategic partnership", "A strategic partnership is established.", {"found_in": "implemented", "effective_on": "2015-11"}),
        item(VIETNAM, "political", "Exchanges", "Bilateral exchanges are to increase.", {"agreed_on": "2016-09"}, paragraph="6.a"),
    ],
    ("RU", "US"): [
        item(SCOOP, "space", "Launch quota", "Four more commercial launches to geosynchronous orbit.", {"agreed_on": "1999"}),
        item(STATE, "trade", "Working group", "A working group for business development and economic relations.",
             {"found_in": "signed", "effective_on": "2010-03-16", "instrument_kind": "mou", "signatories": DEPARTMENTS}),
        item(STATE, "trade", "Meetings of the working group", "The co-chairs meet once a year at least.", {"agreed_on": "2010-03-16"}, paragraph="1.1"),
    ],
}  # fmt: skip
"""Of each body, by its parties: what they agreed."""
MERGED: Final = {"action": "merge", "effective_on": "1994-03-28", "reason": "Subsumed under the joint commission."}
"""What became of the two commissions before it, by the memorandum of 1994."""
