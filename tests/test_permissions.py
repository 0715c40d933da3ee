"""Who may do what: the roles as data, and the whole matrix through the API."""

from itertools import product
from typing import Any
from uuid import uuid4

import httpx
import pytest

from service.errors import NotPermitted
from service.permissions import PERMISSIONS, Caller, Confidentiality, Kind, Permission, Role, Standing, standing
from tests.conftest import COMMISSION, SESSION_9, World, item, organisation
from tests.register.commitments.test_journey import SIGN, confirm
from tests.three_parties import commission_of_three, record_in

COMMISSION_OF_TWO: dict[str, Any] = {
    "titles": {"en": "A second commission"},
    "parties": ["PK", "AZ"],
    "languages": ["en"],
    "rule": "mutual",
}
READ = {"read_public", "read_parties", "read_restricted"}
EXPECTED: dict[str, set[str]] = {
    "administrator": {"register", "read_principals", "found_commission", "read_registry_trail", "read_public"},
    "registrar": {"register_for_party", "read_principals", "name_secretariat"},
    "secretariat": READ | {"join", "manage_commission", "propose", "report", "confirm", "edit_party_facts", "read_log"},
    "co_lead": READ | {"propose", "report", "confirm", "edit_party_facts"},
    "member": READ | {"propose", "report", "edit_party_facts"},
    "lead": {"read_public", "read_parties", "propose", "report", "edit_party_facts"},
    "party": {"read_public", "read_parties", "read_principals"},
    "newcomer": {"join", "confirm"},
    "auditor": READ | {"read_log", "audit_parties"},
    "observer": {"read_public"},
}


@pytest.mark.parametrize(("role", "permission"), list(product(Role, Permission)))
def test_a_role_has_exactly_the_permissions_that_the_domain_gives_it(role: Role, permission: Permission) -> None:
    may = permission in EXPECTED[role]
    assert (permission in PERMISSIONS[role]) is may
    someone = Standing(Caller(uuid4(), "x", Kind.OBSERVER), frozenset({role}))
    assert someone.may(permission) is may
    if may:
        someone.require(permission)
    else:
        with pytest.raises(NotPermitted, match=permission):
            someone.require(permission)


@pytest.mark.parametrize("kind", list(Kind))
def test_only_representatives_have_a_partys_roles_and_only_auditors_audit(kind: Kind) -> None:
    everything: dict[str, Any] = {
        "registrar": True,
        "secretariat": True,
        "co_lead": True,
        "member": True,
        "party": True,
        "auditor": True,
    }
    roles = standing(Caller(uuid4(), "x", kind), **everything).roles
    partys = {Role.REGISTRAR, Role.SECRETARIAT, Role.CO_LEAD, Role.MEMBER, Role.PARTY}
    assert (partys & roles == partys) is (kind is Kind.REPRESENTATIVE)
    assert bool(partys & roles) is (kind is Kind.REPRESENTATIVE)
    assert (Role.AUDITOR in roles) is (kind is Kind.AUDITOR)
    assert (Role.ADMINISTRATOR in roles) is (kind is Kind.ADMINISTRATOR)


# Who calls, and what it is towards a commitment of the pilot's energy group, in the pilot's commission and in another one.
CALLERS: dict[str, tuple[str, str]] = {
    "administrator": ("administrator", "administrator"),
    "PK": ("secretariat", "secretariat"),
    "AZ": ("secretariat", "secretariat"),
    "pk-energy": ("co_lead", "party"),
    "az-energy": ("co_lead", "party"),
    "pk-member": ("member", "party"),
    "pk-health": ("party", "party"),
    "tr-secretariat": ("observer", "secretariat"),
    "auditor": ("auditor", "observer"),
    "auditor-2": ("observer", "observer"),
    "observer": ("observer", "observer"),
}
LEVELS = [level.value for level in Confidentiality]
ORGANISATIONS = {"pk-energy": 104, "az-energy": 204, "pk-member": 105, "pk-health": 106}


