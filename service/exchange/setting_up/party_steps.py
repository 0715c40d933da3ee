"""A party's own part of a set-up: its organisations and principals, and what its commissions decide together."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from service.exchange.setting_up.calls import Api, posting
from service.exchange.setting_up.file import CommissionSaid, GroupSaid, SessionSaid
from service.exchange.setting_up.outcome import Did, Outcome, compared
from service.exchange.setting_up.registering import registered
from service.exchange.setting_up.steps import Run

Data = Mapping[str, Any]


async def own_part(run: Run, party: str) -> AsyncIterator[Outcome]:
    """Do the part of one party; what is joint is proposed, and what the other has proposed is confirmed if it is equal."""
    for side in run.said.parties:
        if side.code == party:
            async for outcome in registered(run, side):
                yield outcome
    for one in run.said.commissions:
        if party in one.secretariats:
            named = await _named(run, one, party)
            yield named
            if named.did in {Did.MADE, Did.THERE}:
                async for outcome in _decided(run, one, party):
                    yield outcome


async def _named(run: Run, one: CommissionSaid, party: str) -> Outcome:
    """Name the party's secretariat, as its registrar does."""
    office, what = one.secretariats[party], f"secretariat {one.secretariats[party]} of {one.code}"
    side = next((side for side in run.said.parties if side.code == party), None)
    # Of a party that the file says nothing of, the secretariat may be its registrar.
    registrar = side.registrar.organisation.code if side else office
    api = await run.acting_for(party, registrar)
    if api is None:
        return Outcome(Did.WAITS, what, run.nobody.format(office=registrar))
    known = await api.get(f"commissions/{one.code}")
    if known is None:
        return Outcome(Did.WAITS, what, "the administrator has not founded the commission yet")
    named = next((side["secretariat_id"] for side in known["parties"] if side["party"] == party), None)
    if named is not None:
        return compared(what, office, (await api.get(f"organisations/{named}"))["code"])
    body = {"action": "name_secretariat", "secretariat_id": office}
    return (await run.do(what, Did.MADE, posting(api, f"commissions/{one.code}/transitions", body)))[0]


async def _decided(run: Run, one: CommissionSaid, party: str) -> AsyncIterator[Outcome]:
    office = one.secretariats[party]
    api = await run.acting_for(party, office)
    if api is None:
        yield Outcome(Did.WAITS, f"what {one.code} decides", run.nobody.format(office=office))
        return
    known = await api.get(f"commissions/{one.code}")
    if known is None:
        yield Outcome(Did.WAITS, f"what {one.code} decides", "the administrator has not founded it yet")
        return
    if known["awaits_secretariats"]:
        waits = f"it is in force once {', '.join(known['awaits_secretariats'])} has named its secretariat, too"
        yield Outcome(Did.WAITS, f"what {one.code} decides", waits)
        return
    known, met = await api.every(f"commissions/{one.code}/sessions"), dict[int, str]()
    async for outcome in _sessions(Steps(run, api, one.code, party), one.sessions, known, met):
        yield outcome
    for group in one.working_groups:
        async for outcome in Steps(run, api, one.code, party).group(group, met):
            yield outcome
        async for outcome in _of_group(Steps(run, api, one.code, party), group, known):
            yield outcome


async def _sessions(
    steps: "Steps", said: list[SessionSaid], known: list[Data], met: dict[int, str]
) -> AsyncIterator[Outcome]:
    """Do what the file says of sessions of the commission, or of one group; `met` is told the id of each."""
    mine = [one for one in known if one["working_group_id"] == steps.group_id]
    for session in said:
        same, steps.made = [one for one in mine if one["ordinal"] == session.ordinal], []
        async for outcome in steps.session(session, same):
            yield outcome
        for found in (*same, *steps.made):
            met[session.ordinal] = found["id"]


async def _of_group(steps: "Steps", said: GroupSaid, known: list[Data]) -> AsyncIterator[Outcome]:
    if not said.sessions:
        return
    steps.whose = f"{steps.commission}/JWG/{said.code}"
    group = await steps.api.get(f"working-groups/{steps.whose}")
    if group is None or group["state"] != "active":
        yield Outcome(Did.WAITS, f"sessions of {steps.whose}", "the group is not active", planned=steps.run.dry)
        return
    steps.group_id = group["id"]
    async for outcome in _sessions(steps, said.sessions, known, {}):
        yield outcome


