"""Whatever strangers send, into every member of every body, every parameter and header: a problem, and nothing is changed."""

import base64
import json
import unicodedata
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema_rs
import pytest

from service.http.bodies import json_body
from tests.conftest import SESSION_9, World, item
from tests.http.test_manners import PROBLEM
from tests.openapi.answers import filled
from tests.openapi.strangers import EVERYTHING, OF_ITS_TYPE, TYPES, at, places, put, renamed, sample, variants
from tests.openapi.test_document import DOCUMENT
from tests.register import test_restorations as restorations
from tests.register.commissions import chartering, meeting
from tests.register.commitments.test_journey import RECORD, confirm, confirmed
from tests.register.instruments import recording
from tests.three_parties import commission_of_three

JSON = {"content-type": "application/json", "if-match": "*"}
EACH = [(method, path, found) for path, methods in DOCUMENT["paths"].items() for method, found in methods.items()]
BODIES = [
    (method, path, operation, schema)
    for method, path, operation in EACH
    if (body := json_body(operation))
    for schema in variants(DOCUMENT, body[1]["schema"])
]
REGISTRY = {"create_party", "create_registrar", "create_principal", "create_secret", "create_commission"}
NEVER = {
    "create_party",
    "create_registrar",
    "create_my_secret",
    "create_deactivation",
    # One id alone is sent, and nothing is announced under it.
    "create_objection",
    # It is false already, and true is for who has a provider of its own.
    "change_own_issuer_only",
    "put_member",
    "create_confirmation",
    "create_withdrawal",
    "create_transition correct",
    "create_transition reinstate",
    "create_transition retract",
    "create_transition acknowledge",
    "create_transition dispute",
    "create_session_transition correct",
    "create_session_transition reinstate",
    "create_session_transition retract",
    *(
        f"create_group_transition {action}"
        for action in ("found", "merge_into", "hand_over", "name_organisation", "correct", "reinstate", "retract")
    ),
    *(
        f"create_commission_transition {one}"
        for one in (
            "join",
            "accede",
            "leave",
            "name_secretariat",
            "appoint_auditor",
            "dismiss_auditor",
            "acknowledge_log",
        )
    ),
    "create_commission_transition correct",
    "create_commission_transition reinstate",
    *(f"create_instrument_transition {one}" for one in ("correct", "reinstate", "retract")),
}
"""Taken only once, or only with the id or the leaf hash of something that no document knows."""
SHARED = {("remark",), ("expires_at",)}
"""Members that every action has: tried in one."""
MOVED = {"redraft": 4, "sign": 4, "draft_mou": 2, "implement": 1, "agree": 20, "reopen": 8, "resume": 9, "approve": 21}
"""The item for which an action is legal, where it is not legal for item 7."""
TABLES = [
    "audit_entry",
    "commitment",
    "session",
    "instrument",
    "working_group",
    "transition",
    "principal",
    "organisation",
    "party",
    "commission",
    "credential",
    "idempotency_key",
]
# Who wrote a row last is told by its xmin: whatever adds, changes or removes one changes a sum, and no row is read as text.
STATE = "SELECT " + " || ' ' || ".join(
    f"(SELECT count(*) || ',' || coalesce(sum(xmin::text::bigint), 0) FROM {table})" for table in TABLES
)


