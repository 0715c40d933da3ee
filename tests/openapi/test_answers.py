"""Every example of an answer is a real answer: read again, it differs in times, ids and hashes alone."""

import json
import os

from tests.conftest import World
from tests.openapi.answers import FILE, alike, answer, made, readings, writings
from tests.openapi.test_document import DOCUMENT


async def test_the_examples_of_answers_are_real_answers(world: World) -> None:
    await world.sequence()
    pk, administrator = world.as_("PK"), world.as_("administrator")
    given = {name: await answer(pk, administrator, path) for name, path in readings(DOCUMENT)}
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
