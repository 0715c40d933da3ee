import io
import zipfile

from tests.conftest import COMMISSION, World, item
from tests.register.commissions.meeting import begin
from tests.register.instruments.recording import ACT, SIGN, agreed, entered

EXPORT = f"/v1/commissions/{COMMISSION}/export.xlsx"


def texts(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xml"))


async def test_the_codes_of_a_file_are_those_that_its_reader_may_see(world: World) -> None:
    await begin(world, ordinal=10, host_party="PK", starts_on="2029")
    found = texts((await world.as_("observer").get(EXPORT)).content)
    assert "PK-AZ/10" not in found


async def test_who_signed_for_a_state_that_is_no_party_stops_no_workbook(world: World) -> None:
    act = {
        **ACT,
        "parties": ["PK", "AZ", "TR"],
        "signatories": [*ACT["signatories"], {"party": "TR", "name": "N.", "title": "M"}],
    }
    one = await entered(world, contracting_parties=["PK", "AZ", "TR"], commitment_ids=[item(6)])
    await agreed(world, one["id"], {**SIGN, "acts": [act]})
    answer = await world.as_("PK").get(EXPORT)
    assert answer.status_code == 200, answer.text