@pytest.fixture(scope="module")
async def moved(worn: World) -> World:
    """A register with a commitment in every state from which an action leads."""
    made = (await worn.as_("PK").post("/v1/commitments", json={**RECORD, "item_number": 20})).json()
    await worn.as_("AZ").post(
        f"/v1/transitions/{made['open_transition']['id']}/confirmations", json={"decision": "refuse", "reason": "No"}
    )
    MADE[20] = made["id"]
    agreement = {"agreed_on": "2025", "subject_to": ["PK"]}
    made = (
        await worn.as_("PK").post("/v1/commitments", json={**RECORD, "item_number": 21, "agreement": agreement})
    ).json()
    await confirm(worn, made["open_transition"]["id"])
    MADE[21] = made["id"]
    done = {"action": "implement", "effective_on": "2025-02", "report": "R", "no_instrument_reason": "N"}
    await confirmed(worn, item(8), done)
    await confirmed(worn, item(9), {"action": "suspend", "reason": "R", "review_on": "2027"})
    await commission_of_three(worn)
    for title in ("K", "Komissiya"):
        await chartering.agreed(worn, chartering.AMEND | {"changes": {"titles": {"az": title}}})
    await worn.as_("administrator").post("/v1/parties", json={"code": "GE", "names": {"en": "Georgia"}})
    for name in ("planned", "held"):
        one = (await meeting.begin(worn, starts_on="2025", virtual=True))["id"]
        for virtual in (False, True):
            await meeting.agreed(worn, one, {"action": "change_host", "host_party": "PK", "virtual": virtual})
        MET[name] = one
    await meeting.agreed(worn, MET["held"], meeting.HOLD)
    for level in ("limited", "complete"):
        report = {"period_end": "2025-06", "level": level, "text": "T", "delay_reason": "funding"}
        await worn.as_("PK").post(f"/v1/commitments/{item(8)}/progress-reports", json=report)
    stopped = await restorations.announce(worn)
    await restorations.object_(worn, "PK", stopped)
    await restorations.announce(worn)
    await _texts(worn)
    await worn.sequence()
    return worn


async def _texts(world: World) -> None:
    """Make an instrument in every state from which an action leads."""
    refused = await recording.record(world)
    no = {"decision": "refuse", "reason": "No"}
    await world.as_("AZ").post(f"/v1/transitions/{refused['open_transition']['id']}/confirmations", json=no)
    LEGAL["enter"] = refused["id"]
    for name in ("", "redraft"):
        LEGAL[name] = (await recording.entered(world))["id"]
    await recording.agreed(
        world,
        LEGAL["redraft"],
        {"action": "agree_text", "effective_on": "2025", "place": "P", "texts": recording.TEXTS},
    )
    for name in ("terminate", "revoke_notice", "object"):
        LEGAL[name] = (await recording.entered(world, entering={"found_in": "signed"}))["id"]
    LEGAL["give_notice"] = LEGAL["supersede"] = LEGAL["terminate"]
    await recording.done(
        world, LEGAL["revoke_notice"], {"action": "give_notice", "effective_on": "2025", "clause": "C"}
    )
    await recording.agreed(
        world, LEGAL["object"], {"action": "terminate", "ground": "obsolete", "effective_on": "2025"}
    )