async def people(world: World) -> str:
    """Register everyone in CALLERS, and return the id of the other commission, of PK, AZ and TR."""
    for who, number in ORGANISATIONS.items():
        await world.second_principal(who, organisation_id=organisation(number))
    await world.second_principal("auditor-2", "auditor")
    group = f"/v1/working-groups/01940000-0000-7000-8000-000000000302/members/{organisation(105)}"
    assert (await world.as_("PK").put(group, json={"role": "member"})).status_code == 200
    return await commission_of_three(world, confidentiality="public")


async def targets(world: World, other_commission: str) -> dict[tuple[str, str], str]:
    """Agree on one commitment of each confidentiality in both commissions; (commission, level) -> id. Each has a proposal open."""
    made: dict[tuple[str, str], str] = {}
    for number, level in enumerate(LEVELS):
        own = await record_in(
            world,
            COMMISSION,
            number,
            confidentiality=level,
            working_group_id="01940000-0000-7000-8000-000000000302",
        )
        other = await record_in(world, other_commission, number, confidentiality=level)
        for one, where in ((own, "own"), (other, "other")):
            made[where, level] = one["id"]
            await confirm(world, one["open_transition"]["id"])
            if where == "other":
                await confirm(world, one["open_transition"]["id"], "tr-secretariat")
            lapse = {"action": "lapse", "reason": "R"}
            assert (await world.as_("PK").post(f"/v1/commitments/{one['id']}/transitions", json=lapse)).is_success
    return made


async def attempts(world: World, who: str, commitment_id: str) -> dict[str, httpx.Response]:
    """Try everything that one can try with a commitment; nothing of it succeeds in changing what others try."""
    client, url = world.as_(who), f"/v1/commitments/{commitment_id}"
    open_one = (await world.as_("PK").get(url)).json()["open_transition"]["id"]
    unknown_lead = {"lead_organisation_id": str(uuid4())}
    return {
        "read": await client.get(url),
        "trail": await client.get(f"{url}/audit-trail"),
        "moves": await client.get(f"{url}/transitions"),
        "move": await client.get(f"/v1/transitions/{open_one}"),
        "propose": await client.post(f"{url}/transitions", json={"action": "withdraw", "reason": "R"}),
        "confirm": await client.post(f"/v1/transitions/{open_one}/confirmations", json={"decision": "refuse"}),
        "take_back": await client.post(f"/v1/transitions/{open_one}/withdrawal", json={"reason": 7}),
        "patch": await client.patch(url, json=unknown_lead, headers={"If-Match": "*"}),
        "report": await client.post(f"{url}/progress-reports", json={"level": "complete"}),
        "reports": await client.get(f"{url}/progress-reports"),
    }


async def test_the_matrix_of_roles_parties_commissions_and_confidentiality(world: World) -> None:
    made = await targets(world, await people(world))
    for who, (where, level) in product(CALLERS, made):
        role = CALLERS[who][0 if where == "own" else 1]
        answers = await attempts(world, who, made[where, level])
        told = {name: answer.status_code for name, answer in answers.items()}
        case = (who, role, where, level, told)
        granted = EXPECTED[role]
        if f"read_{level}" not in granted:
            assert {status for name, status in told.items() if name != "take_back"} == {404}, case
            continue
        assert {told[name] for name in ("read", "trail", "moves", "move", "reports")} == {200}, case
        # A proposal is open, which the lifecycle's answer says before the right to propose is asked.
        assert told["propose"] == 409, case
        own_proposal = who.upper().startswith("PK")
        assert told["confirm"] == (403 if "confirm" not in granted else 409 if own_proposal else 422), case
        assert told["patch"] == (422 if "edit_party_facts" in granted else 403), case
        assert told["report"] == (422 if "report" in granted else 403), case


