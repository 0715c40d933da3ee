"""A log that was reopened, as the verifier sees it: each rule of that entry is broken once, in a log that is otherwise sound."""

from copy import deepcopy
from typing import Final

import pytest

from service.tlog.checkpoint import Checkpoint, sign_checkpoint
from service.tlog.keys import Signer
from service.tlog.merkle import leaf_hashes, root
from service.tlog.policy_file import parse_policy
from service.trail.entry import VERSIONS
from service.trail.models import REGISTRY
from service.verify.finding import Severity
from service.verify.judgement import Verdict, verify
from tests.verify.forging import Forgery, put, without
from tests.verify.journal import COMMISSION, LOG, WITNESS, Entry, Journal, files_of, in_memory, name, newest_of, seal

NEW: Final = Signer(f"{LOG.name}/log/2", bytes(range(5, 37)))
POLICY: Final = parse_policy(
    f"log {LOG.verifier.vkey}\nlog {NEW.verifier.vkey}\nwitness W {WITNESS.verifier.vkey}\nquorum W\n".encode()
)


def reopened() -> list[Entry]:
    """Return a log of which the last two entries were lost, that was reopened, and which both parties have acknowledged."""
    journal = Journal(version=2)
    journal.confirm(journal.record(1))
    there = seal(journal.entries)
    last = Checkpoint(LOG.name, len(there), root(leaf_hashes(there)))
    journal.add(COMMISSION, "log.reopened", None, {
        "number": 2, "origin": NEW.name, "verifier_key": NEW.verifier.vkey, "checkpoint": sign_checkpoint(last, LOG).decode(),
        "size": len(there) + 2, "continues": len(there), "missing": 2, "known": {WITNESS.verifier.vkey: len(there) + 2},
        "because": "The newest dump could not be read.",
    })  # fmt: skip
    journal.entries[-1] |= {"actor": str(REGISTRY), "v": 2}
    told = {
        "number": 2,
        "origin": NEW.name,
        "continues": len(there),
        "missing": 2,
        "because": "The newest dump could not be read.",
    }
    told["at"] = journal.entries[-1]["recorded_at"]
    for at, (party, awaits) in enumerate((("PK", ["PK", "AZ"]), ("AZ", ["AZ"])), 1):
        journal.add(COMMISSION, "transition.proposed", party, {
            "proposal": {
                "transition": name(7, 900 + at), "action": "acknowledge_log", "source": "in_force", "target": "in_force",
                "evidence": {"number": 2}, "awaits": [], "expires_at": None,
            },
            "effective": {
                "before": {"reopened": {**told, "awaits": awaits}},
                "after": {"reopened": {**told, "awaits": [one for one in awaits if one != party]}},
                "on": "2025-01-24",
            },
        })  # fmt: skip
        journal.entries[-1]["v"] = 2
    return journal.entries


def judged(entries: list[Entry], signer: Signer = NEW) -> Verdict:
    return verify(in_memory(files_of(seal(entries), newest_of(entries), signer)), POLICY)


def by_another(entries: list[Entry]) -> None:
    """Let the old log's last checkpoint be signed by a key of one's own."""
    there = seal(entries[:-3])
    last = Checkpoint(LOG.name, len(there), root(leaf_hashes(there)))
    forger = Signer(LOG.name, bytes(range(7, 39)))
    entries[-3]["data"]["checkpoint"] = sign_checkpoint(last, forger).decode()


def over_others(entries: list[Entry]) -> None:
    """Change an entry that the old log had signed, and say that it goes on."""
    entries[1]["data"]["venue"] = "Lahore"


def twice(entries: list[Entry]) -> None:
    """Let the log be reopened once more under the same number, with nothing signed between."""
    entries.insert(-2, deepcopy(entries[-3]))


