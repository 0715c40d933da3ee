"""Reading a body that has one meaning, or none: JSON as RFC 7493 (I-JSON) narrows it.

Two readers of one body must not understand two things: `{"decision": "refuse", "decision": "confirm"}` confirms for one and
refuses for another. What is ambiguous, no JSON, or made to exhaust its reader, is a 400; what is well said and wrong is a
422, by the operation's own model.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from fastapi import Request
from typing_extensions import override

DEEPEST: Final = 32
"""No body of ours is deeper than eight; whoever walks through a value may rely on this."""
STREAMED: Final = "x-streamed-file"
"""With this member in its `openapi_extra` a route reads its body, a file, in pieces; how long that may be the operator says."""
MERGE_PATCH: Final = "application/merge-patch+json"
"""What a PATCH takes (RFC 7396). Plain JSON is read as the same."""
_may_hold_half_a_pair = re.compile(r"\\u[dD][89a-fA-F]").search


class StrictRequest(Request):
    """A request whose JSON is read strictly, wherever it is read."""

    @override
    async def json(self) -> Any:
        """Return the body's JSON value; `json.JSONDecodeError` says what is wrong with it, for people."""
        if encoding := packed(self):
            _refuse(f"it is packed (Content-Encoding: {encoding}); send it as it is", "")
        return read(await self.body())


def packed(request: Request) -> str:
    """Return the Content-Encoding by which the body was packed, which we do not undo; "" if it was not."""
    encoding = request.headers.get("content-encoding", "").strip()
    return "" if encoding.lower() == "identity" else encoding


def is_json(content_type: str) -> bool:
    """Return whether this media type is JSON, or made of it."""
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def json_body(operation: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return the media type of an operation's body in JSON and what the document says of it; None if it takes none."""
    content = operation.get("requestBody", {}).get("content", {})
    return next(((kind, said) for kind, said in content.items() if is_json(kind)), None)


def read(body: bytes) -> Any:  # noqa: ANN401 -- any JSON value
    """Return the JSON value that `body` spells; `json.JSONDecodeError` says what is wrong with it, for people."""
    text = ""
    try:
        # Windows' own tools write a byte-order mark, which a reader may ignore (RFC 8259, 8.1).
        text = body.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_number, parse_float=_finite)
        if _may_hold_half_a_pair(text):
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as wrong:
        _refuse(_said(wrong, text), text, wrong)
    except UnicodeDecodeError as wrong:
        _refuse("it is not UTF-8", text, wrong)
    except UnicodeEncodeError as wrong:
        _refuse("a text in it holds half of a surrogate pair (\\ud800 to \\udfff)", text, wrong)
    except RecursionError as wrong:
        _refuse(_TOO_DEEP, text, wrong)
    except ValueError as wrong:
        # Ours, and Python's for a number of thousands of digits.
        said = str(wrong) if isinstance(wrong, _Ambiguous) else "a number in it has too many digits"
        _refuse(said, text, wrong)
    if text.count("[") + text.count("{") > DEEPEST and _depth(value) > DEEPEST:
        _refuse(_TOO_DEEP, text)
    return value


_WANTED: Final = {
    "Expecting value": "a value",
    "Expecting property name enclosed in double quotes": "a member's name in double quotes",
    "Expecting ':' delimiter": "a colon",
    "Expecting ',' delimiter": "a comma or the end of the list or object",
    "Extra data": "nothing more",
}
_QUOTES: Final = frozenset("'`´‘’“”„«»")  # noqa: RUF001 -- they are what is told apart


def _said(wrong: json.JSONDecodeError, text: str) -> str:
    """Return where and how a text stops being JSON; Python's own phrases are for its programmers."""
    rest = text[wrong.pos :].lstrip()
    if not text.strip():
        return "it is empty"
    if not rest or wrong.msg.startswith("Unterminated string"):
        return "it ends too early: something that was opened is not closed"
    if (wanted := _WANTED.get(wrong.msg)) is None:
        where = _place(text, wrong.pos)
        return f"at {where} a text holds what is written with a backslash: \\n ends a line, \\\\ is one backslash"
    where = _place(text, len(text) - len(rest))
    if rest[0] in _QUOTES:
        return f'at {where} comes {rest[0]}; names and texts stand in plain double quotes (")'
    return f"at {where} comes {rest[0]!r} where {wanted} is wanted"


def _place(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1}, column {at - text.rfind(chr(10), 0, at)}"


_TOO_DEEP: Final = f"it is nested too deeply; {DEEPEST} levels are the most"


class _Ambiguous(ValueError):
    """Has no meaning on which all readers agree."""


def _once_each(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        twice = sorted(name for name, times in Counter(name for name, _ in members).items() if times > 1)
        raise _Ambiguous(f"{', '.join(map(repr, twice))} is given more than once in one object; give it once")
    return found


def _no_number(spelled: str) -> NoReturn:
    raise _Ambiguous(f"{spelled} is not a number in JSON")


def _finite(spelled: str) -> float:
    value = float(spelled)
    if math.isinf(value):
        raise _Ambiguous("a number in it is too large")
    return value


def _depth(value: Any) -> int:  # noqa: ANN401 -- any JSON value
    """Return how many arrays and objects stand in each other, counted level by level."""
    depth, level = 0, [value]
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return depth


def _refuse(said: str, text: str, cause: Exception | None = None) -> NoReturn:
    raise json.JSONDecodeError(said, text, 0) from cause
