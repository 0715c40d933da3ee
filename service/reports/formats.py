"""As what a report is answered, and the making of that beside the requests of others."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

import orjson
from fastapi import Request, Response

from service.http.declared import preferred
from service.permissions import Caller
from service.reports.pdf.making import MAKING, typeset
from service.reports.pdf.pages import document
from service.reports.pdf.return_pages import document as return_document
from service.reports.rules import return_tables, tables
from service.reports.rules.report import alternat
from service.reports.rules.tables import Table
from service.reports.spreadsheets import as_csv, as_xlsx

Told = Mapping[str, Any]
"""A report: what its JSON says."""


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
class Form:
    """What stands in the files of one sort of report: each of these reads the report with the reader's side first."""

    name: Callable[[Told], Sequence[str]]
    """The parts of a file's name."""
    tables: Callable[[Told], Sequence[Table]]
    csv: Callable[[Told], Table]
    made_from: Callable[[Told], str]
    pages: Callable[[Told, str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Making:
    """As what, in which language, and for which party first, a report is made."""

    format: Format
    language: str
    caller: Caller

    async def of(self, form: Form, made: bytes) -> Response:
        """Return the answer with the report that is `made`, as its JSON: a file takes a while, so that others are served beside it."""
        if self.format is Format.JSON:
            return Response(made, media_type=TYPES[self.format])
        with MAKING.one(self.caller.principal_id) if self.format is Format.PDF else nullcontext():
            told, content = await asyncio.to_thread(self._content, form, made)
            if isinstance(content, dict):
                content = await typeset(content, date.fromisoformat(told["as_of"]))
        return Response(content, media_type=TYPES[self.format], headers=self._headers(form.name(told)))

    def _content(self, form: Form, made: bytes) -> tuple[Told, bytes | dict[str, Any]]:
        """Return the report, and the file's bytes; of a PDF what is to be typeset."""
        told = orjson.loads(made)
        sided = alternat(told, self.caller.party)
        if self.format is Format.PDF:
            return told, form.pages(sided, self.language)
        if self.format is Format.CSV:
            return told, as_csv(form.csv(sided), self.language)
        day, title = date.fromisoformat(told["as_of"]), " ".join(form.name(told)[:2])
        return told, as_xlsx(form.tables(sided), title, day, form.made_from(sided), self.language)

    def _headers(self, name: Sequence[str]) -> dict[str, str]:
        """Return the headers of the answer: a file's name says of what day it is, and from how many entries."""
        return {
            "Content-Disposition": f'attachment; filename="{"-".join([*name, self.language])}.{self.format}"',
            "Content-Language": self.language,
        }


def _name(told: Told) -> list[str]:
    session = (told["session"] or {}).get("ordinal")
    day, size = told["as_of"], str(told["log"]["size"])
    return [told["commission"]["code"], *([f"{session:02d}"] if session else []), day, size]


def _made_from(told: Told) -> str:
    log = told["log"]
    return (
        f"as_of {told['as_of']}; log {log['origin']}; size {log['size']}; root {log['root_hash']}; key {log['key']}; "
        f"digest {told['digest']}; schema {told['version']}"
    )


def _return_made_from(told: Told) -> str:
    logs = "; ".join(f"log {one['origin']} size {one['size']} root {one['root_hash']}" for one in told["logs"])
    return f"as_of {told['as_of']}; {logs}; digest {told['digest']}; schema {told['version']}"


REPORT: Final = Form(_name, tables.tables, tables.with_origin, _made_from, document)
RETURN: Final = Form(
    lambda told: [told["party"], "instruments", told["as_of"]],
    return_tables.tables,
    return_tables.with_origin,
    _return_made_from,
    return_document,
)


def accepted(request: Request) -> Format:
    """Return the format that `Accept` likes best; JSON where it likes no other better, and names none."""
    accept = ", ".join(request.headers.getlist("accept"))
    return next(one for one, kind in TYPES.items() if kind == preferred(accept, list(TYPES.values())))
