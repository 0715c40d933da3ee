"""What a new member of a matter needs beside its rules: each test says what it still lacks, and where."""

import pytest
from pydantic import BaseModel

from service.register.commissions.session_schemas import SessionDetail
from service.register.commitments.schemas import CommitmentDetail
from service.register.decisions.engine.matter import Matter
from service.register.groups.schemas import WorkingGroupDetail
from service.register.instruments.record_schemas import InstrumentDetail
from service.register.matters import MATTERS
from service.verify.replay.commitment_shapes import Commitment
from service.verify.replay.group_shapes import Group
from service.verify.replay.instrument_shapes import InstrumentMembers
from service.verify.replay.session_shapes import Meeting

MEMBERS = {matter.rules.kind: set(matter.rules.members) for matter in MATTERS}


@pytest.mark.parametrize("matter", MATTERS, ids=[matter.rules.kind for matter in MATTERS])
def test_every_member_has_a_column(matter: Matter) -> None:
    assert {*matter.rules.members} - {*matter.table.c.keys()} == set(), (
        "add a column of the new member's name to the table in models.py, and a migration that makes it"
    )


@pytest.mark.parametrize(
    ("kind", "shape"),
    [("commitment", Commitment), ("instrument", InstrumentMembers), ("session", Meeting), ("working_group", Group)],
)
def test_every_member_has_a_shape_in_the_entry_that_records_the_matter(kind: str, shape: type) -> None:
    assert MEMBERS[kind] - {*shape.__annotations__} == set(), (
        "say in the shapes of service/verify/replay what a recorded entry holds of the new member:"
        " NotRequired, since entries of before are silent of it; null where only a move sets it"
    )


@pytest.mark.parametrize(
    ("kind", "published", "told_otherwise"),
    [
        # As `one_sided` and `not_acknowledged_by`; within `notifications`; in its reference, and as `members`.
        ("commitment", CommitmentDetail, {"acknowledged"}),
        ("instrument", InstrumentDetail, {"received", "sent"}),
        ("session", SessionDetail, set()),
        ("working_group", WorkingGroupDetail, {"code", "organisations"}),
    ],
)
def test_every_member_is_published(kind: str, published: type[BaseModel], told_otherwise: set[str]) -> None:
    assert MEMBERS[kind] - {*published.model_fields} == told_otherwise, (
        "tell the new member in the model that is published (schemas.py), or name it here with what tells it instead"
    )