LEGAL: dict[str, str] = {}
"""The instrument for which an action is legal; "" is a draft."""
MADE: dict[int, str] = {}
MET: dict[str, str] = {}
"""A session that is planned, and was moved by both sides, and one that was held."""
CLAUSE = {
    "rule": {"anchor": "last_receipt", "steps": [{"first_of_month": 2}], "not_before": "2025-01-01"},
    "facts": [
        {"kind": "notification", "party": "PK", "on": "2025-01-28", "received_on": "2025-02-03"},
        {"kind": "deposit", "party": "PK", "on": "2025-01-28", "class": "state", "weight": 1},
    ],
    "parties": ["PK", "AZ"],
    "in_force_on": "2020-03-01",
}
PERIODS = {
    "duration": {"kind": "period", "years": 5, "counts_from": "2020-02-29", "then": "tacit", "next_months": 6},
    "notice": {"kind": "before_period_end", "months": 6, "days": 1},
    "in_force_on": "2020-03-01",
    "as_of": "2026-01-01",
    "notice_received_on": "2026-01-01",
}
SHARED_FACTS = {
    "contracting_parties": ["PK", "AZ"],
    "legal_character": {"PK": "binding"},
    "authentic_languages": ["en"],
    "prevailing_language": "en",
    "commitment_ids": [item(2)],
    "entry_into_force": CLAUSE["rule"],
    "facts": CLAUSE["facts"],
    "duration": PERIODS["duration"],
    "notice": PERIODS["notice"],
    "relations": [{"kind": "amends", "title": "An older one"}],
    "later_acts": [recording.ACT],
}
OF_A_KIND: dict[str, Any] = {
    "kind": "package",
    "package_items": {"1": {"titles": {"en": "T"}, "done_on": "2025"}},
    **dict.fromkeys(("continues", "pushed_by", "founded_group_ids", "event_session_id")),
}
"""What a kind tells goes together; a commitment of another commission no document knows."""
CHANGES = {
    "titles": {"en": "T"}, "texts": {"en": "T"}, "sector": "trade", "target_date": "2027", "working_group_id": None, "paragraph": "1",
    "annex": "B", "verb": "agreed", "confidentiality": "public", "instrument_required": True, "no_instrument_reason": "R",
    "target_text": "T", "source": "S", "remark": "R",
}  # fmt: skip
BESIDE = {
    # What the template says the service supplies; one of its steps nobody has said anything of in these tests.
    **{
        f"create_{matter}transition apply_template": {"template": "agreement", "steps": None, "template_entry": None}
        for matter in ("", "session_", "instrument_")
    },
    "create_commitment": OF_A_KIND,
    "create_transition amend": {"changes": CHANGES | OF_A_KIND},
    "create_instrument": {**SHARED_FACTS, "entering": recording.SENT},
    "create_instrument_transition enter": {"found_in": "signed", "acts": [recording.ACT], "texts": recording.TEXTS},
    "create_instrument_transition agree_text": {"texts": recording.TEXTS},
    "create_instrument_transition initial": {"texts": recording.TEXTS},
    "create_instrument_transition sign": {**recording.SIGN, "effective_on": "2025-03-01"},
    "create_instrument_transition sign_first": {"signatory": {"party": "PK", "name": "N"}},
    "create_instrument_transition amend": {"changes": SHARED_FACTS},
    "create_instrument_transition terminate": {"ground": "agreement", "effective_on": "2025-04-01"},
    "create_instrument_transition supersede": {"successor_id": "PK-AZ/I/0001"},
    "create_instrument_transition receive_notification": {"sender": "AZ"},
    "create_proposals": {"reason": "R", "review_on": "2027"},
    "create_transition carry_over": {"session_id": SESSION_9},
    "create_entry_into_force_calculation": CLAUSE,
    "create_periods_calculation": PERIODS,
}
"""What must stand in a body beside its sample: the evidence of many proposals, whose example suspends; a later session; clauses that go together."""
SAME = {"focal_point": "Desk"}
"""What is there already: sent again, it changes nothing."""


async def state(world: World) -> str:
    """Return what differs as soon as anything is written into the register."""
    owner = world.connections[0] if world.connections else await world.connect()
    return str(await owner.fetchval(STATE))


def named(case: tuple[str, str, Any, Any]) -> str:
    """Return the name of a case."""
    _, _, operation, schema = case
    action = schema.get("properties", {}).get("action", {}).get("const", "")
    return f"{operation['operationId']} {action}".strip()


