"""Any history of any matters is proven by the verifier, and the tables hold what its replay arrives at."""

from typing import Any, Final

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.demo.pilot import PILOT
from service.register.matters import MATTERS
from tests.conftest import COMMISSION, SESSION_8, SESSION_9, Maker, World, item, organisation
from tests.register.commissions.meeting import ADOPT, CANCEL, HOLD, MINUTES, begin, proven
from tests.register.commitments.test_journey import DRAFT, RECORD, SIGN, read
from tests.register.groups.grouping import ENERGY, TRADE
from tests.register.instruments.recording import ACT, TEXTS, confirmed, record
from tests.register.instruments.recording import SIGN as INSTRUMENT_SIGN

pytestmark = pytest.mark.long

ADDRESSES: Final = {
    "commitment": "commitments",
    "session": "sessions",
    "commission": "commissions",
    "working_group": "working-groups",
    "instrument": "instruments",
}
REASON: Final = {"reason": "R"}
OF_STEPS: Final[list[dict[str, Any]]] = [
    {"action": "record_step", "step": "cabinet_approval", "status": "done", "effective_on": "2025-03-10"},
    {"action": "apply_template", "template": "mou"},
]
EVIDENCE: Final[dict[str, list[dict[str, Any]]]] = {
    "commitment": [
        {"action": "agree", "agreed_on": "2025"}, {"action": "agree", "found_in": "signed", "subject_to": ["PK"]}, DRAFT, SIGN,
        {"action": "agree", "found_in": "signed", "instrument_id": "PK-AZ/I/0001"},
        {"action": "implement", "effective_on": "2026", "report": "R", "no_instrument_reason": "N"},
        {"action": "amend", "changes": {"target_date": "2028"}, **REASON},
        {"action": "carry_over", "session_id": SESSION_9}, {"action": "carry_over", "session_id": SESSION_8},
        {"action": "approve"}, {"action": "approve", "approved": False},
        {"action": "suspend", "review_on": "2027", **REASON},
        *({"action": action, **REASON} for action in ("redraft", "reopen", "resume", "withdraw", "lapse", "retract")),
        {"action": "supersede", "successors": ["PK-AZ/08/003", "PK-AZ/08/007"]}, *OF_STEPS,
    ],
    "session": [
        HOLD, HOLD | {"minutes": MINUTES, "subject_to": ["AZ"]}, ADOPT, CANCEL,
        {"action": "hold", "ends_on": "2025", "venue": "Lahore"},
        {"action": "move", "starts_on": "2027", **REASON}, {"action": "move", **REASON},
        {"action": "change_host", "host_party": "AZ"}, {"action": "change_host", "host_party": "PK", "virtual": True},
        {"action": "name_co_chair", "co_chair": {"name": "N", "title": "T"}}, {"action": "name_co_chair", "co_chair": None},
        {"action": "retract"}, *OF_STEPS,
    ],
    "working_group": [
        {"action": "found"}, {"action": "retract"}, {"action": "rename", "titles": {"en": "G"}},
        {"action": "merge_into", "receiver_id": TRADE}, {"action": "dissolve", "receiver_id": None, **REASON},
        {"action": "dissolve", "receiver_id": TRADE, **REASON},
        {"action": "hand_over", "receiver_id": TRADE, "commitments": [item(7)]},
        {"action": "name_organisation", "organisation_id": organisation(105), "role": "member"},
        {"action": "name_organisation", "organisation_id": organisation(105), "role": None},
        {"action": "name_organisation", "organisation_id": organisation(205), "role": "member"},
        {"action": "name_contacts", "contacts": {"main": "N"}}, {"action": "name_contacts", "contacts": None},
    ],
    "instrument": [
        {"action": "agree_text", "effective_on": "2025-02", "texts": TEXTS}, {"action": "redraft", **REASON},
        {"action": "initial", "effective_on": "2025-02-20", "place": "Baku", "texts": TEXTS}, INSTRUMENT_SIGN, INSTRUMENT_SIGN,
        {"action": "sign_first", "effective_on": "2025-02-20", "place": "Baku", "signatory": ACT["signatories"][0]},
        {"action": "amend", "changes": {"entry_into_force": {"anchor": "last_notification"}}, **REASON},
        *OF_STEPS,
        {"action": "send_notification", "what": "notification", "effective_on": "2025-04"},
        {"action": "receive_notification", "sender": "PK", "effective_on": "2025-05"},
        {"action": "receive_notification", "sender": "AZ", "received": False},
        {"action": "give_notice", "effective_on": "2025-10-15", "clause": "Article 9"}, {"action": "revoke_notice"},
        {"action": "terminate", "ground": "agreement", "effective_on": "2026", **REASON},
        {"action": "object", **REASON}, {"action": "abandon", **REASON}, {"action": "retract"},
        {"action": "supersede", "successor_id": "PK-AZ/I/0001"}, {"action": "publish", "where": "Gazette 1"},
    ],
    "commission": [
        {"action": "amend", "changes": {"titles": {"az": "K"}}, **REASON},
        {"action": "amend", "changes": {"titles": {"az": None}, "founded_on": "1995"}, **REASON},
        {"action": "amend", "changes": {"founding_act": "Agreement"}, **REASON},
        {"action": "dissolve", "effective_on": "2026", **REASON},
        {"action": "name_secretariat", "secretariat_id": organisation(101)},
        {"action": "name_secretariat", "secretariat_id": organisation(201)},
        {"action": "appoint_auditor", "principal_id": PILOT["auditor"]},
        {"action": "dismiss_auditor", "principal_id": PILOT["auditor"], **REASON},
        {"action": "join", "party": "AZ", "effective_on": "2026"},
        {"action": "join", "party": "AZ", "effective_on": "2026", "secretariat_id": organisation(201)},
        {"action": "accede", "party": "PK", "effective_on": "2026"},
        {"action": "set_step_template", "template": "mou", "steps": [{"step": "legal_vetting"}]},
    ],
}  # fmt: skip
BESIDE: Final = {"leave", "acknowledge_log"}
"""Who has left begins nothing in the histories after: `test_charter_races.py` has it among all else, and proves it."""
FACTS: Final = [
    ("effective_on", "2025-02"), ("ends_on", "2025-05-06"), ("venue", "Ganja"), ("ordinal", 8), ("ordinal", 12),
    ("founded_on", "1994"), ("sector", "energy"), ("agreed_on", "2025-01"), ("place", "Baku"), ("starts_on", None), ("host_party", "AZ"),
]  # fmt: skip
Step = tuple[str, int, int, int]
PARTY: Final = st.sampled_from(["PK", "AZ"])
STEPS: Final = st.lists(
    st.tuples(PARTY, st.integers(0, 8), st.integers(0, 40), st.integers(0, 20)), min_size=4, max_size=25
)
"""Who, on which of the matters (seven, and the instruments that drafts have opened), does which of all things, naming which entry."""


