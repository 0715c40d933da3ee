"""A log written by hand: entries as the service writes them, sealed into an export, so that a test can forge one thing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from service.register.commitments.rules.lifecycle import LIFECYCLE, Action, State
from service.register.commitments.rules.matter import COMMITMENT, upgraded
from service.register.commitments.rules.numbering import drafts, is_apart, is_draft, is_restricted, number_of, stem_of
from service.register.decisions.rules.lifecycle import Step, Who
from service.register.decisions.rules.matter import Found, Name
from service.register.decisions.rules.numbers import Numbers
from service.register.decisions.rules.origins import ENTRY, Told, find
from service.tlog.checkpoint import Checkpoint, sign_checkpoint
from service.tlog.cosignature import Cosigner
from service.tlog.keys import Signer
from service.tlog.merkle import leaf_hash, leaf_hashes, parents, root
from service.tlog.note import parse_note
from service.tlog.policy import Policy
from service.tlog.policy_file import parse_policy
from service.tlog.proof import Proof
from service.tlog.tiles import bundles_of, encode_bundle, tiles_of
from service.trail.entry import FIRST_PREV, canonical, timestamp
from service.verify.export import Exported
from service.verify.replay.matters import RULES
from tests.cases import case_of
from tests.tlog.proving import inclusion_proof, tile_bytes

Entry = dict[str, Any]
LOG = Signer("pacta.example/pk-az", bytes(range(32)))
WITNESS = Cosigner("witness.example", bytes(range(1, 33)))
POLICY_TEXT = f"log {LOG.verifier.vkey}\nwitness W {WITNESS.verifier.vkey}\nquorum W\n"
POLICY: Policy = parse_policy(POLICY_TEXT.encode())
START = datetime(2025, 1, 24, 10, tzinfo=UTC)


def name(kind: int, number: int) -> str:
    """Return an id that can be told by its numbers."""
    return str(UUID(int=(0x0194 << 112) | (0x7000 << 64) | (0x8 << 60) | (kind << 32) | number))


COMMISSION, SESSION, GROUP, ACTOR = name(1, 1), name(2, 8), name(3, 1), name(5, 2)
LEADS = {"PK": name(6, 1), "AZ": name(6, 2), "TR": name(6, 3)}


class Journal:
    """Writes what happens, one entry after another; time passes by itself."""

    def __init__(self, parties: Sequence[str] = ("PK", "AZ"), rule: str = "mutual", version: int = 1) -> None:
        self.version = version
        self.parties, self.rule, self.code = list(parties), rule, "-".join(parties)
        self.entries: list[Entry] = []
        self.facts: dict[str, dict[str, Any]] = {}
        self.open: dict[str, tuple[dict[str, Any], list[str]]] = {}
        self.joint: set[str] = set()
        self.series: dict[tuple[str, bool], Numbers] = {}
        self.drafts = set[str]()
        self.at = START
        secretariats = [{"party": party, "secretariat_id": LEADS[party]} for party in parties]
        self.add(COMMISSION, "commission.founded", None, {
            "id": COMMISSION, "code": self.code, "titles": {"en": "A commission"}, "parties": secretariats,
            "languages": ["en"], "rule": rule, "founded_on": None,
        })  # fmt: skip
        self.add(COMMISSION, "session.recorded", "PK", {
            "id": SESSION, "commission_id": COMMISSION, "ordinal": 8, "status": "held", "host_party": "PK",
            "venue": "Islamabad", "starts_on": "2025-01-24", "ends_on": None, "minutes_reference": None, "co_chairs": {},
        })  # fmt: skip
        self.add(COMMISSION, "working_group.founded", "PK", {
            "id": GROUP, "commission_id": COMMISSION, "titles": {"en": "Customs"}, "sector": "customs",
            "founded_at_session_id": SESSION, "co_lead_organisation_id": LEADS["PK"],
        })  # fmt: skip

    def add(self, subject: str, kind: str, party: str | None, data: dict[str, Any]) -> Entry:
        """Write one entry; `seal` puts its number and chain in."""
        self.at += timedelta(seconds=1)
        entry = {
            "v": 1 if subject == COMMISSION else self.version, "commission": COMMISSION, "subject": subject, "kind": kind, "recorded_at": timestamp(self.at),
            "actor": ACTOR, "party": party, "data": data,
        }  # fmt: skip
        self.entries.append(entry)
        return entry

    def record(
        self,
        number: int,
        by: str = "PK",
        *,
        evidence: dict[str, Any] | None = None,
        session: str | None = SESSION,
        **facts: Any,
    ) -> str:
        """Record a commitment and return its id."""
        subject = name(4, number)
        self.facts[subject] = {
            "reference": self._reference(subject, number, session), "session_id": session, "carried_to_session_id": None,
            "working_group_id": GROUP, "item_number": number if session or self.version == 1 else None, "sector": "customs",
            "titles": {"en": f"Item {number}", "az": "Gömrük"}, "texts": {"en": "Customs are to work together."},
            "confidentiality": "parties", "target_date": None, "instrument_required": True,
            "no_instrument_reason": None, "instrument": None, "party_facts": {}, "state": "proposed",
            "effective_on": None, "suspended_from": None, "review_on": None, "successor": None, **facts,
        }  # fmt: skip
        if self.version > 1:
            self.facts[subject] = upgraded(self.facts[subject])
        self._move(subject, by, "agree", evidence or {"agreed_on": "2025-01-24"}, {"commitment": self.facts[subject]})
        return subject

    def _reference(self, subject: str, number: int, session: str | None) -> str:
        stem = stem_of(self.code, 8 if session else 0)
        if self.version > 1:
            draft = next(one for one in drafts(stem, subject) if one not in self.drafts)
            self.drafts.add(draft)
            return draft
        self._series(stem, apart=is_restricted(number)).give(number)
        return f"{stem}/{number:03d}"

    def numbers(self, subject: str) -> Numbers:
        """Return the series in which a commitment is numbered."""
        facts = self.facts[subject]
        stem = stem_of(self.code, 8 if facts["session_id"] else 0)
        return self._series(stem, apart=is_apart(facts))

    def _series(self, stem: str, *, apart: bool) -> Numbers:
        return self.series.setdefault((stem, apart), Numbers(stem, apart=apart))

    def propose(self, subject: str, action: str, by: str = "PK", expires_at: str | None = None, **evidence: Any) -> str:
        """Propose a move and return the transition's id."""
        return self._move(subject, by, action, evidence, {}, expires_at)

    def confirm(self, subject: str, by: str = "AZ") -> Entry:
        """Confirm the open proposal."""
        proposal, awaiting = self.open[subject]
        awaiting.remove(by)
        data = {"transition": proposal["transition"], "reason": None} | self._effective(subject)
        return self.add(subject, "transition.confirmed", by, data)

    def close(self, subject: str, how: str, by: str) -> Entry:
        """Refuse the open proposal, or take it back."""
        proposal, _ = self.open.pop(subject)
        return self.add(subject, f"transition.{how}", by, {"transition": proposal["transition"], "reason": "No"})

    def move(self, subject: str, action: str, **evidence: Any) -> None:
        """Propose and confirm."""
        self.propose(subject, action, **evidence)
        self.confirm(subject)

    def change(self, subject: str, by: str, **after: str) -> Entry:
        """Change facts of one's own side."""
        everyone = self.facts[subject]["party_facts"]
        data = {"before": {by: everyone.get(by, {})}, "after": {by: after}}
        self.facts[subject] = self.facts[subject] | {"party_facts": everyone | {by: after}}
        return self.add(subject, "commitment.changed", by, data)

    def _move(
        self,
        subject: str,
        by: str,
        action: str,
        evidence: dict[str, Any],
        data: dict[str, Any],
        until: str | None = None,
    ) -> str:
        facts = self.facts[subject]
        row = self._row(subject, action, evidence)
        alone = self.rule == "unilateral" or row.who is Who.OWN
        awaits = [] if alone else [party for party in self.parties if party != by]
        if self.version > 1 and awaits and until is None:
            until = timestamp(self.at + timedelta(days=180))
        left = self._named(subject, action, evidence)[1] or facts["suspended_from"]
        proposal = {
            "transition": name(7, len(self.entries)), "action": action, "source": facts["state"],
            "target": str(row.leads_to(State(left) if left else None)), "evidence": evidence, "awaits": awaits,
            "expires_at": until,
        }  # fmt: skip
        if row.takes_back and subject in self.open:
            data = {**data, "withdrawn": self.open[subject][0]["transition"]}
        self.open[subject] = (proposal, list(awaits))
        kind = "commitment.recorded" if "commitment" in data else "transition.proposed"
        self.add(subject, kind, by, {**data, "proposal": proposal} | self._effective(subject))
        return str(proposal["transition"])

    def _row(self, subject: str, action: str, evidence: dict[str, Any]) -> Step:
        rules, facts = RULES["commitment", self.version], self.facts[subject]
        known = rules.facts({**facts, "is_joint": subject in self.joint}, self.parties, ["en"])
        # A test may forge a move that its version does not know.
        lifecycle = rules.lifecycle if action in rules.evidence else LIFECYCLE
        return lifecycle.step(action, State(facts["state"]), known.conditions({**evidence, "action": action}))

    def leaf(self, index: int = -1) -> str:
        """Return the leaf hash of an entry as it stands now."""
        return leaf_hash(seal(self.entries)[index]).hex()

    def _named(self, subject: str, action: str, evidence: dict[str, Any]) -> tuple[dict[Name, Found | None], Any]:
        """Return what the evidence names in the subject's own trail, and the state that a named move left."""
        # A subject's trail is chained by itself: the others' entries need not be sealed for it.
        mine = [entry for entry in self.entries if entry["subject"] == subject]
        stored = enumerate(zip(mine, seal(mine), strict=True))
        told = [Told(leaf_hash(one).hex(), seq, self.at, entry["data"]) for seq, (entry, one) in stored]
        names = [one for one in COMMITMENT.names({**evidence, "action": action}) if one.kind == ENTRY]
        found = {one: find(COMMITMENT, told, one.key) for one in names}
        undone = [one.entry for one in found.values() if one and one.entry and action == "reinstate"]
        return found, undone[0].before["state"] if undone else None

    def _seq(self, subject: str) -> int:
        return sum(entry["subject"] == subject for entry in self.entries)

    def _effective(self, subject: str) -> dict[str, Any]:
        proposal, awaiting = self.open[subject]
        if awaiting:
            return {}
        facts, evidence = self.facts[subject], proposal["evidence"]
        found, _ = self._named(subject, proposal["action"], evidence)
        step = self._row(subject, proposal["action"], evidence)
        self.joint |= {subject} if proposal["action"] == "agree" else set()
        # The entry that tells of it is written a second later.
        case = case_of(facts, found, self._seq(subject), self.at + timedelta(seconds=1))
        if step.action is Action.AGREE and is_draft(facts["reference"]):
            case = replace(case, numbers=self.numbers(subject))
        told = RULES["commitment", self.version].effective(step, evidence, case)
        if number := told["after"].get("reference"):
            self.numbers(subject).give(number_of(number))
        self.facts[subject] = facts | told["after"]
        del self.open[subject]
        return {"effective": told}


