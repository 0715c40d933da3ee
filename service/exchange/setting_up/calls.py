"""The API, as who sets up calls it: by codes, one request after the other."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid4, uuid5

import httpx

from service.errors.operator import OperatorMistake
from service.errors.register import NotFound
from service.errors.request import TooManyRequests
from service.exchange.setting_up.secrets import Keeping

LIMIT: Final = 200


class Refused(Exception):
    """A request was refused; the text is what the service says."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        listed = "; ".join(
            f"{one.get('pointer') or one.get('parameter')}: {one['detail']}" for one in problem.get("errors", ())
        )
        super().__init__(f"{problem.get('title', status)}. {listed or problem.get('detail', '')}".strip())


class Unanswered(OperatorMistake):
    """The service is busy or in trouble: what was made stays, and the rest is for another run."""


class Api:
    """One principal's calls; under a `key`, the same request has one effect, also in two runs at once."""

    def __init__(self, client: httpx.AsyncClient, token: str, key: str | None = None) -> None:
        self.client, self.headers, self.key = client, {"Authorization": f"Bearer {token}"}, key

    async def get(self, path: str) -> Any:  # noqa: ANN401 -- any JSON value
        """Return what is at a path; None if nothing is there for this caller."""
        answer = await self.client.get(f"/v1/{path}", headers=self.headers)
        return None if answer.status_code == NotFound.status else _content(answer)

    async def every(self, path: str) -> list[Any]:
        """Return all items of a list."""
        found: list[Any] = []
        cursor: str | None = ""
        while True:
            page = await self.get(f"{path}{'&' if '?' in path else '?'}limit={LIMIT}&cursor={cursor}")
            found += page["items"] if page else []
            cursor = (page or {}).get("next_cursor")
            if not cursor:
                return found

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Make something once, however often the line breaks."""
        named = f"{self.key}\n{path}\n{json.dumps(body, sort_keys=True)}"
        headers = {**self.headers, "Idempotency-Key": str(uuid5(NAMESPACE_URL, named) if self.key else uuid4())}
        return _content(await self.client.post(f"/v1/{path}", json=body, headers=headers))

    async def send(self, method: str, path: str, body: Mapping[str, Any], version: int | None = None) -> Any:  # noqa: ANN401
        """Change something, which must be of this version."""
        headers = self.headers | ({"If-Match": f'"{version}"'} if version is not None else {})
        return _content(await self.client.request(method, f"/v1/{path}", json=body, headers=headers))


def _content(answer: httpx.Response) -> Any:  # noqa: ANN401
    if answer.is_success:
        return answer.json() if answer.content else None
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    if answer.status_code >= 500 or answer.status_code == TooManyRequests.status:
        raise Unanswered(f"The service does not answer as it should: {answer.status_code}. Run the command again.")
    raise Refused(answer.status_code, problem)


async def log_in(client: httpx.AsyncClient, secrets: Keeping, client_id: str) -> Api | None:
    """Return the calls of a principal; None if its secret is not known, `OperatorMistake` if it is wrong."""
    secret = secrets.of(client_id)
    if secret is None:
        return None
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    answer = await client.post("/oauth/token", data=form)
    if not answer.is_success:
        raise OperatorMistake(f"{client_id} cannot log in: its secret is not known to the service, or no longer good.")
    return Api(client, answer.json()["access_token"])


def posting(api: Api, path: str, body: Mapping[str, Any]) -> Callable[[], Any]:
    """Return the call that posts this."""
    return lambda: api.post(path, body)