def test_every_action_of_every_matter_may_happen_here() -> None:
    for matter in MATTERS:
        known = {str(one["action"]) for one in EVIDENCE[matter.kind]} | {"correct", "reinstate", "merge"}
        assert (
            set(map(str, matter.rules.evidence)) <= known | {"carry_over", "acknowledge", "dispute", "enter"} | BESIDE
        )


async def matters(world: World) -> list[tuple[str, str]]:
    """Begin two sessions and two commitments, of one of which a draft is proposed, and return the kind and id of each, of the
    commission, a working group and an instrument."""
    planned = await begin(world, ordinal=10, starts_on="2025")
    recorded = await begin(world, "AZ", action="record", ordinal=11)
    items = [
        (await world.as_("PK").post("/v1/commitments", json={**_item(), **place})).json()["id"]
        for place in ({"session_id": planned["id"]}, {})
    ]
    await confirmed(world, (await read(world, items[1]))["open_transition"]["id"])
    # An answer to it is likely, and opens an instrument.
    assert (await world.as_("PK").post(f"/v1/commitments/{items[1]}/transitions", json=DRAFT)).is_success
    return [
        ("session", planned["id"]),
        ("session", recorded["id"]),
        *(("commitment", one) for one in items),
        ("commission", COMMISSION),
        ("working_group", ENERGY),
        ("instrument", (await record(world))["id"]),
    ]


