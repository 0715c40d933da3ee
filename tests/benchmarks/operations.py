"""What is asked of each side: seven operations, each with requests of its own for the service and for the limit."""

import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from uuid import UUID

import orjson

from tests.benchmarks.fill import Filled
from tests.benchmarks.load import Ask, Work, request
from tests.benchmarks.processes import Side, token

SUSPEND = orjson.dumps(
    {"action": "suspend", "reason": "Waiting for the budget of the next year.", "review_on": "2027-01"}
)
RESUME = orjson.dumps({"action": "resume", "reason": "The budget has been passed by both parliaments."})
CONFIRM = orjson.dumps({"decision": "confirm"})
OPERATIONS = ("at_once", "pair", "list", "read", "trail", "me")
"""`pair` measures two: proposing, and confirming what was proposed."""


@dataclass(slots=True)
class Writes:
    """The rows that one side may change, each in the state in which it was left."""

    ready: deque[tuple[UUID, bytes]]
    open: deque[tuple[UUID, bytes, str]]


def writes(filled: Filled, kind: str) -> Writes:
    """Return the rows of this kind, in a random order."""
    ids = list(filled.rows[kind])
    random.Random(1).shuffle(ids)
    return Writes(deque((one, SUSPEND) for one in ids), deque())


@dataclass(slots=True)
class Asker:
    """Makes one side's requests."""

    side: Side
    filled: Filled
    effects: Writes
    pairs: Writes
    tokens: Mapping[str, str]

    def works(self, operation: str) -> list[Work]:
        """Return the works of one operation."""
        if operation == "at_once":
            return [Work("at_once", self._at_once)]
        if operation == "pair":
            return [Work("propose", self._propose), Work("confirm", self._confirm, to_the_end=True)]
        asks = cycle(self._reads(operation))
        return [Work(operation, lambda: next(asks))]

    @property
    def _ours(self) -> bool:
        return self.side.name == "service"

    def _ask(self, method: str, path: str, body: bytes = b"", party: str = "PK") -> bytes:
        prefix = "/v1" if self._ours else ""
        return request(method, prefix + path, self.tokens.get(party), body)

    def _reads(self, operation: str) -> list[Ask]:
        rows, groups = self.filled.rows, self.filled.listed
        paths = {
            "list": [f"/commitments?state=agreed&working_group_id={one}&limit=50" for one in groups],
            "read": [f"/commitments/{one}" for one in _sample(rows["read"])],
            "trail": [f"/commitments/{one}/audit-trail" for one in rows["trail"]],
            "me": ["/me"],
        }[operation]
        return [Ask(self._ask("GET", path)) for path in paths]

    def _at_once(self) -> Ask:
        key, body = self.effects.ready.popleft()
        resource = "transitions" if self._ours else "effects"

        def done(_: bytes) -> None:
            self.effects.ready.append((key, _other(body)))

        return Ask(self._ask("POST", f"/commitments/{key}/{resource}", body), 201, done)

    def _propose(self) -> Ask | None:
        if not self.pairs.ready:
            return None
        key, body = self.pairs.ready.popleft()

        def done(said: bytes) -> None:
            self.pairs.open.append((key, body, str(orjson.loads(said)["id"])))

        return Ask(self._ask("POST", f"/commitments/{key}/transitions", body), 201, done)

    def _confirm(self) -> Ask | None:
        if not self.pairs.open:
            return None
        key, body, transition = self.pairs.open.popleft()

        def done(_: bytes) -> None:
            self.pairs.ready.append((key, _other(body)))

        return Ask(self._ask("POST", f"/transitions/{transition}/confirmations", CONFIRM, "AZ"), 201, done)


async def askers(service: Side, limit: Side, filled: Filled) -> dict[str, Asker]:
    """Return who asks each side; the service's with tokens that are good for an hour."""
    tokens = await tokens_of(service, filled)
    made = {}
    for side, known in ((service, tokens), (limit, {})):
        effects, pairs = writes(filled, f"unilateral {side.name}"), writes(filled, f"mutual {side.name}")
        made[side.name] = Asker(side, filled, effects, pairs, known)
    return made


async def tokens_of(service: Side, filled: Filled) -> dict[str, str]:
    """Return tokens of the two secretariats that call, asked for as every client does."""
    secrets = filled.scene.secrets
    return {code: await token(service.ports[0], f"{code.lower()}-secretariat", secrets[code]) for code in ("PK", "AZ")}


def _other(body: bytes) -> bytes:
    return RESUME if body is SUSPEND else SUSPEND


def _sample(ids: Sequence[UUID]) -> list[UUID]:
    return random.Random(2).sample(list(ids), min(len(ids), 5_000))
