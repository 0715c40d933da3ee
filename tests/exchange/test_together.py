"""What an import writes together is what single requests would have written one after the other: the same rows, entries and spans."""

import re
from itertools import product
from typing import Any, Final
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service.database import gathering
from service.database.pool import Pool
from service.exchange import running
from service.exchange.rules.changing import changing
from service.exchange.rules.creating import creating
from service.exchange.rules.plan import Command, Import, Plan
from service.register.commitments import asking
from tests.conftest import World, organisation
from tests.exchange.reading_back import rows_of
from tests.exchange.test_import import as_csv, worker
from tests.exchange.test_round_trip import DAY, LINE, LINES
from tests.three_parties import in_force

__all__ = ["worker"]
LEADS: Final = ["PK/MODP", "PK/MODP, PK/EAD", "PK/AGRI"]
REPORT: Final = {"level.PK": "limited", "report.PK": "As told.", "period_end.PK": "2025-06"}
CREATED: Final = st.fixed_dictionaries(
    {"text.en": LINE, "sector": st.just("trade"), "agreed_on": DAY},
    optional={"remark": LINES, "due_on": st.just("2031"), "lead.PK": st.sampled_from(LEADS), "paragraph": st.just("3"),
              "confidentiality": st.sampled_from(["public", "restricted"]), "report": st.just(REPORT)},
)  # fmt: skip
CHANGED: Final = st.fixed_dictionaries(
    {}, optional={"lead.PK": st.sampled_from([*LEADS, "-"]), "report": st.just(REPORT), "remark": st.just("Edited.")}
)
ROWS: Final = st.lists(st.tuples(CREATED, CHANGED), min_size=1, max_size=9)
# What differs between two that are recorded alike: ids, hashes, moments and drafts.
OWN: Final = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{64}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+]00:00|[+]00)"
    r"|\bd-[a-z2-7]{4,13}\b"
)
SUFFIXES: Final = map("".join, product("ABCDEFGH", repeat=4))
TABLES: Final = {
    "commitment": "id", "transition": "matter_id", "audit_entry": "subject", "audit_pending": "subject", "progress_report": "commitment_id",
    "span": "matter_id",
}  # fmt: skip


def flat(row: dict[str, Any]) -> dict[str, str]:
    """Return a row's cells, with those of its report."""
    return {**{name: cell for name, cell in row.items() if name != "report"}, **row.get("report", {})}


class One:
    """A commission into which rows come."""

    def __init__(self, world: World, commission: Any, codes: dict[str, str]) -> None:
        self.id, self.code, self.pk = commission["id"], commission["code"], world.as_("PK")
        self.about = Import("PK", self.id, ["PK", "AZ"], "R", proposes=True, names=codes.__getitem__)

    async def exported(self) -> dict[str, dict[str, str]]:
        answer = await self.pk.get(f"/v1/commissions/{self.id}/export.csv")
        return {row["title.en"]: row for row in rows_of(answer.content)}

    async def imported(self, worker: Pool, rows: list[dict[str, str]]) -> None:
        address, headers = f"/v1/commissions/{self.id}/imports", {"Content-Type": "application/octet-stream"}
        tried = await self.pk.post(
            f"{address}?dry_run=true&propose=true&reason=R", content=as_csv(rows), headers=headers
        )
        assert await running.run_next(worker)
        would = (await self.pk.get(tried.headers["location"])).json()
        asked = await self.pk.post(f"{address}?dry_run=false&digest={would['digest']}", headers=headers)
        assert await running.run_next(worker)
        done = (await self.pk.get(asked.headers["location"])).json()
        assert done["status"] == "done", done

    async def requested(self, plan: Plan, commitment_id: str | None = None, version: str = "*") -> None:
        """Make the requests of a row one by one, the first of this version."""
        assert not any(one.problem for one in plan.items), plan
        for change in plan.changes:
            address = f"/v1/commitments/{quote(commitment_id or '', safe='/')}"
            match change.command:
                case Command.RECORD:
                    answer = await self.pk.post("/v1/commitments", json=change.body)
                    commitment_id = answer.json().get("id")
                case Command.PARTY_FACTS:
                    answer = await self.pk.patch(address, json=change.body, headers={"If-Match": version})
                case Command.REPORT:
                    answer = await self.pk.post(f"{address}/progress-reports", json=change.body)
                case Command.PROPOSE:
                    answer = await self.pk.post(f"{address}/transitions", json=change.body)
            assert answer.is_success, answer.text
            version = "*"

    async def told(self, owner: Any) -> dict[str, list[str]]:
        """Return all that the tables hold of its commitments, one text a row, without what is each one's own."""
        ids = await owner.fetch("SELECT id FROM commitment WHERE commission_id = $1 ORDER BY id", self.id)
        found = {}
        for table, key in TABLES.items():
            told = "convert_from(t.canonical, 'UTF8')" if table == "audit_entry" else "to_jsonb(t) - 'heard' - 'id'"
            order = "t.seq" if table.startswith("audit") else "told"
            rows = await owner.fetch(
                f"SELECT ({told})::text AS told FROM {table} t JOIN unnest($1::uuid[]) WITH ORDINALITY AS o(one, place)"
                f" ON o.one = t.{key} ORDER BY o.place, {order}",
                [one["id"] for one in ids],
            )
            found[table] = [OWN.sub("~", row["told"].replace(self.code, "~")) for row in rows]
        return found


@pytest.mark.long
@pytest.mark.parametrize("kept_by", [None, "PK"])
@settings(max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(several=ROWS)
async def test_what_is_imported_is_what_single_requests_would_have_written(
    worn: World, worker: Pool, monkeypatch: pytest.MonkeyPatch, kept_by: str | None, several: list[Any]
) -> None:
    monkeypatch.setattr(asking, "BATCH", 3)
    monkeypatch.setattr(gathering, "MOST", 4)
    organisations = (await worn.as_("PK").get("/v1/organisations?party=PK&limit=200")).json()["items"]
    codes = {one["code"]: one["id"] for one in organisations}
    secretariats = {"PK": organisation(101), "AZ": organisation(201)}
    together, singly = [
        One(worn, await in_force(worn, secretariats, kept_by=kept_by, suffix=next(SUFFIXES)), codes) for _ in range(2)
    ]
    rows = [{"title.en": f"Item {number}", **flat(row)} for number, (row, _) in enumerate(several)]
    for row in rows:
        await singly.requested(creating(row, singly.about))
    await together.imported(worker, rows)
    owner = await worn.connect()
    before, there = await together.exported(), await singly.exported()
    # What is shared is amended where nothing is open: where one keeps the register alone.
    shared = set() if kept_by else {"remark"}
    edits = {
        f"Item {n}": {name: cell for name, cell in flat(edit).items() if name not in shared}
        for n, (_, edit) in enumerate(several)
    }
    for title, edit in edits.items():
        plan = changing(there[title], there[title] | edit, singly.about)
        await singly.requested(plan, there[title]["reference"], f'"{there[title]["version"]}"')
    await together.imported(worker, [before[title] | edit for title, edit in edits.items()])
    assert await together.told(owner) == await singly.told(owner)
