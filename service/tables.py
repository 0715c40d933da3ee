"""Every table, imported here so that Alembic and the tests see the whole metadata."""

from service.audit.models import (
    AuditEntry,
    AuditPending,
    LogAlarm,
    LogCheckpoint,
    LogCosignature,
    LogEntry,
    LogNode,
    Registry,
)
from service.commissions.models import Commission, CommissionAuditor, CommissionParty, Session
from service.commitments.models import Commitment, Confirmation, Transition
from service.groups.models import Membership, WorkingGroup
from service.idempotency import IdempotencyKey
from service.identity.models import Credential, Principal
from service.orm import Table
from service.parties.models import Organisation, Party

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
    "IdempotencyKey",
    "LogAlarm",
    "LogCheckpoint",
    "LogCosignature",
    "LogEntry",
    "LogNode",
    "Membership",
    "Organisation",
    "Party",
    "Principal",
    "Registry",
    "Session",
    "Transition",
    "WorkingGroup",
    "metadata",
]
