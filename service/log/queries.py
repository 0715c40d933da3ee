"""Reading a commission's log: how it stands, its entry bundles, where a commitment's newest entry stands in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypedDict
from uuid import UUID

import sqlalchemy as sa

from service.database.columns import table
from service.database.statement import LIMIT, Connection, Query, is_among
from service.errors import there
from service.log import reading as log
from service.log.models import LogCheckpoint, LogCosignature, LogEntry
from service.register.commissions.models import Commission
from service.register.commitments.models import Commitment
from service.register.parties.rules import NAMING
from service.tlog.merkle import leaf_hash
from service.tlog.tiles import Bundle, Tile, TileInvalid, encode_bundle, tile_hashes
from service.trail.models import REGISTRY, AuditEntry
from service.trail.reopening import notice

_entry, _log = table(AuditEntry), table(LogEntry)
_checkpoint, _cosignature = table(LogCheckpoint), table(LogCosignature)
_commission, _commitment = table(Commission), table(Commitment)
_stored = _log.join(_entry, (_entry.c.subject == _log.c.subject) & (_entry.c.seq == _log.c.seq))
_log_id = sa.bindparam("log_id", type_=sa.Uuid())
_size = sa.bindparam("size", type_=sa.BigInteger())


def signed_size(log_id: Any) -> sa.ScalarSelect[Any]:  # noqa: ANN401 -- a value, or an expression that gives one
    """Return the size of a log's newest checkpoint (NULL without one) as a subquery: one index, read backwards."""
    return sa.select(sa.func.max(_checkpoint.c.size)).where(_checkpoint.c.log_id == log_id).scalar_subquery()


class _Checkpoint(NamedTuple):
    size: int
    root: bytes
    vkey: str
    signed_at: datetime


class _Reopened(NamedTuple):
    reopened: dict[str, Any] | None


class _Witness(TypedDict):
    vkey: str
    cosigned_at: datetime


class _Leaf(NamedTuple):
    place: int
    canonical: bytes


class Newest(NamedTuple):
    """A commitment's newest entry: its id, its reference as far as the log tells it, and the entry's index in the log."""

    id: UUID
    reference: str
    place: int


class Place(NamedTuple):
    """A subject's entry: its number there, and its index in the log."""

    seq: int
    place: int


class Named(NamedTuple):
    """Whose log it is, a commission or the registry: its id and its code."""

    id: UUID
    code: str


THE_REGISTRY = Named(REGISTRY, "registry")


def _newest(subject: sa.ColumnElement[UUID]) -> sa.Select[Any]:
    mine = (_log.c.subject == subject) & (_log.c.index < _size)
    return sa.select(_log.c.seq, _log.c.index.label("place")).where(mine).order_by(_log.c.seq.desc()).limit(1)


_newest_checkpoint = Query(
    sa.select(*(_checkpoint.c[name] for name in _Checkpoint._fields))
    .where(_checkpoint.c.log_id == _log_id)
    .order_by(_checkpoint.c.size.desc())
    .limit(1),
    _Checkpoint,
)
_witnesses = Query(
    sa.select(_cosignature.c.vkey, _cosignature.c.cosigned_at)
    .where(_cosignature.c.log_id == _log_id, _cosignature.c.size == _size)
    .order_by(_cosignature.c.vkey),
    _Witness,
)
_reopened = Query(sa.select(_commission.c.reopened).where(_commission.c.id == _log_id), _Reopened)
_signed_size = Query(sa.select(sa.func.coalesce(signed_size(_log_id), 0).label("size")), int)
_signed_at = Query(
    sa.select(_checkpoint.c.signed_at).where(_checkpoint.c.log_id == _log_id, _checkpoint.c.size == _size), datetime
)
_leaves = Query(
    sa.select(_log.c.index.label("place"), _entry.c.canonical)
    .select_from(_stored)
    .where(_log.c.log_id == _log_id, is_among(_log.c.index, "indexes")),
    _Leaf,
)
_bundled = Query(
    sa.select(_entry.c.canonical)
    .select_from(_stored)
    .where(_log.c.log_id == _log_id, _log.c.index.between(sa.bindparam("first"), sa.bindparam("last")))
    .order_by(_log.c.index),
    bytes,
)
_last = _newest(_commitment.c.id).lateral()
_newest_of_commitments = Query(
    sa.select(
        _commitment.c.id,
        # Its number may be told by an entry that is not signed yet; as a draft it is known from its first entry on.
        sa.case(
            (_last.c.seq == _commitment.c.seq, _commitment.c.reference),
            else_=sa.func.coalesce(_commitment.c.draft_reference, _commitment.c.reference),
        ).label("reference"),
        _last.c.place,
    )
    .select_from(_commitment.join(_last, sa.true()))
    .where(_commitment.c.commission_id == _log_id, _commitment.c.id > sa.bindparam("after"))
    .order_by(_commitment.c.id)
    .limit(LIMIT),
    Newest,
)
_newest_of = Query(_newest(sa.bindparam("subject", type_=sa.Uuid())).where(_log.c.log_id == _log_id), Place)
_naming = Query(
    sa.select(_log.c.index.label("place"), _entry.c.canonical)
    .select_from(_stored)
    .where(
        _log.c.log_id == _log_id,
        _log.c.index < _size,
        _entry.c.kind.in_([sa.literal_column(f"'{kind}'") for kind in NAMING]),
    )
    .order_by(_log.c.index),
    _Leaf,
)
_named = Query(
    sa.select(_commission.c.id, _commission.c.code).where(
        (_commission.c.code == sa.bindparam("name"))
        | (sa.cast(_commission.c.id, sa.Text) == sa.func.lower(sa.bindparam("name", type_=sa.Text())))
    ),
    Named,
)


