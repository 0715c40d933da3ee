"""Verifying an exported log from end to end: `verify` takes what was read and returns what it proves. Pure."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from service.tlog.policy import Policy
from service.tlog.redaction import FOLDER
from service.verify import documents, names, reopened
from service.verify.chain import Trail
from service.verify.documents import Held
from service.verify.export import CHECKPOINT, Exported
from service.verify.finding import Findings, unproven
from service.verify.names import Called
from service.verify.proofs import check_proofs
from service.verify.redacted import Withheld
from service.verify.reopened import Reopened
from service.verify.tree import again, root_over, walk
from service.verify.trust import Weighed, weigh


@dataclass(slots=True)
class Verdict:
    """What was found, and what it was found about; `states` counts the commitments by the state that they are in now."""

    findings: Findings = field(default_factory=Findings)
    checkpoint: Weighed | None = None
    kept: Weighed | None = None
    replayed: bool = True
    entries: int = 0
    subjects: int = 0
    commitments: int = 0
    unfollowed: int = 0
    states: Counter[str] = field(default_factory=Counter)
    witnesses: list[tuple[str, str]] = field(default_factory=list)
    reopened: list[Reopened] = field(default_factory=list)
    """The entries by which the log was reopened, if it was."""
    charter: dict[str, Any] = field(default_factory=dict)
    documents: Held = field(default_factory=Held)
    withheld: Withheld = field(default_factory=Withheld)
    called: Called = field(default_factory=Called)


def verify(
    export: Exported,
    policy: Policy | None,
    kept: bytes | None = None,
    *,
    replay: bool = True,
    progress: Callable[[int, str], Callable[[int], None]] = lambda *_: lambda _: None,
) -> Verdict:
    """Verify an export by the reader's own policy; `kept` is a signed checkpoint that the reader kept from earlier.

    `progress` hears how many entries or documents there are, and which, and returns what hears of each step.
    """
    verdict = Verdict(replayed=replay)
    add = verdict.findings.add
    raw = export.read(CHECKPOINT)
    if policy is None:
        add([unproven(CHECKPOINT, "no policy was given (--policy), so nothing says whose signature to believe")])
    if raw is None:
        add([unproven(CHECKPOINT, "is missing: there is nothing that somebody signed")])
        return verdict
    verdict.checkpoint, wrong = weigh(CHECKPOINT, raw, policy)
    add(wrong)
    if kept is not None:
        # Whoever kept it vouches for it: witnesses may have come later than it did.
        verdict.kept, wrong = weigh("the kept checkpoint", kept, policy and policy.of_the_logs_alone())
        add(wrong)
    if verdict.checkpoint:
        _follow(export, verdict, verdict.checkpoint, policy, progress)
        verdict.witnesses = list(verdict.checkpoint.witnessed(policy)) if policy else []
    return verdict


def _follow(
    export: Exported,
    verdict: Verdict,
    weighed: Weighed,
    policy: Policy | None,
    progress: Callable[[int, str], Callable[[int], None]],
) -> None:
    new, old = weighed.checkpoint, verdict.kept.checkpoint if verdict.kept else None
    is_redacted = any(path.startswith(FOLDER) for path in export.paths)
    trail = Trail(partial(again, export, new.size), replay=verdict.replayed, is_redacted=is_redacted)
    add = verdict.findings.add
    add(walk(export, new, old, trail, progress(new.size, "entries")))
    add(reopened.continues(old, new, trail.kept_root, trail.reopened) if old else ())
    if trail.size == new.size:
        over, all_known = partial(root_over, export, new.size), not trail.withheld.newer
        add(reopened.check(new, trail.reopened, policy, over, all_known=all_known))
    if trail.size == new.size and not trail.withheld.newer:
        # In a redacted export a proof would name what is withheld.
        add(check_proofs(export, weighed, policy, {} if is_redacted else trail.references))
        if verdict.replayed and not is_redacted:
            kept = trail.register.documents.values()
            add(documents.check(export, kept, verdict.documents, lambda count: progress(count, "documents")))
    add(names.check(export, policy, verdict.called))
    verdict.reopened, verdict.charter = trail.reopened, trail.register.charter
    verdict.withheld = trail.withheld
    verdict.entries, verdict.subjects = trail.size, len(trail.subjects)
    verdict.commitments = len(trail.references)
    followed = [one for one in trail.references.values() if one.facts and not one.broken]
    verdict.unfollowed = sum(one.broken for one in trail.subjects.values())
    verdict.states = Counter(one.facts["state"] for one in followed)