async def test_what_one_may_not_see_is_byte_for_byte_what_is_not_there(world: World) -> None:
    await people(world)
    hidden, absent = item(5), str(uuid4())
    proposal = (await world.as_("PK").post(f"/v1/commitments/{hidden}/transitions", json=SIGN)).json()["id"]
    for who in ("observer", "pk-health", "tr-secretariat", "administrator"):
        headers = {"X-Request-ID": "same", "If-Match": "*"}
        for method, path, body in (
            ("GET", "/v1/commitments/{}", None),
            ("GET", "/v1/commitments/{}/audit-trail", None),
            ("GET", "/v1/commitments/{}/transitions", None),
            ("POST", "/v1/commitments/{}/transitions", SIGN),
            ("PATCH", "/v1/commitments/{}", {"focal_point": "x"}),
            ("GET", "/v1/transitions/{}", None),
            ("POST", "/v1/transitions/{}/confirmations", {"decision": "confirm"}),
            ("POST", "/v1/transitions/{}/withdrawal", {}),
            ("GET", "/v1/commitments/{}/progress-reports", None),
            ("POST", "/v1/commitments/{}/progress-reports", {"level": "complete"}),
        ):
            secret = proposal if "transitions/{}" in path else hidden
            pair = []
            for key in (secret, absent):
                answer = await world.as_(who).request(method, path.format(key), json=body, headers=headers)
                assert answer.status_code == 404, (who, path, answer.text)
                pair.append((answer.content.replace(key.encode(), b"ID"), sorted(answer.headers.items())))
            assert pair[0][0] == pair[1][0], (who, path)


@pytest.mark.parametrize("who", ["administrator", "auditor", "observer", "pk-health", "tr-secretariat"])
async def test_those_without_the_right_can_neither_record_nor_propose_nor_manage(world: World, who: str) -> None:
    await people(world)
    client = world.as_(who)
    body: dict[str, Any] = {
        "commission_id": COMMISSION,
        "sector": "trade",
        "titles": {"en": "T"},
        "texts": {"en": "T"},
        "instrument_required": False,
        "agreement": {"agreed_on": "2025"},
    }
    assert (await client.post("/v1/commitments", json=body)).status_code == 403
    told = await client.post(f"/v1/commitments/{item(14)}/transitions", json={"action": "withdraw", "reason": "R"})
    assert told.status_code == 403
    assert "secretariat" in told.json()["detail"]
    session = {"action": "plan", "ordinal": 12}
    assert (await client.post(f"/v1/commissions/{COMMISSION}/sessions", json=session)).status_code == 403


@pytest.mark.parametrize("who", ["PK", "AZ", "auditor", "observer"])
async def test_only_the_administrator_registers_parties_and_founds(world: World, who: str) -> None:
    client = world.as_(who)
    for path, body in (
        ("/v1/parties", {"code": "TR", "names": {"en": "T"}}),
        ("/v1/principals", {"client_id": "abc", "name": "N", "kind": "observer"}),
        (
            "/v1/commissions",
            {
                "titles": {"en": "T"},
                "parties": ["PK", "AZ"],
                "languages": ["en"],
                "rule": "mutual",
            },
        ),
    ):
        assert (await client.post(path, json=body)).status_code == 403, path


async def test_a_member_proposes_and_may_not_confirm_and_a_co_lead_of_the_other_side_may(world: World) -> None:
    await people(world)
    url = f"/v1/commitments/{item(7)}/transitions"
    claimed = await world.as_("pk-member").post(url, json={"action": "lapse", "reason": "R"})
    assert claimed.status_code == 201
    where = f"/v1/transitions/{claimed.json()['id']}/confirmations"
    assert (await world.as_("pk-member").post(where, json={"decision": "confirm"})).status_code == 403
    assert (await world.as_("pk-energy").post(where, json={"decision": "confirm"})).status_code == 409
    assert (await world.as_("az-energy").post(where, json={"decision": "confirm"})).json()["status"] == "effective"


