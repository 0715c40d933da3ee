"""Every example of an answer is a real answer: read again, it differs in times, ids and hashes alone."""

import json
import os

from tests.conftest import World
from tests.openapi.answers import FILE, alike, answer, made, readings, writings
from tests.openapi.test_document import DOCUMENT


async def test_the_examples_of_answers_are_real_answers(world: World) -> None:
    await world.sequence()
    pk, administrator = world.as_("PK"), world.as_("administrator")
    given = {name: await answer(pk, administrator, name, path) for name, path in readings(DOCUMENT)}
    given |= {name: await made(pk, *asked) for name, asked in writings(DOCUMENT)}
    kept = json.loads(FILE.read_text())
    if "PACTA_WRITE_ANSWERS" in os.environ:
        # One that differs in times and ids alone stays as it is: a change shows what it changes.
        told = {name: alike(one) for name, one in kept.items()}
        kept = {name: kept[name] if told.get(name) == alike(one) else one for name, one in given.items()}
        FILE.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    assert kept.keys() == given.keys()
    for name, one in given.items():
        assert alike(kept[name]) == alike(one), f"{name}: write them anew with `uv run poe answers`"


def test_every_operation_has_a_named_example() -> None:
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            body = operation.get("requestBody", {}).get("content", {}).values()
            answers = operation["responses"].get("200", {}).get("content", {}).values()
            parameters = operation.get("parameters", [])
            assert any(one.get("examples") for one in [*body, *answers, *parameters]), operation["operationId"]


def test_every_answer_has_an_example_or_says_that_it_is_a_file() -> None:
    shown = told = 0
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            for status, given in operation["responses"].items():
                for kind, content in given.get("content", {}).items():
                    if content.get("examples"):
                        shown += 1
                        continue
                    assert content["schema"]["format"] == "binary", (operation["operationId"], status, kind)
                    assert "no example" in content["schema"]["description"], (operation["operationId"], status, kind)
                    assert not kind.startswith("text/"), (operation["operationId"], status, kind)
                    told += 1
    assert (shown > 700, told > 20) == (True, True), (shown, told)