async def describe(connection: Connection, log_id: UUID) -> dict[str, Any]:
    """Return how the log stands: its size, and its newest checkpoint with the witnesses that cosigned it, if any."""
    newest = await _newest_checkpoint.row(connection, log_id=log_id)
    size, said = await log.size_of(connection, log_id), await _notice(connection, log_id)
    if newest is None:
        return {"notice": said, "origin": None, "verifier_key": None, "size": size, "checkpoint": None}
    witnesses = await _witnesses.rows(connection, log_id=log_id, size=newest.size)
    checkpoint = {
        "size": newest.size,
        "root_hash": newest.root.hex(),
        "signed_at": newest.signed_at,
        "witnesses": [{**witness, "name": _name(witness["vkey"])} for witness in witnesses],
    }
    return {
        "notice": said,
        "origin": _name(newest.vkey),
        "verifier_key": newest.vkey,
        "size": size,
        "checkpoint": checkpoint,
    }


async def _notice(connection: Connection, log_id: UUID) -> str | None:
    found = await _reopened.row(connection, log_id=log_id)
    return notice(found.reopened) if found else None


async def size_signed(connection: Connection, log_id: UUID) -> int:
    """Return the size of the log's newest checkpoint, 0 without one."""
    return await _signed_size.one(connection, log_id=log_id)


async def signed_at(connection: Connection, log_id: UUID, size: int) -> datetime:
    """Return when the checkpoint over `size` entries was signed; there is one."""
    return await _signed_at.one(connection, log_id=log_id, size=size)


async def content(connection: Connection, log_id: UUID, wanted: Tile | Bundle) -> bytes:
    """Return a hash tile or an entry bundle as wide as it is wanted; `TileInvalid` where it is not all stored."""
    if isinstance(wanted, Bundle):
        return await _bundle(connection, log_id, wanted)
    found = await log.tile(connection, log_id, wanted)
    tile_hashes(wanted, found)
    return found


async def leaves(connection: Connection, log_id: UUID, indexes: Sequence[int]) -> dict[int, bytes]:
    """Return the leaf hash of each of these entries, computed from its stored bytes, by index."""
    found = await _leaves.rows(connection, log_id=log_id, indexes=indexes)
    return {one.place: leaf_hash(one.canonical) for one in found}


async def newest_of_commitments(
    connection: Connection, commission_id: UUID, size: int, after: UUID, limit: int
) -> list[Newest]:
    """Return each commitment's newest entry among the first `size`, by id after `after`."""
    return await _newest_of_commitments.rows(connection, log_id=commission_id, size=size, after=after, limit=limit)


async def newest_of(connection: Connection, log_id: UUID, subject: UUID, size: int) -> Place:
    """Return the subject's newest entry among the first `size` of its log; `NotFound` otherwise."""
    found = await _newest_of.row(connection, log_id=log_id, subject=subject, size=size)
    return there(found, "No entry of this commitment is in a checkpoint yet. Ask again in a second.")


async def naming(connection: Connection, size: int) -> dict[int, bytes]:
    """Return those of the registry's first `size` entries that tell what organisations are called, by index."""
    return dict(await _naming.rows(connection, log_id=REGISTRY, size=size))


async def named(connection: Connection, name: str) -> Named:
    """Return the commission with this code or id, or the registry; `NotFound` otherwise."""
    if name in {THE_REGISTRY.code, str(THE_REGISTRY.id)}:
        return THE_REGISTRY
    found = await _named.row(connection, name=name)
    return there(found, f"There is no commission {name!r}. Give its code, such as PK-AZ, its id, or 'registry'.")


async def _bundle(connection: Connection, log_id: UUID, wanted: Bundle) -> bytes:
    last = wanted.first + wanted.width - 1
    entries = await _bundled.rows(connection, log_id=log_id, first=wanted.first, last=last)
    if len(entries) != wanted.width:
        raise TileInvalid(f"{wanted.path} has {len(entries)} entries where it needs {wanted.width}")
    return encode_bundle(entries)


def _name(vkey: str) -> str:
    """Return the name in a vkey; it holds no plus sign (C2SP signed-note)."""
    return vkey.partition("+")[0]
