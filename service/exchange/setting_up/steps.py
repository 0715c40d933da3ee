"""What a set-up does, step by step: what is there already stays as it is, what is missing is made, and whatever differs is told."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from service.errors.operator import OperatorMistake
from service.errors.register import Conflict
from service.exchange.setting_up.calls import Api, Refused, log_in
from service.exchange.setting_up.file import CommissionSaid, PartySaid, SetUp
from service.exchange.setting_up.outcome import Did, Outcome, compared
from service.exchange.setting_up.secrets import Keeping


@dataclass(slots=True)
class Run:
    """A run of a file as one caller: what it may change, who can log in, and how it is told."""

    client: httpx.AsyncClient
    said: SetUp
    secrets: Keeping
    dry: bool = False
    client_ids: tuple[str, ...] = ()
    """Who may log in beside the principals of the file."""
    logged_in: dict[str, Api] = field(default_factory=dict)
    nobody: str = "no secret of anybody who acts for {office} is known: name who does with --client-id, its secret in --secrets or --credentials"
    """What is told where nobody of this run acts for an office."""

    async def do(self, what: str, did: Did, make: Callable[[], Any]) -> tuple[Outcome, Any]:
        """Make something, or say that it would be made; return also what came of it."""
        if self.dry:
            return Outcome(did, what, planned=True), None
        try:
            made = await make()
        except Refused as wrong:
            return Outcome(Did.REFUSED, what, str(wrong), status=wrong.status), None
        return Outcome(did, what), made

    async def keep_secret(self, client_id: str, path: str, body: Mapping[str, Any], api: Api) -> Any:  # noqa: ANN401 -- any JSON value
        """Register somebody, and write the secret that comes with it to the file, at once."""
        self.secrets.prepare()
        made = await api.post(path, body)
        if secret := made.pop("client_secret"):
            self.secrets.keep(client_id, secret)
        return made

    @property
    def calls(self) -> Api:
        """Return the calls of whoever logged in last."""
        return next(reversed(self.logged_in.values()))

    async def log_in(self, client_id: str) -> Api | None:
        """Return the calls of a principal, from now on the calls of this run; None where its secret is not known."""
        api = self.logged_in.pop(client_id, None) or await log_in(self.client, self.secrets, client_id)
        if api is not None:
            self.logged_in[client_id] = api
        return api

    async def acting_for(self, party: str, organisation: str) -> Api | None:
        """Return the calls of somebody who acts for the party's organisation and whose secret is known; None without one."""
        side = next((one for one in self.said.parties if one.code == party), None)
        named = [side.registrar.principal.client_id, *(one.client_id for one in side.principals)] if side else []
        for client_id in (*self.client_ids, *named):
            api = await self.log_in(client_id)
            if api is not None and await _acts_for(api, organisation):
                return api
        return None


async def _acts_for(api: Api, organisation: str) -> bool:
    office = (await api.get("me"))["organisation_id"]
    return bool(office and (await api.get(f"organisations/{office}"))["code"] == organisation)


async def administer(run: Run) -> AsyncIterator[Outcome]:
    """Do the administrator's part: parties, registrars with their first principal, commissions."""
    for client_id in run.client_ids:
        await run.log_in(client_id)
    if not run.logged_in:
        raise OperatorMistake(f"No secret of {', '.join(run.client_ids)} is in the files of secrets.")
    for side in run.said.parties:
        async for outcome in _party(run, side):
            yield outcome
    for one in run.said.commissions:
        yield await _commission(run, one)


async def _party(run: Run, side: PartySaid) -> AsyncIterator[Outcome]:
    what, known = f"party {side.code}", await run.calls.get(f"parties/{side.code}")
    if known is None:
        outcome, _ = await run.do(
            what, Did.MADE, lambda: run.calls.post("parties", side.model_dump(include={"code", "names"}))
        )
        yield outcome
    else:
        yield compared(what, side.names, known["names"])
    office = side.registrar.organisation
    what = f"registrar {office.code}"
    if known is None or known["registrar"] is None:
        body = side.registrar.model_dump(exclude_none=True)
        client_id = side.registrar.principal.client_id
        path = f"parties/{side.code}/registrar"
        made = f"{what}, with {client_id}"
        outcome, _ = await run.do(made, Did.MADE, lambda: run.keep_secret(client_id, path, body, run.calls))
        yield outcome
    else:
        # Who acts for one that was there is its own to know: nothing is said of the file's principal.
        yield compared(what, office.code, known["registrar"]["code"])


async def _commission(run: Run, one: CommissionSaid) -> Outcome:
    what, known = f"commission {one.code}", await run.calls.get(f"commissions/{one.code}")
    if known is not None:
        return compared(what, (one.titles, one.languages), (known["titles"], known["languages"]))
    suffix = one.code.partition(".")[2] or None
    body = one.model_dump(
        mode="json",
        exclude_none=True,
        include={"titles", "languages", "kept_by", "founded_on", "founding_act", "confidentiality"},
    )
    whole = {**body, "parties": one.parties, "rule": "unilateral" if one.kept_by else "mutual"} | (
        {"suffix": suffix} if suffix else {}
    )
    outcome, _ = await run.do(what, Did.MADE, lambda: run.calls.post("commissions", whole))
    if outcome.status == Conflict.status:
        return Outcome(Did.THERE, what, "it is kept to its parties, so that only they can compare it")
    return outcome