def seal(entries: Iterable[Entry]) -> list[bytes]:
    """Return the bytes of these entries, numbered and chained anew."""
    heads: dict[str, tuple[int, bytes]] = {}
    sealed = []
    for entry in entries:
        seq, leaf = heads.get(entry["subject"], (-1, FIRST_PREV))
        stored = canonical({"seq": seq + 1, "prev": leaf.hex()} | entry)
        heads[entry["subject"]] = (seq + 1, leaf_hash(stored))
        sealed.append(stored)
    return sealed


def checkpoint_of(stored: Sequence[bytes], signer: Signer = LOG) -> bytes:
    """Return the signed and cosigned checkpoint of a log of these entries."""
    checkpoint = Checkpoint(signer.name, len(stored), root(leaf_hashes(stored)))
    note = parse_note(sign_checkpoint(checkpoint, signer))
    return bytes(note.signed(WITNESS.cosign(checkpoint.text, 1_737_800_000)))


def files_of(stored: Sequence[bytes], newest: dict[str, int], signer: Signer = LOG) -> dict[str, bytes]:
    """Return an export's files; `newest` says of each reference the index of its newest entry."""
    leaves, signed = leaf_hashes(stored), checkpoint_of(stored, signer)
    levels: list[Sequence[bytes]] = [leaves]
    while len(levels[-1]) > 1:
        levels.append(parents(levels[-1]))
    files = {"checkpoint": signed, "README.md": b"For people.\n"}
    for tile in tiles_of(len(stored)):
        files[tile.path] = tile_bytes(tile, lambda level, index: levels[level][index])
    for bundle in bundles_of(len(stored)):
        files[bundle.path] = encode_bundle(stored[bundle.first : bundle.first + bundle.width])
    for reference, index in newest.items():
        proof = Proof(index, tuple(inclusion_proof(leaves, index)), signed)
        files[f"proofs/{reference}.tlog-proof"] = bytes(proof)
    return files


def newest_of(entries: Sequence[Entry]) -> dict[str, int]:
    """Return the index of the newest entry of each commitment, by its reference."""
    references = {
        entry["subject"]: entry["data"]["commitment"]["reference"]
        for entry in entries
        if entry["kind"] == "commitment.recorded"
    }
    return {
        references[entry["subject"]]: index for index, entry in enumerate(entries) if entry["subject"] in references
    }


def in_memory(files: dict[str, bytes]) -> Exported:
    """Return an export that lies in memory."""
    return Exported(
        frozenset(files),
        files.get,
        lambda path: iter([files[path]]),
        lambda path, start, size: files[path][start : start + size],
    )


def exported(entries: Sequence[Entry]) -> Exported:
    """Return the export of a log of these entries, numbered, chained, signed and proved anew."""
    return in_memory(files_of(seal(entries), newest_of(entries)))
