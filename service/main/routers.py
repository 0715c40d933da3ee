"""What the application answers, and what is published of evidence and entries."""

from fastapi import APIRouter

from service.board.downloads import router as downloads
from service.board.routes import router as board
from service.board.sign_in_routes import router as sign_in
from service.exchange.routes import router as exchange
from service.exchange.setting_up.routes import router as setting_up
from service.http.openapi.unions import Union
from service.http.wayfinding import router as entrance
from service.identity.routes import router as tokens
from service.log import health as operations
from service.log.feed_routes import router as trail
from service.log.proof_routes import router as log_proofs
from service.log.registry_routes import router as registry_log
from service.log.routes import router as log
from service.register.commissions.charter_routes import router as charters
from service.register.commissions.routes import moves as many_moves
from service.register.commissions.routes import router as commissions
from service.register.commissions.session_routes import moves as session_moves
from service.register.commissions.session_routes import router as sessions
from service.register.commitments.routes import moves
from service.register.commitments.routes import router as commitments
from service.register.decisions.routes import lifecycle
from service.register.decisions.routes import router as transitions
from service.register.decisions.schemas import WithheldEvidence
from service.register.decisions.unseen import WITHHELD
from service.register.documents.routes import router as documents
from service.register.groups.routes import moves as group_moves
from service.register.groups.routes import router as groups
from service.register.history.routes import of_instruments as instrument_readings
from service.register.history.routes import router as readings
from service.register.instruments.record_routes import moves as instrument_moves
from service.register.instruments.record_routes import router as instruments
from service.register.instruments.routes import router as calculations
from service.register.matters import MATTERS
from service.register.parties.entry_schemas import OF_REGISTRY
from service.register.parties.restoring_routes import router as principals
from service.register.parties.routes import me
from service.register.parties.routes import router as registry
from service.register.progress.routes import router as progress
from service.register.search.routes import router as search
from service.register.succession.routes import router as succession
from service.reports.return_routes import router as returns
from service.reports.routes import router as reports
from service.trail.reopening import REOPENED, Reopened
from service.verify.replay import charter_shapes, session_shapes
from service.verify.replay.shape import OF_COMMISSIONS, OF_COMMITMENTS, OF_COMMITMENTS_2, OF_GROUPS, OF_INSTRUMENTS

# Matched in this order: what is asked most often first.
ROUTERS: tuple[APIRouter, ...] = (
    readings,
    instrument_readings,
    commitments,
    moves,
    transitions,
    progress,
    search,
    reports,
    returns,
    exchange,
    trail,
    log,
    log_proofs,
    registry_log,
    me,
    tokens,
    registry,
    setting_up,
    succession,
    principals,
    commissions,
    many_moves,
    charters,
    sessions,
    session_moves,
    groups,
    instruments,
    instrument_moves,
    documents,
    calculations,
    group_moves,
    lifecycle,
    operations.router,
    sign_in,
    downloads,
    board,
    entrance,
)
UNIONS = (
    Union(
        "Evidence",
        "What was sent with a proposal. Its `move` is the kind of matter and the action.",
        "move",
        {f"{one.kind}.{action}": model for one in MATTERS for action, model in one.rules.evidence.items()}
        | {WITHHELD["move"]: WithheldEvidence},
        prefix="Evidence",
        without=frozenset({"action", "expires_at"}),
    ),
    Union(
        "EntryData",
        "What happened in detail: before and after, evidence, reasons. Its `event` is the `kind` of the entry.",
        "event",
        {
            **OF_COMMISSIONS,
            **OF_COMMITMENTS,
            **OF_REGISTRY,
            **OF_GROUPS,
            **OF_COMMITMENTS_2,
            **OF_INSTRUMENTS,
            REOPENED: Reopened,
            "session.recorded": session_shapes.Published,
            "commission.founded": charter_shapes.Published,
        },
        prefix="Entry",
    ),
)
"""What the tables say that evidence and entries hold."""
OPEN = (tokens, lifecycle, operations.router, sign_in, downloads, board, entrance)
"""What answers whoever asks."""
