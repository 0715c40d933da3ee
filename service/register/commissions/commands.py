"""What changes a commission; each command leaves one entry in its audit trail."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Change, Connection, given
from service.errors import Fault, fault
from service.errors.sent import Sent
from service.permissions import ActiveCaller, Permission
from service.register.commissions import queries
from service.register.commissions.charter import RULES
from service.register.commissions.models import Commission, CommissionParty, Rule
from service.register.commissions.rules.charter.founding import FOUNDED
from service.register.commissions.rules.charter.lifecycle import CharterState
from service.register.commissions.rules.charter.matter import CHARTER
from service.register.commissions.schemas import CommissionCreate
from service.register.decisions.engine.moves import CLOSED
from service.register.decisions.rules.ended import without_secretariat
from service.register.parties.commands import OPERATOR
from service.register.parties.queries import registrars
from service.trail import stamp
from service.trail.append import append
from service.trail.entry import Author, Entry, timestamp
from service.trail.reopening import REOPENED, reopened

_commission, _party = table(Commission), table(CommissionParty)
_HEAD = ("seq", "leaf", "changed_at")
_insert = Change(sa.insert(_commission).values(given(_commission, *_commission.c.keys())))
_reopen = Change(
    sa.update(_commission)
    .where(_commission.c.id == sa.bindparam("commission_id"))
    .values(given(_commission, *_HEAD, "reopened"))
)
_add_party = Change(sa.insert(_party).values(given(_party, "commission_id", "party", "secretariat_id")))


async def found_commission(
    connection: Connection, caller: ActiveCaller, sent: Sent[CommissionCreate], known_id: UUID | None = None
) -> UUID:
    """Found a commission and return its id: it awaits the secretariats that its parties' registrars name; 422."""
    caller.require(Permission.FOUND_COMMISSION)
    unknown = _unknown(sent.sound, await registrars(connection))
    new = sent.read([*_twice(sent.sound), *_wrong_keeper(sent.sound), *unknown])
    made = await stamp.new(connection)
    commission_id = known_id or made.id
    members = _charter(new)
    author = Author(caller.principal_id, None)
    entry = made.entry(commission_id, commission_id, author, FOUNDED, {"commission": members}, CHARTER.version)
    rule = RULES[CharterState.KEPT if new.kept_by else CharterState.IN_FORCE]
    row = {**members, **CLOSED, "id": commission_id, "rule": rule, "refused_transition_id": None}
    await _insert.run(connection, **row, brought=None, **_head(entry))
    nobody = {"commission_id": commission_id, "secretariat_id": None}
    await _add_party.run_each(connection, [{**nobody, "party": one} for one in without_secretariat(members)])
    await append(connection, entry)
    return commission_id


def _charter(new: CommissionCreate) -> dict[str, Any]:
    """Return the members of the charter; who keeps a commission alone is its only party that takes part in the register."""
    codes = new.parties
    outside = [code for code in codes if code != new.kept_by] if new.kept_by else []
    return {
        **dict.fromkeys(CHARTER.members),
        **new.model_dump(mode="json", include={"titles", "languages", "founded_on", "founding_act", "confidentiality"}),
        "code": "-".join(codes) + (f".{new.suffix}" if new.suffix else ""),
        "parties": codes,
        "outside": outside,
        "state": str(CharterState.FOUNDED),
        **{name: {} for name in ("secretariats", "entered", "departed", "corrected", "step_templates")},
        "auditors": [],
    }


def _unknown(sound: Mapping[str, Any], known: Container[str]) -> Iterator[Fault]:
    for place, code in enumerate(sound.get("parties", ())):
        if isinstance(code, str) and code not in known:
            said = f"refers to a party with the code {code}, and there is none; GET /v1/parties lists them"
            yield fault(f"/parties/{place}", said)


def _twice(sound: Mapping[str, Any]) -> Iterator[Fault]:
    for name in ("parties", "languages"):
        counted = Counter(one for one in sound.get(name, ()) if isinstance(one, str))
        for value in [value for value, times in counted.items() if times > 1]:
            yield fault(f"/{name}", f"names {value} more than once; once is enough")


def _wrong_keeper(sound: Mapping[str, Any]) -> Iterator[Fault]:
    keeper, rule = sound.get("kept_by"), sound.get("rule")
    parties = [one for one in sound.get("parties", ()) if isinstance(one, str)]
    if keeper and keeper not in parties:
        yield fault("/kept_by", f"is not among the parties: {', '.join(parties)}")
    if keeper and rule == Rule.MUTUAL:
        yield fault("/rule", "is 'unilateral' where one party keeps it alone; leave it out, or leave kept_by out")
    if rule == Rule.UNILATERAL and "kept_by" not in sound:
        yield fault("/kept_by", "is needed where the rule is 'unilateral': the party that keeps it alone")


async def reopen_log(connection: Connection, commission_id: UUID, told: Mapping[str, Any]) -> None:
    """Record that the operator has reopened the commission's log, which every party has to acknowledge."""
    locked = await queries.get_for_update(connection, commission_id)
    entry = locked.stamp.entry(
        commission_id, commission_id, Author(OPERATOR.principal_id, None), REOPENED, told, CHARTER.version
    )
    inside = [one for one in locked.row.parties if one not in locked.row.outside]
    member = reopened(told, inside, timestamp(entry.recorded_at))
    await _reopen.run(connection, commission_id=commission_id, reopened=member, **_head(entry))
    await append(connection, entry)


def _head(entry: Entry) -> dict[str, Any]:
    return {"seq": entry.seq, "leaf": entry.leaf, "changed_at": entry.recorded_at}
