"""A party's own organisations and principals, as a set-up names them."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from service.exchange.setting_up.calls import Api, posting
from service.exchange.setting_up.file import OtherPrincipal, PartySaid
from service.exchange.setting_up.outcome import Did, Outcome, compared
from service.exchange.setting_up.steps import Run

Data = Mapping[str, Any]


async def registered(run: Run, side: PartySaid) -> AsyncIterator[Outcome]:
    """Register what is missing of a party's organisations and principals, as its registrar does."""
    office = side.registrar.organisation.code
    api = await run.acting_for(side.code, office)
    if api is None:
        yield Outcome(Did.WAITS, f"organisations of {side.code}", run.nobody.format(office=office))
        return
    for one in side.organisations:
        known = await api.get(f"organisations/{one.code}")
        what = f"organisation {one.code}"
        if known is None:
            body = {"party": side.code, **one.model_dump()}
            yield (await run.do(what, Did.MADE, posting(api, "organisations", body)))[0]
        else:
            yield compared(what, one.name, known["name"])
    there = {one["client_id"]: one for one in await api.every("principals")} if side.principals else {}
    for person in side.principals:
        yield await _principal(run, api, person, there.get(person.client_id))


async def _principal(run: Run, api: Api, one: OtherPrincipal, known: Data | None) -> Outcome:
    what = f"principal {one.client_id}"
    if known is not None:
        office = await api.get(f"organisations/{known['organisation_id']}")
        return compared(what, one.organisation, office["code"])
    body = one.model_dump(exclude={"organisation"}, exclude_none=True)
    whole = {**body, "kind": "representative", "organisation_id": one.organisation}
    outcome, _ = await run.do(what, Did.MADE, lambda: run.keep_secret(one.client_id, "principals", whole, api))
    return outcome
