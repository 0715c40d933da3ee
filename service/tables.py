"""Every table, imported here so that Alembic and the tests see the whole metadata."""

from service.board.models import ReadingSession, SignIn
from service.database.columns import Table
from service.database.revisions import SchemaRange
from service.exchange.models import Import
from service.http.idempotency import IdempotencyKey
from service.identity.models import Credential, Principal, RevokedToken
from service.log.models import LogAlarm, LogCheckpoint, LogCosignature, LogEntry, LogNode
from service.register.commissions.models import Commission, CommissionAuditor, CommissionParty, Membership, Session
from service.register.commitments.models import Commitment
from service.register.decisions.models import Confirmation, NumberCounter, Transition
from service.register.documents.models import Document
from service.register.groups.models import WorkingGroup
from service.register.instruments.models import Instrument, InstrumentReckoning
from service.register.parties.models import Organisation, Party, Restoration
from service.register.progress.models import ProgressReport
from service.register.searchable import Searchable, Spelling
from service.register.spans import Span
from service.trail.models import AuditEntry, AuditPending, Registry

metadata = Table.metadata

__all__ = [
    "AuditEntry",
    "AuditPending",
    "Commission",
    "CommissionAuditor",
    "CommissionParty",
    "Commitment",
    "Confirmation",
    "Credential",
    "Document",
    "IdempotencyKey",
    "Import",
    "Instrument",
    "InstrumentReckoning",
    "LogAlarm",
    "LogCheckpoint",
    "LogCosignature",
    "LogEntry",
    "LogNode",
    "Membership",
    "NumberCounter",
    "Organisation",
    "Party",
    "Principal",
    "ProgressReport",
    "ReadingSession",
    "Registry",
    "Restoration",
    "RevokedToken",
    "SchemaRange",
    "Searchable",
    "Session",
    "SignIn",
    "Span",
    "Spelling",
    "Transition",
    "WorkingGroup",
    "metadata",
]