def judged(answer: httpx.Response, sent: object) -> None:
    """Assert that a refusal is a problem document, whatever was sent."""
    assert answer.status_code < 500, (answer.request.url, sent, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == PROBLEM, (sent, answer.text)
        assert answer.json()["detail"], sent


class Target:
    """An operation with a body, and who calls it where."""

    def __init__(self, world: World, method: str, path: str, operation: Any, action: str | None) -> None:
        self.world, self.method, self.operation, self.proposed = world, method, operation, 0
        media_type, _ = json_body(operation) or ("", None)
        self.headers = {**JSON, "content-type": media_type}
        self.client = world.as_("administrator" if operation["operationId"] in REGISTRY else "PK")
        number = MOVED.get(action or "", 7)
        session = MET["held" if action == "adopt" else "planned"]
        self.url = filled(
            path,
            operation,
            {
                "commitment_id": MADE.get(number, item(number)),
                "session_id": session,
                "instrument_id": LEGAL.get(action or "", LEGAL[""]),
                "party": "GE",
            },
        )

    async def send(self, body: Any) -> httpx.Response:
        """Send a body; what is proposed is taken back, so that the next one can be."""
        answer = await self.client.request(
            self.method, self.url, content=json.dumps(body).encode(), headers=self.headers
        )
        name = self.operation["operationId"]
        proposes = answer.status_code == 201 and name.startswith("create_") and name.endswith("transition")
        made = [one for one in [answer.json()] if one["status"] == "open"] if proposes else []
        if answer.status_code == 200 and name == "create_proposals":
            made = [one["transition"] for one in answer.json()["results"] if one["transition"]]
            self.proposed += len(made)
        for one in made:
            await self.client.post(f"/v1/transitions/{one['id']}/withdrawal", json={})
        return answer


def test_every_operation_that_takes_a_body_is_tried_but_those_of_forms_and_files() -> None:
    tried = {operation["operationId"] for _, _, operation, _ in BODIES}
    left_out = {one["operationId"] for _, _, one in EACH if "requestBody" in one} - tried
    assert left_out == {"create_token", "create_revocation", "create_import", "create_document"}
    assert {"change_party_facts", "change_session"} < tried


@pytest.mark.document
@pytest.mark.parametrize("case", BODIES, ids=map(named, BODIES))
async def test_nothing_in_any_member_of_any_body_is_a_fault_of_ours(
    moved: World, case: tuple[str, str, Any, Any]
) -> None:
    method, path, operation, schema = case
    body = sample(DOCUMENT, schema) | BESIDE.get(named(case), {})
    action = body.get("action")
    target = Target(moved, method, path, operation, action)
    published = jsonschema_rs.validator_for({**schema, "components": DOCUMENT["components"]})
    ever, before = False, await state(moved)
    for place in places(body):
        if place[:1] in SHARED and action not in {None, "agree"}:
            continue
        member = place[-1] if place else None
        keys = [renamed(body, place, "é")] if isinstance(member, str) else []
        typed = OF_ITS_TYPE.get(type(at(body, place)), [])
        for batch in (
            [put(body, place, value) for value in TYPES] + keys,
            [put(body, place, value) for value in typed],
        ):
            taken = False
            for wrong in batch:
                answer = await target.send(wrong)
                judged(answer, wrong)
                assert not answer.is_success or published.is_valid(wrong), wrong
                taken = taken or answer.is_success
            after = await state(moved)
            assert taken or after == before, place
            before = after
            ever = ever or taken
    assert target.proposed or named(case) != "create_proposals", "nothing was proposed: no evidence was tried"
    assert ever or named(case) in NEVER, "no body was ever taken: nothing behind the shape was tried"


@pytest.mark.document
async def test_nothing_that_was_taken_turns_a_text_around(moved: World) -> None:
    """Runs after the others, in what they have left behind."""
    await state(moved)
    for row in await moved.connections[0].fetch("SELECT canonical FROM audit_entry"):
        text = bytes(row["canonical"]).decode()
        assert unicodedata.is_normalized("NFC", text)
        assert not set("\u202e\x07\u200b") & set(json.loads(text)["data"].get("reason") or "")


ODD = [
    "\x00",
    "é",
    "%FF",
    "-1",
    "1.5",
    "9" * 40,
    "a" * 5000,
    "[]",
    '{"a":1}',
    "true",
    "null",
    "' OR 1=1 --",
    "\u202e",
    "٣",
]
PARAMETERS = [
    (method, path, operation, parameter)
    for method, path, operation in EACH
    for parameter in operation.get("parameters", ())
    if parameter["in"] in {"query", "path"}
]


@pytest.mark.parametrize("case", PARAMETERS, ids=[f"{one[2]['operationId']} {one[3]['name']}" for one in PARAMETERS])
async def test_nothing_in_any_parameter_is_a_fault_of_ours(moved: World, case: tuple[str, str, Any, Any]) -> None:
    method, path, operation, parameter = case
    told = json_body(operation)
    body = json.dumps(sample(DOCUMENT, variants(DOCUMENT, told[1]["schema"])[0])).encode() if told else None
    before = await state(moved)
    for value in ODD:
        spelled = value if value == "%FF" else quote(value, safe="")
        if parameter["in"] == "path":
            url = filled(path.replace(f"{{{parameter['name']}}}", spelled), operation, {})
        elif parameter.get("required"):
            url = filled(path, operation, {parameter["name"]: value})
        else:
            url = f"{filled(path, operation, {})}?{parameter['name']}={spelled}"
        who = "administrator" if operation["operationId"] in REGISTRY else "PK"
        judged(await moved.as_(who).request(method, url, headers=JSON, content=body), value)
    assert await state(moved) == before


LISTS = [
    (path, operation)
    for method, path, operation in EACH
    if method == "get" and "cursor" in {one["name"] for one in operation.get("parameters", ())}
]


@pytest.mark.parametrize(("path", "operation"), LISTS, ids=[one["operationId"] for _, one in LISTS])
async def test_a_cursor_that_was_made_up_is_told_to_be_none_of_ours(moved: World, path: str, operation: Any) -> None:
    client = moved.as_("administrator" if "list_principals" in str(operation) or "registry" in path else "PK")
    made = {"commitment_id": item(8), "session_id": MET["planned"], "instrument_id": LEGAL["redraft"], "q": "Pakistan"}
    url = httpx.URL(filled(path, operation, made))
    first = await client.get(url.copy_merge_params({"limit": 1}))
    cursor = first.json()["next_cursor"]
    assert cursor, first.text
    sort, *values = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    for place in range(len(values)):
        for value in [*EVERYTHING, 2**40, 2**62]:
            made_up = base64.urlsafe_b64encode(
                json.dumps([sort, *values[:place], value, *values[place + 1 :]]).encode()
            )
            answer = await client.get(url.copy_merge_params({"limit": 1, "cursor": made_up.decode()}))
            judged(answer, value)
            told = [] if answer.is_success else answer.json()["errors"]
            assert answer.is_success or [one.get("parameter") for one in told] == ["cursor"], (value, answer.text)


HEADERS = [
    "accept",
    "accept-encoding",
    "accept-language",
    "content-type",
    "content-encoding",
    "cookie",
    "expect",
    "forwarded",
    "from",
    "host",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "idempotency-key",
    "origin",
    "prefer",
    "range",
    "referer",
    "te",
    "traceparent",
    "tracestate",
    "user-agent",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-request-id",
]
BYTES = [
    b"\xff",
    "é".encode(),
    b"",
    b" ",
    b"a" * 5000,
    b'"',
    b'W/"',
    b";;;=,,",
    b"application/json; charset=\xff",
    b"*/*;q=x",
]


@pytest.mark.parametrize("name", HEADERS)
async def test_no_bytes_in_any_header_are_a_fault_of_ours(moved: World, name: str) -> None:
    where = f"/v1/commitments/{item(7)}"
    asked: list[tuple[str, str, Any]] = [
        ("GET", "/v1/commitments?limit=1", None),
        ("PATCH", where, SAME),
        ("POST", f"{where}/transitions", {"action": "withdraw", "reason": ["none"]}),
        ("POST", "/oauth/token", {"grant_type": "client_credentials"}),
    ]
    await moved.as_("PK").patch(where, json=SAME, headers={"if-match": "*"})
    before = await state(moved)
    for value in BYTES:
        for method, url, body in asked:
            headers = {**{key.encode(): one.encode() for key, one in JSON.items()}, name.encode(): value}
            content = json.dumps(body).encode() if body else None
            answer = await moved.as_("PK").request(method, url, headers=headers, content=content)
            assert answer.status_code < 500, (value, answer.text)
    assert await state(moved) == before
