"""As what a report is answered, and the making of that beside the requests of others."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from fastapi import Request, Response

from service.permissions import Caller
from service.reports.pdf.making import MAKING, typeset
from service.reports.pdf.pages import document
from service.reports.rules.report import alternat
from service.reports.spreadsheets import as_csv, as_xlsx
from service.trail.entry import canonical


class Format(StrEnum):
    """As what a report is answered."""

    JSON = "json"
    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"


TYPES: Final = {
    Format.JSON: "application/json",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv",
    Format.PDF: "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Making:
    """As what, in which language, and for which party first, a report is made."""

    format: Format
    language: str
    caller: Caller

    async def of(self, made: Callable[[], Mapping[str, Any]]) -> Response:
        """Return the answer with the report that `made` returns: it takes a while, so that others are served beside it."""
        with MAKING.one(self.caller.principal_id) if self.format is Format.PDF else nullcontext():
            told, content = await asyncio.to_thread(self._content, made)
            if isinstance(content, dict):
                content = await typeset(content, date.fromisoformat(told["as_of"]))
        return Response(content, media_type=TYPES[self.format], headers=self._headers(told))

    def _content(self, made: Callable[[], Mapping[str, Any]]) -> tuple[Mapping[str, Any], bytes | dict[str, Any]]:
        """Return the report, and its bytes; of a PDF what is to be typeset."""
        told = made()
        if self.format is Format.JSON:
            return told, canonical(told)
        sided = alternat(told, self.caller.party)
        if self.format is Format.PDF:
            return told, document(sided, self.language)
        return told, (as_xlsx if self.format is Format.XLSX else as_csv)(sided, self.language)

    def _headers(self, told: Mapping[str, Any]) -> dict[str, str]:
        """Return the headers of the answer: a file's name says of what day it is, and from how many entries."""
        if self.format is Format.JSON:
            return {}
        session = (told["session"] or {}).get("ordinal")
        parts = [
            told["commission"]["code"],
            *([f"{session:02d}"] if session else []),
            told["as_of"],
            str(told["log"]["size"]),
            self.language,
        ]
        return {
            "Content-Disposition": f'attachment; filename="{"-".join(parts)}.{self.format}"',
            "Content-Language": self.language,
        }


def accepted(request: Request) -> Format:
    """Return the first of the formats that `Accept` names by itself; JSON if none."""
    accept = request.headers.get("accept", "").lower()
    named = sorted((accept.index(kind), one) for one, kind in TYPES.items() if kind in accept)
    return named[0][1] if named else Format.JSON
