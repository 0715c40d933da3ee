"""The document of the demonstration, made here: one page that says that it is a sample, since the pilot's communiqué has no file."""

from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from service.database.pool import Pool
from service.demo.pilot import PILOT, caller_of
from service.register.documents.commands import Attachment, attach
from service.register.documents.keeping import Documents
from service.register.documents.receiving import drafted
from service.register.documents.rules.document import DocumentRole
from service.register.matters import MATTERS

SAYS: Final = "Sample document. Made by pacta demo; no government wrote it."


async def attach_sample(pool: Pool, documents: Documents) -> None:
    """Attach it to an item of the pilot, as that party's secretariat would."""
    one = PILOT["document"]
    new = Attachment(UUID(one["matter_id"]), DocumentRole.ANNEX, "en", None, "sample.pdf")
    async with drafted(documents, _pieces(), None) as draft, pool.transaction() as connection:
        caller = await caller_of(connection, one["by"])
        await attach(connection, MATTERS, documents, caller, new, draft, None, UUID(one["id"]))


async def _pieces() -> AsyncIterator[bytes]:
    yield made()


def made() -> bytes:
    """Return the PDF (ISO 32000-1): its objects one after the other, and where each begins."""
    drawn = f"BT /F1 16 Tf 60 770 Td ({SAYS}) Tj ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R/Lang(en)>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        f"<</Title({SAYS})>>",
    )
    file, places = "%PDF-1.7\n", list[int]()
    for number, one in enumerate(objects, 1):
        places.append(len(file))
        file += f"{number} 0 obj{one}endobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count, begins = len(objects) + 1, len(file)
    file += f"xref\n0 {count}\n0000000000 65535 f \n{table}"
    file += f"trailer<</Size {count}/Root 1 0 R/Info {len(objects)} 0 R>>\nstartxref\n{begins}\n%%EOF\n"
    return file.encode("ascii")
