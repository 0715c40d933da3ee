"""For whom a redacted export is made: what is shown is what the feed shows to such a reader, asked by the same statements."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

import orjson
import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import Connection, Query
from service.errors import Conflict, NotFound
from service.log import feed
from service.permissions import Caller, Kind
from service.register.commissions import queries as commissions
from service.register.commissions.models import CommissionParty
from service.tlog.redaction import WITHHELD
from service.tlog.tiles import Bundle, decode_bundle, encode_bundle


class Audience(StrEnum):
    """For whom a redacted export is made."""

    PUBLIC = "public"
    PARTIES = "parties"


_party = table(CommissionParty)
_takes_part = Query(
    sa.select(_party.c.party)
    .where(_party.c.commission_id == sa.bindparam("log_id", type_=sa.Uuid()), _party.c.ended_at.is_(None))
    .order_by(_party.c.party)
    .limit(1),
    str,
)


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader that is nothing but one of the audience, and the log that it reads."""

    audience: Audience
    log_id: UUID
    caller: Caller
    newest: dict[str, int] = field(default_factory=dict)
    """The number of the newest entry of each subject, as far as the log was gone through."""
    shown: set[str] = field(default_factory=set)
    """The subjects of which something is shown."""

    async def redacted(self, connection: Connection, bundle: Bundle, content: bytes) -> bytes:
        """Return the content of a bundle with what is not for this reader withheld."""
        last = bundle.first + bundle.width - 1
        asked = (connection, self.caller, self.log_id, bundle.first - 1, bundle.width)
        seen = {row["index"] for row in await feed.of_commission(*asked, until=last)}
        entries = decode_bundle(bundle, content)
        for place, one in enumerate(entries, bundle.first):
            told = orjson.loads(one)
            self.newest[told["subject"]] = told["seq"]
            if place in seen:
                self.shown.add(told["subject"])
        return encode_bundle([one if place in seen else WITHHELD for place, one in enumerate(entries, bundle.first)])

    def ends(self) -> bytes:
        """Return the file that tells the newest entry of each subject of which something is shown."""
        return "".join(f"{subject} {self.newest[subject]}\n" for subject in sorted(self.shown)).encode()


async def reader(connection: Connection, caller: Caller, audience: Audience, log_id: UUID) -> Reader:
    """Return a reader of this audience, by the caller's good standing alone; `Conflict` where nothing of the commission is for it."""
    of_a_party = audience is Audience.PARTIES
    party = await _takes_part.row(connection, log_id=log_id) if of_a_party else None
    # As of an organisation of a party that is in no group and no secretariat, or as of an observer.
    one = replace(
        caller,
        kind=Kind.REPRESENTATIVE if of_a_party else Kind.OBSERVER,
        organisation_id=None,
        party=party,
    )
    try:
        await commissions.get(connection, one, log_id)
    except NotFound:
        said = "The commission is not public, so that nothing of it is for this audience; take audience=parties."
        raise Conflict(said) from None
    return Reader(audience, log_id, one)
