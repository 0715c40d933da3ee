"""What is said of a commitment's instrument, as the proposal that says it of the instrument itself. Pure: bodies of any shape."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from service.errors import Fault, fault
from service.register.instruments.rules.lifecycle import InstrumentAction
from service.register.instruments.rules.texts import Manner
from service.values import end

Body = Mapping[str, Any]
AS_IT_IS: Final = ("expires_at", "remark")
SAID: Final[Mapping[str, str]] = {
    "authentic_texts": "texts",
    "enters_into_force_on": "in_force_on",
    "ceremony_on": "ceremony_on",
}


def signed(body: Body, parties: Sequence[str]) -> dict[str, Any]:
    """Return the proposal by which the instrument is signed as the commitment's evidence tells: by one act."""
    act = {to: body[name] for name, to in {"effective_on": "on", "place": "place"}.items() if name in body}
    listed = body.get("signatories")
    acting = [one["party"] for one in listed if isinstance(one, dict) and isinstance(one.get("party"), str)] if isinstance(listed, list) else []  # fmt: skip
    act |= {"parties": list(dict.fromkeys(acting)) or list(parties)} | ({"signatories": listed} if listed else {})
    known = {"action", "effective_on", "place", "signatories", "expires_on", *SAID}
    rest = {name: value for name, value in body.items() if name not in known}
    said = {to: body[name] for name, to in SAID.items() if body.get(name) is not None}
    if last := body.get("expires_on"):
        said["duration"] = {"kind": "until", "on": _last_day(last)}
    return {**rest, **said, "action": InstrumentAction.SIGN.value, "manner": Manner.SIGNED.value, "acts": [act]}


def spelled_as_sent(lacking: Fault) -> Fault:
    """Return what the instrument's proposal lacks, by where it is sent in that of the commitment."""
    name = lacking["pointer"].removeprefix("/acts/0")
    return fault({"/on": "/effective_on", "/acts": "/signatories"}.get(name, name), lacking["detail"])


def _last_day(said: object) -> object:
    try:
        return end(str(said)).isoformat()
    except ValueError:
        return said


def taken_off(body: Body, carried: Sequence[str], commitment_id: str) -> dict[str, Any]:
    """Return the proposal by which the instrument does not carry the commitment any more."""
    return _carrying(body, [one for one in map(str, carried) if one != commitment_id])


def put_on(body: Body, carried: Sequence[str], commitment_id: str) -> dict[str, Any]:
    """Return the proposal by which the instrument carries the commitment too."""
    others = [one for one in map(str, carried) if one != commitment_id]
    reason = body.get("remark") or "It carries this commitment too."
    return _carrying({**{name: one for name, one in body.items() if name != "instrument_id"}, "reason": reason}, [*others, commitment_id])  # fmt: skip


def _carrying(body: Body, listed: list[str]) -> dict[str, Any]:
    return {**body, "action": InstrumentAction.AMEND.value, "changes": {"commitment_ids": listed}}