EVIDENCE: Final = ("data", "proposal", "evidence")
FORGERIES: Final[dict[str, tuple[Forgery, str]]] = {
    "by a party": (put(-3, "party", to="PK"), "a log is reopened by the operator"),
    "by a principal": (put(-3, "actor", to=name(5, 2)), "a log is reopened by the operator"),
    "as the first log": (put(-3, "data", "number", to=1), "cannot be read"),
    "as another number than its name says": (put(-3, "data", "number", to=3), "is number 3, which"),
    "under a name of nobody's": (put(-3, "data", "origin", to=f"{LOG.name}/log/3"), "was signed after it"),
    "under the name of the old log": (put(-3, "data", "origin", to=LOG.name), "was signed after it"),
    "with the key of another log": (put(-3, "data", "verifier_key", to=LOG.verifier.vkey), f"is told with the key of {LOG.name!r}"),
    "with a key that is none": (put(-3, "data", "verifier_key", to="a key"), "cannot be read"),
    "with a key that is not the new log's": (
        put(-3, "data", "verifier_key", to=Signer(NEW.name, bytes(range(9, 41))).verifier.vkey), "another key than the one that your policy has"),
    "a checkpoint that is none": (put(-3, "data", "checkpoint", to="a note"), "cannot be read"),
    "a checkpoint that the old log did not sign": (by_another, "is not what the old log signed"),
    "over other entries than were signed": (over_others, "are not those of its last checkpoint"),
    "fewer entries than are known": (put(-3, "data", "size", to=1), "are known"),
    "fewer missing than are": (put(-3, "data", "missing", to=0), "counts wrongly what is missing"),
    "going on over what comes after it": (put(-3, "data", "continues", to=40), "but stands after"),
    "without a reason": (put(-3, "data", "because", to=""), "cannot be read"),
    "with more beside": (put(-3, "data", "note", to="x"), "cannot be read"),
    "not told at all": (without(-3), "but no entry says so"),
    "twice under one number": (twice, "is number 2, though number 2 came before it"),
    "acknowledged under another number": (put(-2, *EVIDENCE, "number", to=3), "number"),
    "acknowledged for another party": (
        put(-2, "data", "effective", "after", "reopened", "awaits", to=[]), "not what the evidence brings about"),
    "acknowledged by a stranger": (put(-2, "party", to="TR"), "TR"),
    "acknowledged twice": (put(-1, "party", to="PK"), "acknowledge"),
    "acknowledged after what was not there": (put(-2, "data", "effective", "before", "reopened", "missing", to=0), "not what the evidence brings about"),
    "acknowledged by awaiting the other": (put(-2, "data", "proposal", "awaits", to=["AZ"]), "must await nobody"),
}  # fmt: skip


def test_the_log_is_proven_as_it_is_and_tells_what_is_missing() -> None:
    verdict = judged(reopened())
    assert verdict.findings.listed == []
    assert [one.told["missing"] for one in verdict.reopened] == [2]
    assert verdict.charter["reopened"]["awaits"] == []


@pytest.mark.parametrize("forged", FORGERIES)
def test_a_reopened_log_that_breaks_a_rule_is_found(forged: str) -> None:
    forge, said = FORGERIES[forged]
    entries = deepcopy(reopened())
    forge(entries)
    found = judged(entries).findings
    assert found.outcome is Severity.TAMPERED
    assert any(said in str(one) for one in found.listed), [str(one) for one in found.listed]


@pytest.mark.parametrize("place", [-3, -2, -1])
def test_an_entry_of_a_version_to_come_is_no_forgery_wherever_it_stands(place: int) -> None:
    entries = deepcopy(reopened())
    entries[place] |= {"v": VERSIONS[-1] + 1, "data": {"of_tomorrow": entries[place]["data"]}}
    assert judged(entries).findings.outcome is Severity.UNPROVEN


def test_where_one_of_several_reopenings_is_of_a_version_to_come_the_names_may_follow_each_other() -> None:
    entries = deepcopy(reopened())
    later = Signer(f"{LOG.name}/log/3", bytes(range(6, 38)))
    entries[-1] |= {"v": VERSIONS[-1] + 1, "data": {"origin": later.name}}
    found = judged(entries, later).findings
    assert [one for one in found.listed if one.severity is Severity.TAMPERED] == []
