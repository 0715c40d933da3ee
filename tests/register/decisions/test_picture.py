"""The drawn lifecycle is the table: every step an arrow between its own two states, and no arrow more."""

import re
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from xml.etree import ElementTree as ET

import pytest

from service.register.decisions.engine.matter import Matter
from service.register.decisions.rules.lifecycle import BACK
from service.register.decisions.rules.picture import BACK_TO, drawn
from service.register.matters import MATTERS
from tests.conftest import World

SVG = "{http://www.w3.org/2000/svg}"
EVERY = pytest.mark.parametrize("matter", MATTERS, ids=[matter.kind for matter in MATTERS])


def columns(picture: ET.Element) -> dict[str, float]:
    """Return where the column of each state stands, by what is written above it."""
    heads = list(picture.iterfind(f"{SVG}g/{SVG}text[@text-anchor]"))
    return {str(head.text): float(head.attrib["x"]) for head in heads}


def ends(arrow: ET.Element) -> tuple[float, float]:
    """Return where an arrow begins, at its dot, and where it ends, at the tip of its head."""
    dot, *_, head = arrow.iterfind(f"./{SVG}*[@class='end']")
    tip = re.match(r"M(\d+) ", head.attrib["d"])
    assert tip
    return float(dot.attrib["cx"]), float(tip[1])


@EVERY
def test_every_step_of_the_table_is_an_arrow_from_its_source_to_its_target(matter: Matter) -> None:
    table = matter.rules.lifecycle
    picture = ET.fromstring(drawn(table))
    places = columns(picture)
    found = Counter[tuple[str, str, str, str]]()
    for arrow in picture.iterfind(f".//{SVG}g[@data-action]"):
        told = tuple(arrow.attrib[f"data-{name}"] for name in ("action", "source", "target"))
        source, target = (BACK_TO if name == BACK else name.replace("_", " ") for name in told[1:])
        assert ends(arrow) == (places[source], places[target]), told
        found[(*told, arrow.attrib["class"].removeprefix("step "))] += 1  # type: ignore[index]
    assert found == Counter((str(one.action), str(one.source), str(one.target), str(one.who)) for one in table.steps)


@EVERY
def test_two_arrows_that_share_a_line_share_what_the_line_is_called(matter: Matter) -> None:
    picture = ET.fromstring(drawn(matter.rules.lifecycle))
    called = {
        float(text.attrib["y"]) - 4: str(text.text).strip() for text in picture.iterfind(f"{SVG}text[@class='action']")
    }
    lines = {
        (float(line.attrib["cy"]), arrow.attrib["data-action"])
        for arrow in picture.iterfind(f".//{SVG}g[@data-action]")
        for line in arrow.iterfind(f"{SVG}circle")
    }
    assert {(called.get(y) or called[y + 5]).replace(" ", "_") for y, _ in lines} == {action for _, action in lines}
    for y, action in lines:
        assert (called.get(y) or called[y + 5]).replace(" ", "_") == action


@pytest.mark.parametrize("kind", [matter.kind for matter in MATTERS])
async def test_anybody_sees_the_picture_of_any_kind_of_matter_under_a_policy_that_lets_in_its_own_style_alone(
    still: World, kind: str
) -> None:
    answer = await still.as_("").get("/v1/lifecycle/picture", params={"kind": kind})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    style = ET.fromstring(answer.text).findtext(f"{SVG}style")
    digest = b64encode(sha256(str(style).encode()).digest()).decode()
    assert answer.headers["content-security-policy"] == f"default-src 'none'; style-src 'sha256-{digest}'"
    assert answer.headers["etag"]


async def test_there_is_no_picture_of_what_is_no_kind_of_matter(still: World) -> None:
    answer = await still.as_("").get("/v1/lifecycle/picture", params={"kind": "treaty"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "kind"
