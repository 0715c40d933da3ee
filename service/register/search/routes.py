"""Searching over HTTP, and reading a commitment by the reference that stands in a letter."""

from functools import partial
from typing import Annotated, Final

from fastapi import Query, Response

from service.database.transaction import Transaction
from service.errors import TooManyRequests
from service.http.answers import answer
from service.http.headers import VERSIONED
from service.http.pages import Page, Paging, encode, number
from service.http.refusals import LISTING, READING_ONE, refusals
from service.http.routing import Router
from service.identity.caller import UncheckedCaller
from service.register.commitments import answers, carrying, queries
from service.register.commitments.schemas import CommitmentDetail
from service.register.decisions.routes import EveryMatter
from service.register.search import finding, references
from service.register.search.schemas import Findable, HitRead
from service.values import limited
from service.values.questions import Question

router = Router("/v1", tags=["search"])
ORDER: Final = "search"


@router.get("/search", summary="Search", response_model=Page[HitRead], responses=LISTING | refusals(TooManyRequests))
async def list_hits(
    paging: Paging,
    connection: Transaction,
    caller: UncheckedCaller,
    every: EveryMatter,
    q: Annotated[
        Question,
        Query(
            description="What to find, two letters or digits at least. Words in any of the languages, however they are typed: capitals, "
            'accents, digits and the like of letters do not matter, and a word is found by its beginning. "Quoted phrases", `or` and `-not` '
            "are understood; everything else, also `%` and `*`, is text. References count, and parts of them: `08/004`.",
            openapi_examples={"of_the_pilot": {"summary": "One of the pilot, misspelt", "value": "custums mou"}},
        ),
    ],
    kind: Annotated[
        list[Findable], Query(default_factory=list, max_length=6, description="Only things of one of these kinds.")
    ],
) -> Response:
    """Find commitments, instruments, working groups, sessions, commissions and organisations that the caller may see.

    First what has the reference asked for, then what has all the words, in titles before texts, then what has words like them: misspelt,
    or with another ending. The bodies that lead a commitment and its working group find it too. Of each kind 200 are ranked at most.
    """
    after = (paging.after(ORDER, partial(number, below=10_000)) or [0])[0]
    found = await finding.search(connection, every, caller, q, kind, after, paging.limit)
    marks = {id(one): after + at for at, one in enumerate(found, 1)}
    return paging.marked(lambda one: one, found, lambda one: encode(ORDER, marks[id(one)]))


@router.get(
    "/commitments/by-reference/{reference:reference}",
    summary="Read a commitment by its reference",
    response_model=CommitmentDetail,
    responses=READING_ONE | VERSIONED,
)
async def read_commitment_by_reference(
    connection: Transaction,
    caller: UncheckedCaller,
    reference: limited(80),  # type: ignore[valid-type]
) -> Response:
    """Read one commitment by its reference, or by that of its draft, as somebody has typed it: `pk-az/8/4` is `PK-AZ/08/004`."""
    found = await references.commitment(connection, caller, reference)
    row = await queries.get(connection, caller, found)
    through = await carrying.through(connection, caller, row)
    return answer(answers.detail(caller, row, through), version=row["version"])
