"""Twelve attacks by the host, carried out on a real database: what catches each, and that the documentation says no more."""

import re
from pathlib import Path

import pytest

from tests.attacks import ways
from tests.attacks.scene import Scene, begin
from tests.attacks.table import ATTACKS, Attack
from tests.conftest import Maker, World

SECURITY = Path(__file__).parent.parent.parent / "SECURITY.md"
EVERY_WAY = [
    pytest.param(attack, way, id=f"{number}: {way.__name__}")
    for number, attack in enumerate(ATTACKS, 1)
    for way in attack.ways
]


@pytest.fixture
async def scene(world: World, tmp_path: Path, make_world: Maker) -> Scene:
    """A register in which all is signed, witnessed, kept and proven."""
    return await begin(world, tmp_path, make_world)


async def test_a_host_that_does_nothing_wrong_is_proven_right_by_every_check(scene: Scene) -> None:
    assert await ways.nothing_wrong(scene) == {}
    exported = scene.place / "after"
    for policy, kept in ((scene.policy(), None), (scene.policy(), scene.kept), (scene.demanding, scene.kept)):
        status, said = scene.verify(exported, policy, kept)
        assert (status, said.splitlines()[-1].partition(":")[0]) == (0, "PROVEN")


@pytest.mark.parametrize(("attack", "way"), EVERY_WAY)
async def test_an_attack_is_caught_by_what_the_table_says_and_by_nothing_else(
    scene: Scene, attack: Attack, way: ways.Way
) -> None:
    found, expected = await way(scene), attack.ways[way]
    assert set(found) == set(expected)
    for check, said in expected.items():
        assert re.search(said, found[check]), found[check]


def test_the_documentation_claims_what_was_tried_and_no_more() -> None:
    rows = [line for line in SECURITY.read_text().splitlines() if re.match(r"\| \d+ \|", line)]
    assert rows == [
        f"| {number} | {attack.name} | {attack.caught} | {attack.by or '–'} | {attack.why_not or '–'} |"
        for number, attack in enumerate(ATTACKS, 1)
    ]
    assert len(rows) == 12


def test_what_nothing_catches_and_what_others_must_keep_is_explained() -> None:
    for attack in ATTACKS:
        assert bool(attack.why_not) == (attack.caught != "yes"), attack.name
