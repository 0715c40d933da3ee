"""The README of an export, for people who know nothing of this service."""

from datetime import datetime
from typing import Final

from service.log.reading import Signed
from service.trail.entry import timestamp

_TEXT: Final = """# The record of {code}

This directory holds {what} audit trail of {whose}, {size} entries in all, as the service's log `{origin}` had signed them on {signed_at}.

**{secret}** Keep it as you keep {papers}.

## Verify it

You need the command `pacta`, no network, and a policy: a file of yours that says whose signatures you believe.

    pacta verify DIRECTORY --policy POLICY

A policy looks like this:

    log VERIFIER-KEY-OF-THE-LOG
    witness ours VERIFIER-KEY-OF-OUR-WITNESS
    quorum ours

Where nobody witnesses the log, leave the second line out and write `quorum none`.

**Take no key from here, nor from the service that made this.** Whoever could forge the record could forge a key beside
it. Take the log's key from your own archive, where you kept it when the commission began, and compare it with the other
side's; a witness tells you its own key. The log's key is called `{origin}`.

## What is where

| File | What it is |
|---|---|
| `checkpoint` | the number of entries and the root of the Merkle tree over them, signed by the log and its witnesses |
| `tile/<L>/<N>` | the hashes of that tree, 256 to a file; `.p/<W>` stands behind the last, which has only W |
{entries}{names}{documents}
The formats are published: C2SP tlog-tiles, tlog-checkpoint, signed-note and tlog-proof (https://c2sp.org), RFC 6962 for
the tree, RFC 8785 for the JSON. Another program than `pacta` can verify all of this: what it has to check, rule by rule, is written in
`openapi/README.md` of the source, under "Write your own verifier".

Without `checkpoint` an export was interrupted: export again into the same directory, and it is completed.

Keep the checkpoint for good. With it you can prove later that nothing was changed or taken out since: export again into
the same directory, and only what is new is fetched.
"""


_ENTRIES: Final = """| `tile/entries/<N>` | the entries, 256 to a file: each is its length (two bytes, the higher first) and canonical JSON |
| `proofs/<reference>.tlog-proof` | the proof of each commitment's newest entry, to be kept beside a document |
"""
_REDACTED: Final = """| `audience` | for whom it is redacted: `public` or `parties` |
| `redacted/<N>` | the entries, 256 to a file: each is its length (two bytes, the higher first) and canonical JSON; one of length 0 is withheld, and its hash stands in `tile/0/<N>` |
| `newest` | each subject of which something is shown, and the number of its newest entry, so that a withheld end is seen; it proves nothing |
"""
_NAMES: Final = """| `registry/` | what the organisations are called that the entries name: entries of the registry's log `{registry}`, each with its proof against `registry/checkpoint`. A second `log` line in the policy has them judged too |
"""
_DOCUMENTS: Final = """| `documents/<SHA-256>` | the files of documents that were not withdrawn; the entries say what each is |
"""


def readme(
    code: str,
    signed: Signed,
    signed_at: datetime,
    audience: str | None = None,
    *,
    documents: bool = False,
    registry: str | None = None,
) -> str:
    """Return the README of an export of commission `code`, or of the registry, under this checkpoint; with its `documents` or without.

    `registry`: the origin of the registry's log, where names are beside it.
    """
    about = signed.checkpoint
    whose = f"the commission {code}: everything that its parties recorded, proposed,\nconfirmed or refused"
    secret, papers = "It holds restricted entries too.", "the commission's restricted papers"
    if code == "registry":
        whose = "the registry: every party, organisation and principal,\nand who registered and ended them"
        secret, papers = "It tells by their client ids who may act for each party.", "such lists"
    if audience:
        shown = "everybody" if audience == "public" else "any organisation of its parties"
        secret = f"It is redacted: what is not for {shown} is withheld, but for its hash, and `pacta verify` says how much that is."
        papers = "such papers"
    return _TEXT.format(
        what="the redacted" if audience else "the whole",
        entries=_REDACTED if audience else _ENTRIES,
        code=code,
        whose=whose,
        secret=secret,
        names=_NAMES.format(registry=registry) if registry else "",
        documents=_DOCUMENTS if documents else "",
        papers=papers,
        size=about.size,
        origin=about.origin,
        signed_at=timestamp(signed_at),
    )
