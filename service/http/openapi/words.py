"""What the published document says in prose."""

INTRODUCTION = """One shared record of what governments agreed in their joint commissions, and what became of it.

A **commitment** moves along a lifecycle. A move is **proposed by one party and takes effect when every other party has
confirmed it**. Every step leaves an entry in an append-only **audit trail**. The lifecycle itself is read from
`/v1/lifecycle`, with a picture (Mermaid), and drawn at `/v1/lifecycle/picture` (SVG).

To begin: get a token (`Authorize`, client credentials), read `/v1/me`, list the commitments, propose a move.
Every refusal is a problem document (RFC 9457) that says what to mend. Send an `Idempotency-Key` with each POST, and it
may be sent again safely. Within `/v1` answers may get new members and new values, and nothing is removed.
"""
TAGS = {
    "tokens": "Get an access token with a client id and secret; read the keys that verify it.",
    "me": "Who the caller is, for which party, with which roles.",
    "registry": "Parties, organisations and principals. The administrator registers parties and each party's registrar, which registers the rest.",
    "commissions": "The standing bodies, their parties and secretariats.",
    "sessions": "The sessions in which commissions and working groups meet, and their minutes.",
    "working groups": "Joint working groups, which own commitments between sessions.",
    "lifecycle": "The state machine itself as data: states, steps, evidence, picture.",
    "commitments": "What was agreed: who owns it, by when, in which state it is, and what may be done next.",
    "instruments": "The legal texts: their clauses, each side's steps, when they bind and when they end.",
    "search": "Finding things by the words that people know, in whatever language and spelling, and by references.",
    "documents": "Files of a matter, by their digest: sent and handed out in pieces, named by moves, withdrawn by who brought them.",
    "transitions": "Moves of the state machine: proposed by one party, effective when every other has confirmed.",
    "progress reports": "What each party says of how far it is on its own side: claimed, and confirmed by nobody.",
    "spreadsheets": "A commission's commitments as a file: exported, filled in, and sent back.",
    "reports": "n of m, and the report with which a session opens: made from the entries alone, as of any day.",
    "calculations": "Clauses tried before they are signed: entry into force, duration, notice. Nothing is stored.",
    "audit trail": "Everything that ever happened, as the exact bytes that were hashed.",
    "log": "The Merkle log under the trail (C2SP tlog-tiles): checkpoints to keep, proofs, everything for an own audit.",
    "operations": "For those who run the service: is it alive, is it ready, how does it fare.",
}
