"""Documents as they are kept: what each is for its matter, and the digest under which its bytes lie in the store."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from service.database.columns import Id, Table, moment, one_of, optional_words, refers, text_enum, words
from service.register.documents.rules.document import Closeness, DocumentRole, MediaType


class Document(Table, table=True):
    """A file of one matter. Two with the same bytes are two rows, and one file in the store."""

    __tablename__ = "document"
    __table_args__: ClassVar[tuple[object, ...]] = (
        one_of("role", DocumentRole),
        one_of("confidentiality", Closeness),
        one_of("media_type", MediaType),
        sa.CheckConstraint("size > 0 AND sha256 ~ '^[0-9a-f]{64}$'", name="has_content"),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_entry IS NULL)", name="withdrawn_by_an_entry"),
        sa.Index("ix_document_of_matter", "matter_id", "id"),
        sa.Index("ix_document_of_commission", "commission_id", "id"),
        sa.Index("ix_document_by_digest", "sha256"),
        # The quota of a party is summed from it alone.
        sa.Index(
            "ix_document_of_party",
            "party",
            postgresql_include=["size"],
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )

    id: Id = Field(sa_type=sa.Uuid, primary_key=True)
    matter_kind: str = words()
    matter_id: Id = Field(sa_type=sa.Uuid, nullable=False)
    commission_id: Id = refers("commission.id")
    role: DocumentRole = Field(sa_type=text_enum(DocumentRole), nullable=False)
    language: str | None = optional_words()
    name: str = words()
    media_type: MediaType = Field(sa_type=sa.Text, nullable=False)
    size: int = Field(sa_type=sa.BigInteger, nullable=False)
    sha256: str = words()
    confidentiality: Closeness | None = Field(default=None, sa_type=text_enum(Closeness), nullable=True)
    party: str = words()
    principal_id: Id = Field(sa_type=sa.Uuid, nullable=False)
    entry: int = Field(sa_type=sa.Integer, nullable=False)
    recorded_at: datetime = moment()
    withdrawn_at: datetime | None = moment(nullable=True)
    withdrawn_entry: int | None = Field(default=None, sa_type=sa.Integer, nullable=True)
    withdrawn_because: str | None = optional_words()
