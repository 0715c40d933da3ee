"""A body has one meaning, or it is refused before anything is done."""

import gzip
import json
from typing import Any

import pytest

from service.http.bodies import DEEPEST, read
from tests.conftest import World, item
from tests.http.test_manners import check
from tests.register.commitments.test_journey import RECORD, SIGN

MOVES = f"/v1/commitments/{item(4)}/transitions"


def doubled(body: Any) -> bytes:
    """Return `body` with the last member of its innermost object said twice."""
    spelled = json.dumps(body)
    end = spelled.index("}")
    start = spelled.rindex('"', 0, spelled.rindex(": ", 0, end) - 1)
    return f"{spelled[:end]}, {spelled[start:end]}{spelled[end:]}".encode()


TWICE = [
    ("POST", MOVES, {"action": "withdraw", "reason": "x"}),
    ("POST", MOVES, SIGN),
    ("POST", MOVES, {"action": "amend", "reason": "x", "changes": {"titles": {"en": "A"}}}),
    ("POST", "/v1/commitments", RECORD),
    ("PATCH", f"/v1/commitments/{item(4)}", {"focal_point": "Desk"}),
    ("POST", "/v1/principals", {"client_id": "abc", "name": "A", "kind": "auditor"}),
    ("PUT", f"/v1/working-groups/{item(4)}/members/{item(4)}", {"role": "member"}),
]


@pytest.mark.parametrize(("method", "path", "body"), TWICE)
async def test_a_member_that_is_given_twice_is_refused_wherever_it_stands(
    still: World, method: str, path: str, body: Any
) -> None:
    answer = await still.as_("PK").request(
        method, path, content=doubled(body), headers={"content-type": "application/json", "if-match": "*"}
    )
    assert "is given more than once" in check(answer, 400, "unreadable")["detail"]


async def test_a_refusal_followed_by_a_confirmation_is_neither(world: World) -> None:
    made = (await world.as_("PK").post(MOVES, json=SIGN)).json()["id"]
    both = b'{"reason": "No", "decision": "refuse", "d\\u0065cision": "confirm"}'
    answer = await world.as_("AZ").post(
        f"/v1/transitions/{made}/confirmations", content=both, headers={"content-type": "application/json"}
    )
    assert "'decision' is given more than once" in check(answer, 400)["detail"]
    assert (await world.as_("AZ").get(f"/v1/transitions/{made}")).json()["status"] == "open"


@pytest.mark.parametrize("depth", [DEEPEST + 1, 900, 50_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"changes":', "}")])
async def test_a_body_that_is_nested_too_deeply_is_refused(
    still: World, depth: int, opening: str, closing: str
) -> None:
    content = opening * depth + "1" + closing * depth
    for path in (MOVES, "/v1/commitments"):
        answer = await still.as_("PK").post(
            path, content=content[:250_000], headers={"content-type": "application/json"}
        )
        check(answer, 400, "unreadable")


@pytest.mark.parametrize(
    ("spelled", "said"),
    [
        (b"NaN", "NaN is not a number"),
        (b"[-Infinity]", "-Infinity is not a number"),
        (b'{"a": 1e999}', "too large"),
        (b"1" * 5000, "too many digits"),
        (b'"\\ud800"', "half of a surrogate pair"),
        (b'{"\\uDFFF": 1}', "half of a surrogate pair"),
        (b"\xff", "not UTF-8"),
        ("{}".encode("utf-16"), "not UTF-8"),
        (b'{"a": 1,}', "line 1, column 9"),
        (b"", "it is empty"),
        (b'{"a": "\n"}', "line 1, column 8"),
    ],
)
def test_what_is_no_json_is_said_in_words(spelled: bytes, said: str) -> None:
    with pytest.raises(json.JSONDecodeError, match=said):
        read(spelled)


@pytest.mark.parametrize(
    ("spelled", "value"),
    [
        (b"\xef\xbb\xbf{}", {}),
        (b'"\\ud83d\\ude00"', "\N{GRINNING FACE}"),
        (b'[{"a": 1}, {"a": 1.5}]', [{"a": 1}, {"a": 1.5}]),
        (b"9007199254740993", 9007199254740993),
        (("[" * DEEPEST + "]" * DEEPEST).encode(), json.loads("[" * DEEPEST + "]" * DEEPEST)),
        (json.dumps([[]] * 100).encode(), [[]] * 100),
    ],
)
def test_sound_json_is_read_as_it_is(spelled: bytes, value: Any) -> None:
    assert read(spelled) == value


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b" ", "it is empty"),
        (b'{"action": "sign"', "it ends too early: something that was opened is not closed"),
        (b'{"action": "si', "it ends too early: something that was opened is not closed"),
        (b"{'action': 'sign'}", "at line 1, column 2 comes '; names and texts stand in plain double quotes (\")"),
        (
            "{“action”: “sign”}".encode(),
            'at line 1, column 2 comes “; names and texts stand in plain double quotes (")',
        ),
        (b'{"action":\n  sign}', "at line 2, column 3 comes 's' where a value is wanted"),
        (b'{"a": 1,}', "at line 1, column 9 comes '}' where a member's name in double quotes is wanted"),
        (b'{"a" 1}', "at line 1, column 6 comes '1' where a colon is wanted"),
        (b'{"a": 1 "b": 2}', "at line 1, column 9 comes '\"' where a comma or the end of the list or object is wanted"),
        (b"{} {}", "at line 1, column 4 comes '{' where nothing more is wanted"),
        (b'{"a": "C:\\x"}', "at line 1, column 10 a text holds what is written with a backslash: "),
        (b'{"a": "one\ntwo"}', "at line 1, column 11 a text holds what is written with a backslash: "),
    ],
)
def test_what_is_no_json_is_told_where_and_how_in_plain_words(body: bytes, said: str) -> None:
    with pytest.raises(json.JSONDecodeError) as wrong:
        read(body)
    assert wrong.value.msg.startswith(said)


async def test_a_body_that_is_packed_is_refused_and_told_to(still: World) -> None:
    content = gzip.compress(json.dumps(SIGN).encode())
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    answer = await still.as_("PK").post(MOVES, content=content, headers=headers)
    assert "not packed (Content-Encoding: gzip)" in check(answer, 415)["detail"]
    plain = await still.as_("PK").post(MOVES, content=b"{}", headers=headers | {"content-encoding": "identity"})
    check(plain, 422)
