"""A set-up that was sent: the caller's part of it, by requests of the caller's own to the application, each of which has its own transaction.

So rights, shapes and rules are those of every other request, and nothing is held while they run. What is made stays, whatever
comes of the rest: the same file, sent again, does what is still missing.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import httpx
from fastapi import Request
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from service.errors import InvalidContent, Unavailable, Unreadable, UnsupportedMediaType
from service.errors.sent import InItsTurn, Nothing, Sent
from service.exchange.setting_up import file, party_steps, steps
from service.exchange.setting_up.calls import Api, Refused, Unanswered
from service.exchange.setting_up.file import SetUp
from service.exchange.setting_up.outcome import Outcome
from service.exchange.setting_up.schemas import line
from service.exchange.setting_up.secrets import Shown
from service.http.at_once import AtOnce, Most
from service.http.bodies import is_json, packed
from service.http.declared import require_declared
from service.permissions import ActiveCaller, Kind, Permission, Standing, everywhere

MOST_THINGS: Final = 500
YAML: Final = ("application/yaml", "application/x-yaml", "text/yaml")
"""The first one is registered (RFC 9512); the others are what older tools say."""
INSIDE: Final = "http://pacta.invalid"
"""Where the application's own requests to itself go: no socket, and no name of any network (RFC 6761)."""
running: Final = AtOnce(
    in_all=Most(2, "Two set-ups run at this moment, which is the most. Send the file again in five seconds.", 5),
    of_each=Most(1, "A set-up of yours still runs. Send the file again once it is answered.", 5),
)
_AGAIN: Final = "What is made stays: send the same file again, and it does what is still missing."
_NOBODY: Final = "whoever acts for {office} sends the same file"


class Filed(InItsTurn):
    """A body that is a set-up in YAML, or in JSON of the same shape. As an annotation of a route it is published as the latter."""

    def __init__(self, body: object) -> None:
        self.body = body

    def read(self, request: Request) -> SetUp:
        """Return what it says; 415 for what is neither, 400 where it cannot be read, 422 with all that is wrong in it."""
        said = Sent(SetUp, self._value(request)).read()
        # What a set-up makes is not rolled back: `dry_rn=true` must not make it.
        require_declared(request)
        if said.size > MOST_THINGS:
            raise InvalidContent(
                f"The file names {said.size} things, and {MOST_THINGS} are the most at once. Make several files of it,"
                " or run it by the command `pacta set-up`."
            )
        return said

    def _value(self, request: Request) -> object:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if encoding := packed(request):
            raise UnsupportedMediaType(f"The body is packed (Content-Encoding: {encoding}); send it as it is.")
        if isinstance(self.body, Nothing) or is_json(kind):
            return self.body
        if kind not in YAML or not isinstance(self.body, bytes):
            said = f"not {kind}" if kind else "and none is said"
            raise UnsupportedMediaType(
                f"A set-up comes as {YAML[0]} or as application/json, {said}. Say it in the header Content-Type."
            )
        try:
            return file.value(self.body)
        except ValueError as wrong:
            raise Unreadable(f"The file cannot be read: {wrong}.") from wrong

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        """Accept whatever came; publish the file's shape."""
        published = handler.generate_schema(SetUp)
        return core_schema.no_info_plain_validator_function(cls, json_schema_input_schema=published)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, by which token, and how."""

    caller: ActiveCaller
    token: str
    dry_run: bool
    key: str | None

    @property
    def part(self) -> str:
        """Return whose part of a file it is."""
        return self.caller.party or str(Kind.ADMINISTRATOR)


async def run(request: Request, asked: Asked, sent: Filed) -> dict[str, Any]:
    """Do the caller's part of a set-up; return what became of each thing, and the secrets that were made.

    `NotPermitted` for who neither administers nor acts for a party; `Unavailable` if nothing was begun.
    """
    caller = asked.caller
    if caller.party is None:
        needed = (Permission.REGISTER, Permission.REGISTER_FOR_PARTY, Permission.MANAGE_COMMISSION)
        Standing(caller, everywhere(caller.kind)).require(*needed)
    said = sent.read(request)
    transport = httpx.ASGITransport(request.app, raise_app_exceptions=False)
    followed = {"X-Request-ID": request.scope["request_id"]}
    with running.one(caller.principal_id):
        async with httpx.AsyncClient(transport=transport, base_url=INSIDE, headers=followed) as client:
            return await _done(client, said, asked)


async def _done(client: httpx.AsyncClient, said: SetUp, asked: Asked) -> dict[str, Any]:
    own, secrets = asked.caller.subject, Shown()
    calls = {own: Api(client, asked.token, asked.key)}
    doing = steps.Run(client, said, secrets, asked.dry_run, (own,), logged_in=calls, nobody=_NOBODY)
    lines: list[dict[str, Any]] = []
    unfinished = None
    try:
        async for outcome in _outcomes(doing, asked.caller.party):
            lines.append(line(outcome))  # noqa: PERF401 -- those before a failure are kept
    except (Unanswered, Refused) as wrong:
        # Whatever was made until then has to be told, its secrets above all.
        if not lines:
            raise Unavailable(
                "The service is too busy for a set-up. Send it again in five seconds.", headers={"Retry-After": "5"}
            ) from wrong
        unfinished = f"{wrong} {_AGAIN}" if isinstance(wrong, Refused) else f"The service is too busy. {_AGAIN}"
    new = [{"client_id": client_id, "client_secret": secret} for client_id, secret in secrets.new.items()]
    return {
        "dry_run": asked.dry_run,
        "part": asked.part,
        "unfinished": unfinished,
        "lines": lines,
        "secrets": new,
    }


def _outcomes(doing: steps.Run, party: str | None) -> AsyncIterator[Outcome]:
    return party_steps.own_part(doing, party) if party else steps.administer(doing)