def _item() -> dict[str, Any]:
    _item.number += 1  # type: ignore[attr-defined]
    body = {name: value for name, value in RECORD.items() if name != "item_number"}
    return {**body, "session_id": SESSION_8, "item_number": _item.number}  # type: ignore[attr-defined]


_item.number = 1000  # type: ignore[attr-defined]


async def take(world: World, known: list[tuple[str, str]], step: Step) -> bool:
    """Take a step of the history, whether it is legal or not; return whether it was taken."""
    party, which, what, entry = step
    kind, matter_id = known[which % len(known)]
    client, url = world.as_(party), f"/v1/{ADDRESSES[kind]}/{matter_id}"
    waiting = (await client.get(url)).json()["open_transition"]
    if waiting and what % 3:
        decision = {"decision": "confirm"} if what % 5 else {"decision": "refuse", "reason": "R"}
        path, body = ("confirmations", decision) if waiting["proposed_by"] != party else ("withdrawal", {})
        if path == "withdrawal" and what % 4:
            return False
        done = (await client.post(f"/v1/transitions/{waiting['id']}/{path}", json=body)).is_success
        await opened(client, known, kind, url)
        return done
    moves = [*EVIDENCE[kind], "correct", "correct", "correct", "reinstate"]
    move = moves[what % len(moves)]
    if isinstance(move, str):
        await world.sequence()  # the feed of a commission tells what has its index
        trail = (await client.get(f"{url}/audit-trail?limit=200")).json()["items"]
        leaf = trail[entry % len(trail)]["leaf_hash"]
        fact, value = FACTS[entry % len(FACTS)]
        named = {"corrects": leaf, "fact": fact, "value": value} if move == "correct" else {"undoes": leaf}
        move = {"action": move, **named, **REASON}
    answer = await client.post(f"{url}/transitions", json=move)
    assert answer.status_code in {201, 403, 409, 422}, answer.text
    return answer.is_success


async def opened(client: httpx.AsyncClient, known: list[tuple[str, str]], kind: str, url: str) -> None:
    """Know the instrument, too, that a commitment's draft has opened: what is done next may be done with it."""
    if kind == "commitment" and (told := (await client.get(url)).json().get("instrument")) and told["id"]:
        known.extend({("instrument", told["id"])} - set(known))


async def freed(world: World, known: list[tuple[str, str]], turn: int) -> None:
    """Let one party alone, each in its turn, free every place that the history left open, whoever proposed there."""
    for number, (kind, matter_id) in enumerate(known, turn):
        party, url = ("PK", "AZ")[number % 2], f"/v1/{ADDRESSES[kind]}/{matter_id}"
        client = world.as_(party)
        if not (waiting := (await client.get(url)).json()["open_transition"]):
            continue
        mine = waiting["proposed_by"] == party
        way, body = ("withdrawal", {}) if mine else ("confirmations", {"decision": "refuse", **REASON})
        done = await client.post(f"/v1/transitions/{waiting['id']}/{way}", json=body)
        assert done.status_code == 201, (kind, waiting, done.text)
        assert (await client.get(url)).json()["open_transition"] is None


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(STEPS)
async def test_a_random_history_is_proven_and_the_tables_are_its_replay(make_world: Maker, steps: list[Step]) -> None:
    # A register for each: what a history ends, a commission or its membership, no other begins with.
    world = await make_world()
    known = await matters(world)
    for step in steps:
        await take(world, known, step)
    await freed(world, known, steps[0][1])
    await proven(world, COMMISSION)
    await make_world.close()
