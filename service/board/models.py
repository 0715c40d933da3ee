"""Who is signed in to the pages, and who is about to: neither holds anything that could be used if it were read."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from service.database.columns import Id, Table, moment, refers


class ReadingSession(Table, table=True):
    """A reader that has signed in: the SHA-256 of what its browser shows, and until when that counts."""

    __tablename__ = "reading_session"
    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.CheckConstraint("octet_length(secret_hash) = 32", name="a_secret_is_kept_as_sha256"),
    )

    secret_hash: bytes = Field(sa_type=sa.LargeBinary, primary_key=True)
    principal_id: Id = refers("principal.id", index=True)
    created_at: datetime = moment()
    ends_at: datetime = moment()


class SignIn(Table, table=True):
    """A sign-in that was begun with a party's provider: good once, in the browser that began it, for some minutes."""

    __tablename__ = "sign_in"
    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.CheckConstraint(
            "octet_length(state_hash) = 32 AND octet_length(browser_hash) = 32", name="secrets_are_kept_as_sha256"
        ),
    )

    state_hash: bytes = Field(sa_type=sa.LargeBinary, primary_key=True)
    browser_hash: bytes = Field(sa_type=sa.LargeBinary, nullable=False)
    issuer: str = Field(sa_type=sa.Text, nullable=False)
    back: str = Field(sa_type=sa.Text, nullable=False)
    ends_at: datetime = moment()
