"""What is searched: the folded words of each thing that can be found, and every spelling that there is."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field

from service.database.columns import Id, Table

VECTOR: Any = TSVECTOR


class Searchable(Table, table=True):
    """The words under which a thing is found, kept by a trigger of its own table; who may see it, that table tells."""

    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.Index(
            "ix_searchable_commitment", "words", postgresql_using="gin", postgresql_where=sa.text("kind = 'commitment'")
        ),
        sa.Index(
            "ix_searchable_other", "words", postgresql_using="gin", postgresql_where=sa.text("kind <> 'commitment'")
        ),
    )

    id: Id = Field(sa_type=sa.Uuid, primary_key=True)
    kind: str = Field(sa_type=sa.Text, nullable=False)
    """The table of the thing."""
    is_shared: bool = Field(nullable=False)
    """Its words find what belongs to it too: an organisation's what it leads, a group's what it follows up."""
    words: str = Field(sa_type=VECTOR, nullable=False)


class Spelling(Table, table=True):
    """A folded word that stands, or once stood, in something: by these a misspelt one is understood.

    No constraint keeps one from standing twice: two writers would then wait for each other's words.
    """

    __table_args__: ClassVar[tuple[object, ...]] = (
        sa.Index("ix_spelling_like", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),
        sa.Index("ix_spelling_word", "word"),
    )

    id: int = Field(default=None, sa_type=sa.BigInteger, primary_key=True, sa_column_args=[sa.Identity(always=True)])
    word: str = Field(sa_type=sa.Text, nullable=False)
