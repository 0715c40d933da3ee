"""What is wrong with a value is told by what must stand there: plain words, an example, the place in the body."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from service.errors import InvalidContent, shapes
from service.http.openapi.spelling import each
from service.register.commissions.schemas import CommissionCreate
from service.register.commissions.session_schemas import SessionCreate
from service.register.commitments.party_schemas import PartyFactsPatch
from service.register.commitments.rules.evidence import MODELS, Amend, Sign
from service.register.commitments.schemas import CommitmentCreate
from service.register.decisions.schemas import ConfirmationsCreate, ProposalsCreate
from service.register.parties.schemas import PrincipalCreate

Asked = type[BaseModel]
RUBBISH: list[Any] = [None, True, -1, 2**70, 1.5, "", " ", "é", "x" * 30_000, "\x00", [], [[]], {}, {"a": {"b": []}}]
PHRASES = (
    "input should",
    "string should",
    "value error",
    "not permitted",
    "should match",
    "field required",
    "dictionary",
)
REQUESTS: list[Asked] = [
    CommissionCreate,
    SessionCreate,
    CommitmentCreate,
    PartyFactsPatch,
    PrincipalCreate,
    ConfirmationsCreate,
    ProposalsCreate,
    *MODELS.values(),
]


@cache
def published(model: Asked) -> Any:
    """Return the schema of a model, made once: it takes longer than all else here."""
    return model.model_json_schema()


def told(model: Asked, body: Any) -> dict[str, str]:
    """Return what is said of `body`, by pointer."""
    try:
        model.model_validate(body)
    except ValidationError as wrong:
        return {one["pointer"]: one["detail"] for one in shapes.faults(wrong.errors(), published(model))}
    return {}


def spoiled(model: Asked) -> Iterator[dict[str, Any]]:
    for name in [*model.model_fields, "nonsense"]:
        for value in RUBBISH:
            yield {name: value}
            yield {name: [value]}
            yield {name: {"en": value, "reason": value, "titles": {"en": value, "zz zz": "x"}}}


@pytest.mark.parametrize("model", REQUESTS)
def test_no_phrase_of_a_library_reaches_anybody(model: Asked) -> None:
    for body in spoiled(model):
        for detail in told(model, body).values():
            assert not [phrase for phrase in PHRASES if phrase in detail.lower()], detail
            assert "^" not in detail or '"' in detail
            assert len(detail) < 500


@pytest.mark.parametrize(
    ("model", "body", "pointer", "said"),
    [
        (SessionCreate, {"host_party": "Pakistan"}, "/host_party", 'must be a text like "PK" (ISO 3166-1'),
        (SessionCreate, {"ordinal": "eight"}, "/ordinal", 'must be a whole number from 1 to 999, not "eight"'),
        (SessionCreate, {"action": "recrod"}, "/action", 'did you mean "record"?'),
        (SessionCreate, {"action": "over"}, "/action", '"plan" or "record", not "over"'),
        (SessionCreate, {}, "/action", "is needed"),
        (SessionCreate, {"co_chair": {"name": "A"}}, "/co_chair/title", "is needed: a text"),
        (SessionCreate, {"venue": "x" * 301}, "/venue", "has 301 characters; must be a text of 1 to 300 characters"),
        (SessionCreate, {"venue": " "}, "/venue", "holds nothing that can be seen"),
        (SessionCreate, [], "", "must be an object"),
        (
            CommitmentCreate,
            {"commission_id": "x"},
            "/commission_id",
            'must be a text like "PK-AZ" (Id (UUID) or code of the commission)',
        ),
        (CommitmentCreate, {"titles": {"zz zz": "x"}}, "/titles/zz zz", "its name must be a text, such as"),
        (CommitmentCreate, {"titles": {"a/b~": "x"}}, "/titles/a~1b~0", "its name must be a text, such as"),
        (CommitmentCreate, {"titles": {"en": 5}}, "/titles/en", "must be a text of 1 to 300 characters, not 5"),
        (CommitmentCreate, {"title": {}}, "/title", 'is not known here; did you mean "titles"?'),
        (
            PartyFactsPatch,
            {"wrong": 1},
            "/wrong",
            "known here: lead_organisation_id, further_lead_organisation_ids, focal_point",
        ),
        (Sign, {"expires_at": "2027-01-01T00:00"}, "/expires_at", "must be a moment with its offset, such as 2025-"),
        (Sign, {"signatories": [{}, 7]}, "/signatories/1", "must be an object, not 7"),
        (Sign, {"signatories": [{"party": "pk"}]}, "/signatories/0/party", 'like "PK"'),
        (CommitmentCreate, {"item": 4}, "/item", 'did you mean "item_number"?'),
        (SessionCreate, {"host": "PK"}, "/host", 'did you mean "host_party"?'),
        (CommissionCreate, {"parties": ["PK"]}, "/parties", "has 1 item; must be a list of 2 to 20 items"),
        (ProposalsCreate, {"matters": [{"id": "PK-AZ/08/001"}]}, "/matters/0/id", 'did you mean "matter_id"?'),
        (ProposalsCreate, {"matters": [{"x": 1}]}, "/matters/0/x", "is not known here; known here: matter_id, version"),
        (ConfirmationsCreate, {"transitions": [{"digest": "x"}]}, "/transitions/0/digest", "known here: id, reviewed"),
        (Amend, {"changes": {"confidentiality": "secret"}}, "/changes/confidentiality", '"parties" or "restricted"'),
    ],
)
def test_a_wrong_value_is_told_by_what_is_wanted_and_where(model: Asked, body: Any, pointer: str, said: str) -> None:
    assert said in told(model, body)[pointer]


def test_a_member_that_is_known_elsewhere_is_told_where() -> None:
    with pytest.raises(ValidationError) as wrong:
        PartyFactsPatch.model_validate({"target_date": "2027"})
    (one,) = shapes.faults(wrong.value.errors(), PartyFactsPatch.model_json_schema(), lambda name: f"see {name}")
    assert one == {"pointer": "/target_date", "detail": "is not known here; see target_date"}


def test_what_generators_read_is_read_here_too() -> None:
    schema = {
        "type": "object",
        "properties": {
            "day": {"type": ["string", "null"], "examples": ["2024-07"]},
            "who": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Who"}]},
            "titles": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "propertyNames": {"examples": ["az"]},
            },
        },
    }
    root = {"components": {"schemas": {"Who": {"enum": ["PK", "AZ"]}}}}
    found = [("day",), ("who",), ("titles", "zz zz", "[key]")]
    said = [shapes.tell({"type": "string_type", "loc": loc, "input": 7}, schema, root)[1] for loc in found]
    assert said[0] == 'must be a text, such as "2024-07", not 7'
    assert said[1] == 'must be "PK" or "AZ", not 7'
    assert said[2] == 'its name must be a text, such as "az", not 7'


def test_what_is_sound_is_what_remains_without_the_wrong_places() -> None:
    body = {"place": 5, "signatories": [{"party": "pk", "name": "A"}, 7], "titles": {"en": "x", "zz zz": "y"}}
    wrong = [("place",), ("signatories", 0, "party"), ("signatories", 1), ("titles", "zz zz", "[key]"), ("absent",)]
    assert shapes.sound(body, wrong) == {"signatories": [{"name": "A"}, {}], "titles": {"en": "x"}}
    assert body["place"] == 5


def test_thousands_of_faults_are_told_by_the_first_hundred() -> None:
    with pytest.raises(ValidationError) as wrong:
        PartyFactsPatch.model_validate({f"x{number}": 1 for number in range(5_000)})
    faults = shapes.faults(wrong.value.errors(), PartyFactsPatch.model_json_schema())
    assert len(faults) == shapes.MOST
    assert InvalidContent.listing(faults).detail.startswith("at least 100 things are wrong: /x0 is not known here")


@pytest.mark.parametrize("model", REQUESTS)
def test_what_has_a_pattern_says_by_an_example_or_in_words_how_it_is_written(model: Asked) -> None:
    found = list(each(model.model_json_schema()))
    # What may be null says beside its branches what it is.
    inside = [branch for one in found for branch in one.get("anyOf", ())]
    said = [{**branch, **one} for one in found for branch in one.get("anyOf", [one]) if one not in inside]
    assert not [one for one in said if "pattern" in one and not (one.get("examples") or one.get("description"))]
    digest = told(Sign, {"authentic_texts": [{"language": "en", "reference": "x", "sha256": "00"}]})
    example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    assert (
        digest["/authentic_texts/0/sha256"]
        == f'must be a text like "{example}" (SHA-256 of the document, in hex), not "00"'
    )