async def test_who_leaves_the_working_group_loses_its_rights_at_once(world: World) -> None:
    await people(world)
    path = f"/v1/working-groups/01940000-0000-7000-8000-000000000302/members/{organisation(105)}"
    url = f"/v1/commitments/{item(7)}/transitions"
    assert (await world.as_("PK").delete(path)).status_code == 204
    assert (await world.as_("pk-member").post(url, json={"action": "lapse", "reason": "R"})).status_code == 403


MOVES, LOG = "/v1/commitments/{commitment}/transitions", f"/v1/commissions/{COMMISSION}/log/export"
WORKING = "a party's secretariat, a co-lead of the working group, a member of the working group or the lead body of its own party"
CHARTER, MET = f"/v1/commissions/{COMMISSION}/transitions", f"/v1/sessions/{SESSION_9}/transitions"
JOINT = "/v1/working-groups/01940000-0000-7000-8000-000000000302/transitions"
SAID = [
    (
        "PK",
        "/v1/parties",
        "Only the administrator may do this (permission 'register'). You are a representative of PK.",
    ),
    ("observer", "/v1/commissions", "You are an observer, who reads and changes nothing."),
    ("administrator", MOVES, "You are the administrator, who acts for no party."),
    (
        "observer",
        MOVES,
        f"Only {WORKING} may do this in PK-AZ (permission 'propose' or 'manage_commission'). You are an observer",
    ),
    (
        "pk-health",
        MOVES,
        "You are a representative of PK, of neither its secretariat nor the working group; ask its sec",
    ),
    ("tr-secretariat", LOG, "You are a representative of TR, which is no party there."),
    ("auditor-2", LOG, "You are an auditor who is not appointed to it."),
    (
        "pk-energy",
        LOG,
        "Only a party's secretariat or an auditor appointed to it may do this in PK-AZ (permission 'read_lo",
    ),
    ("pk-member", "/v1/transitions/{move}/confirmations", "a representative of PK and a member of the working group."),
    (
        "pk-member",
        "/v1/transitions/{move}/confirmations",
        "Only a party's secretariat or a co-lead of the working group may",
    ),
    # Of a charter, and of a commission's session, the secretariats alone decide; of a group its co-leads too, and no member.
    (
        "pk-energy",
        CHARTER,
        (
            "Only a party's secretariat may do this in PK-AZ (permission 'propose'). "
            "You are a representative of PK, and not of its secretariat; ask that."
        ),
    ),
    ("pk-energy", MET, "Only a party's secretariat may do this in PK-AZ (permission 'propose')."),
    (
        "pk-member",
        JOINT,
        (
            "Only a party's secretariat or a co-lead of the working group may do this in PK-AZ (permission 'propose'). "
            "You are a representative of PK, of neither its secretariat nor a co-lead of the working group; ask its sec"
        ),
    ),
]


async def test_a_refusal_says_who_may_and_what_the_caller_is_there(world: World) -> None:
    await people(world)
    group = "01940000-0000-7000-8000-000000000302"
    made = await record_in(world, COMMISSION, 0, confidentiality="public", working_group_id=group)
    places = {"commitment": made["id"], "move": made["open_transition"]["id"]}
    await confirm(world, places["move"])
    bodies: dict[str, Any] = {
        "/v1/parties": {"code": "FR", "names": {"en": "France"}},
        "/v1/commissions": COMMISSION_OF_TWO,
        "/v1/transitions/{move}/confirmations": {"decision": "confirm"},
        MOVES: {"action": "fly"},
        CHARTER: {"action": "amend", "changes": {"titles": {"az": "K"}}, "reason": "R"},
        MET: {"action": "cancel", "reason": "R"},
        JOINT: {"action": "rename", "titles": {"en": "E"}},
    }
    for who, path, said in SAID:
        method = "GET" if path == LOG else "POST"
        answer = await world.as_(who).request(method, path.format(**places), json=bodies.get(path))
        assert answer.status_code == 403, (who, answer.text)
        assert said in answer.json()["detail"]
        assert answer.json()["permission"] in answer.json()["detail"]
        assert answer.json()["roles_that_have_it"]