class Steps:
    """What one party does about a session or a group of one commission."""

    def __init__(self, run: Run, api: Api, commission: str, party: str) -> None:
        self.run, self.api, self.commission, self.party = run, api, commission, party
        self.whose = commission
        self.group_id: str | None = None
        self.made: list[Data] = []

    async def session(self, said: SessionSaid, known: list[Data]) -> AsyncIterator[Outcome]:
        """Record or plan the session, or go on with it; then name the party's own co-chair."""
        what = f"session {self.whose}/{said.ordinal:02d}"
        if len(known) > 1:
            yield Outcome(Did.DIFFERS, what, "several sessions have this number: one is to be taken back first")
            return
        if known:
            yield await self._go_on(what, said, known[0])
        else:
            yield await self._begin(what, said)
        for one in (*known, *self.made):
            async for outcome in self._co_chair(said, one["id"]):
                yield outcome

    async def _begin(self, what: str, said: SessionSaid) -> Outcome:
        body = said.model_dump(exclude_none=True, include={"ordinal", "host_party", "virtual"})
        body |= {"working_group_id": self.group_id} if self.group_id else {}
        if said.state == "planned":
            if said.host_party not in {None, self.party}:
                return Outcome(Did.WAITS, what, f"{said.host_party}, which hosts it, plans it")
            days = said.model_dump(exclude_none=True, include={"venue", "starts_on", "ends_on"})
            return await self._make(
                what, Did.MADE, f"commissions/{self.commission}/sessions", {**body, **days, "action": "plan"}
            )
        whole = {**body, "action": "record", "held": _held(said)}
        return await self._make(what, Did.PROPOSED, f"commissions/{self.commission}/sessions", whole)

    async def _make(self, what: str, did: Did, path: str, body: Data) -> Outcome:
        outcome, made = await self.run.do(what, did, posting(self.api, path, body))
        if made:
            self.made.append(made)
            if did is Did.PROPOSED and made["open_transition"] is None:
                return Outcome(Did.MADE, what)
        return outcome

    async def _go_on(self, what: str, said: SessionSaid, known: Data) -> Outcome:
        for name in ("host_party", "virtual"):
            if (told := getattr(said, name)) is not None and told != known[name]:
                return compared(f"{what}, {name}", told, known[name])
        hold, adopt = {"action": "hold", **_held(said)}, {"action": "adopt", **_minutes(said)}
        if known["open_transition"]:
            return await self._answer(what, known["open_transition"], [hold, adopt])
        if said.state == "held" and known["state"] in {"proposed", "planned", "postponed"}:
            return await self._make(what, Did.PROPOSED, f"sessions/{known['id']}/transitions", hold)
        if said.minutes and known["state"] == "held":
            return await self._propose(f"minutes of {what}", f"sessions/{known['id']}/transitions", adopt)
        return Outcome(Did.THERE, what)

    async def _propose(self, what: str, path: str, body: Data) -> Outcome:
        return (await self.run.do(what, Did.PROPOSED, posting(self.api, path, body)))[0]

    async def _answer(self, what: str, proposal: Data, equal: list[Data]) -> Outcome:
        """Confirm the other party's proposal, if it is one of what this party would have proposed itself."""
        if proposal["proposed_by"] == self.party or self.party not in proposal["awaiting"]:
            return Outcome(Did.AWAITS, what, ", ".join(proposal["awaiting"]))
        found = await self.api.get(f"transitions/{proposal['id']}")
        evidence = {name: one for name, one in found["evidence"].items() if name != "move" and one is not None}
        told = {"action": found["action"], **evidence}
        if told not in equal:
            return Outcome(
                Did.DIFFERS,
                what,
                f"{proposal['proposed_by']} proposed '{found['action']}' otherwise than the file says: answer it by hand",
            )
        body = {"decision": "confirm"}
        return (
            await self.run.do(
                what, Did.CONFIRMED, posting(self.api, f"transitions/{proposal['id']}/confirmations", body)
            )
        )[0]

    async def _co_chair(self, said: SessionSaid, session_id: str) -> AsyncIterator[Outcome]:
        chair = said.co_chairs.get(self.party)
        known = await self.api.get(f"sessions/{session_id}") if chair else None
        if chair is None or known is None:
            return
        what = f"co-chair of {self.party} in session {self.whose}/{said.ordinal:02d}"
        if self.party in known["co_chairs"]:
            yield compared(what, chair.model_dump(), known["co_chairs"][self.party])
        else:
            body = {"co_chair": chair.model_dump()}
            path = f"sessions/{session_id}"
            yield (await self.run.do(what, Did.MADE, lambda: self.api.send("PATCH", path, body, known["version"])))[0]

    async def group(self, said: GroupSaid, met: Mapping[int, str]) -> AsyncIterator[Outcome]:
        """Record the group with the party's own co-lead, or confirm it; then name the party's own organisations in it."""
        what, path = (
            f"working group {self.commission}/JWG/{said.code}",
            f"working-groups/{self.commission}/JWG/{said.code}",
        )
        known = await self.api.get(path)
        if known is None:
            yield await self._found(what, said, met)
            known = next(iter(self.made), None)
        else:
            yield await self._joined(what, said, known, met)
        if known is not None and self.party in said.co_leads:
            async for outcome in self._members(what, said, known["id"]):
                yield outcome

    async def _found(self, what: str, said: GroupSaid, met: Mapping[int, str]) -> Outcome:
        if self.party not in said.co_leads:
            return Outcome(
                Did.WAITS, what, f"{', '.join(said.co_leads)} founds it: the file names no co-lead of {self.party}"
            )
        if said.founded_at_session and said.founded_at_session not in met:
            return Outcome(
                Did.WAITS, what, f"its session {said.founded_at_session} is not recorded yet", planned=self.run.dry
            )
        body = {
            **_founded(said, met),
            "code": said.code,
            "commission_id": self.commission,
            "co_lead_organisation_id": said.co_leads[self.party],
        }
        if said.founded_on:
            body["founding"] = {"effective_on": said.founded_on}
        return await self._make(what, Did.PROPOSED, "working-groups", body)

    async def _joined(self, what: str, said: GroupSaid, known: Data, met: Mapping[int, str]) -> Outcome:
        told = _founded(said, met)
        if differs := [name for name, one in told.items() if known[name] != one]:
            return compared(f"{what}, {differs[0]}", told[differs[0]], known[differs[0]])
        if known["open_transition"]:
            founding: dict[str, Any] = {"action": "found"} | (
                {"effective_on": said.founded_on} if said.founded_on else {}
            )
            return await self._answer(what, known["open_transition"], [founding])
        return Outcome(Did.THERE, what)

    async def _members(self, what: str, said: GroupSaid, group_id: str) -> AsyncIterator[Outcome]:
        wanted = {said.co_leads[self.party]: "co_lead"} | dict.fromkeys(said.members.get(self.party, ()), "member")
        known = await self.api.get(f"working-groups/{group_id}")
        roles = {one["organisation_id"]: one["role"] for one in known["members"] if one["party"] == self.party}
        for code, role in wanted.items():
            organisation = await self.api.get(f"organisations/{code}")
            named = f"{code} as {role} of {what.removeprefix('working group ')}"
            if organisation is None:
                yield Outcome(Did.WAITS, named, "it is not registered yet")
            elif roles.get(organisation["id"]) == role:
                yield Outcome(Did.THERE, named)
            elif role == "co_lead" and "co_lead" in roles.values():
                yield Outcome(Did.DIFFERS, named, "another co-leads it; it is left as it is")
            else:
                yield (
                    await self.run.do(
                        named, Did.MADE, _putting(self.api, f"working-groups/{group_id}/members/{code}", role)
                    )
                )[0]


def _putting(api: Api, path: str, role: str) -> Callable[[], Any]:
    return lambda: api.send("PUT", path, {"role": role})


def _held(said: SessionSaid) -> dict[str, Any]:
    return said.model_dump(exclude_none=True, include={"venue", "starts_on", "ends_on"}) | _minutes(said)


def _minutes(said: SessionSaid) -> dict[str, Any]:
    return {"minutes": [one.model_dump(exclude_none=True) for one in said.minutes]} if said.minutes else {}


def _founded(said: GroupSaid, met: Mapping[int, str]) -> dict[str, Any]:
    """Return what a group is founded as, as the register tells it."""
    found: dict[str, Any] = said.model_dump(exclude_none=True, include={"titles", "sector", "founding_act"})
    if said.founded_at_session and said.founded_at_session in met:
        found["founded_at_session_id"] = met[said.founded_at_session]
    return found
