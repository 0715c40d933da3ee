"""The twelve attacks of a host on the record, each way to carry one out, and what catches it. SECURITY.md says the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tests.attacks import ways
from tests.attacks.scene import Check
from tests.conftest import ENTRIES

Findings = Mapping[Check, str]
"""What catches the host, each with what it must say (a regular expression)."""


class Verdict(StrEnum):
    """Whether an attack is caught, whatever way it is carried out."""

    YES = "yes"
    OUTSIDE = "only by what others keep"
    NO = "no"


@dataclass(frozen=True)
class Attack:
    """A row of the table: what the host does, what catches it, and if nothing does: why, and what a party can do."""

    name: str
    by: str
    why_not: str
    ways: Mapping[ways.Way, Findings]

    @property
    def caught(self) -> Verdict:
        """The verdict that follows from the ways: the log alone catches each, or something outside does, or nothing.

        What is only refused by the sequencer never comes into the log; `tests/verify/test_verdict.py` holds that the verifier finds
        the same where another program has signed it.
        """
        if not all(self.ways.values()):
            return Verdict.NO
        return (
            Verdict.YES
            if all(Check.VERIFY in found or set(found) == {Check.SEQUENCER} for found in self.ways.values())
            else Verdict.OUTSIDE
        )


NOT_CONTINUED: Final = {Check.KEPT: "does not continue the one you kept"}
SHORTER: Final = {Check.SHORTER: "if the host has none of so many entries, it has taken some out"}
REFUSED: Final = {
    Check.WITNESS: "does not continue the tree|another root was cosigned|is beyond the checkpoint's",
    Check.QUORUM: "cosigned by no witness, which is not the quorum 'ours'",
}
OUTSIDE: Final = NOT_CONTINUED | REFUSED
"""What is left against a host that has signed another history with the right key."""
UNPROVABLE: Final = {Check.EXPORT: "does not prove what it holds"}

ATTACKS: Final = (
    Attack(
        "changes an entry",
        "`pacta verify` (exit 1) finds that the entry, the chain after it and the root no longer agree. The"
        " sequencer refuses to go on: at once if the entry is among the newest (not yet in a full tile of 256), else when it has"
        " read all entries again, 1,024 every two seconds",
        "",
        {
            ways.edit_one_row: NOT_CONTINUED | {
                Check.SEQUENCER: f"entry {ENTRIES} is not what was appended",
                Check.VERIFY: f"does not hold the hash of entry {ENTRIES}",
            },
        },
    ),
    Attack(
        "changes an entry and computes everything after it anew",
        "without the log key: `pacta verify` (1), the sequencer, the export. With it: a kept checkpoint (`--against`, 1), a"
        " witness, which does not cosign, and so a quorum, which is missing (2)",
        "Who holds the log key can sign any history; the new one is sound in itself",
        {
            ways.recompute_without_the_key: NOT_CONTINUED | UNPROVABLE | {
                Check.SEQUENCER: f"the first {ENTRIES + 2} entries are not those that were signed",
                Check.VERIFY: "its root is not that of the entries",
            },
            ways.recompute_and_sign_but_leave_the_note: {
                Check.SEQUENCER: f"the first {ENTRIES + 2} entries are not those that were signed"
            },
            ways.recompute_and_sign: OUTSIDE,
        },
    ),
    Attack(
        "deletes the newest entry",
        "as 2, but that an export with fewer entries than a kept checkpoint is not proven (2): an older one looks the same",
        "as 2: a log that never had the entry looks the same. Ask the host for an export of as many entries as you kept a"
        " checkpoint of: it has none",
        {
            ways.delete_the_newest: NOT_CONTINUED | UNPROVABLE | {
                Check.SEQUENCER: f"the first {ENTRIES + 1} entries are not those that were signed",
                Check.VERIFY: "its root is not that of the entries",
            },
            ways.delete_the_newest_and_sign: SHORTER | REFUSED,
        },
    ),
    Attack(
        "restores a backup and goes on from there",
        "the sequencer refuses, by the note that it keeps outside the database, and without that note too. With the older note put"
        " back as well: a witness that is asked at the start; else as 2, or as 3 while the log is shorter than what was kept",
        "as 2",
        {
            ways.restore_a_backup: {
                Check.SEQUENCER: f"the first {ENTRIES + 2} entries are not those that were signed",
                Check.WITNESS: REFUSED[Check.WITNESS],
                **SHORTER,
            },
            ways.restore_a_backup_without_the_note: {
                Check.SEQUENCER: "its note in PACTA_LOG_DIR is not there",
                Check.WITNESS: REFUSED[Check.WITNESS],
                **SHORTER,
            },
            ways.restore_a_backup_and_sign: OUTSIDE,
        },
    ),
    Attack(
        "writes a confirmation in a party's name",
        "",
        "The entry is well formed, and the log signs what the host writes. The party finds it in the feed and objects at once;"
        " it cannot prove that it did not write it. Parties' own signatures would stop this; they are not part of this release",
        {ways.forge_a_confirmation: {}},
    ),
    Attack(
        "records a party's confirmation a second time",
        "`pacta verify` (1): its number and chain are wrong, or no such proposal is open",
        "",
        {
            ways.replay_the_bytes: {Check.VERIFY: "has seq 3 where the subject's next is 4"},
            ways.replay_it_chained: {Check.VERIFY: "no such proposal is open"},
        },
    ),
    Attack(
        "shows each side another history",
        "the other side's checkpoint (`--against`, 1); a witness that is asked about both, which does not cosign, and so a quorum"
        " that needs it (2)",
        "A witness that is shown one history alone cosigns it. Demand the witnesses of both sides, or compare checkpoints",
        {ways.two_trees: OUTSIDE},
    ),
    Attack(
        "changes an entry before its first checkpoint",
        "if its hash is left as it was: the sequencer refuses",
        "Until then nothing outside holds the entry: for a second, where the host does not delay it. The party that wrote it compares its trail with what it sent, and"
        " objects at once. Parties' own signatures would stop this",
        {
            ways.edit_before_the_first_checkpoint: {Check.SEQUENCER: f"entry {ENTRIES} is not what was appended"},
            ways.edit_and_recompute_before_the_first_checkpoint: {},
        },
    ),
    Attack(
        "dates an entry before the one that it follows",
        "the sequencer refuses to sign it; where another program has signed it, `pacta verify` (1): within a commitment, times never go"
        " back",
        "",
        {ways.date_below_the_entry_before: {Check.SEQUENCER: "was recorded before the subject's entry before it"}},
    ),
    Attack(
        "dates an entry back, yet after the one that it follows",
        "",
        "The log proves an order, not a time. A kept checkpoint does limit it: what is not in it was not there when the witness"
        " cosigned it, whatever date it bears",
        {ways.date_within_the_gap: {}},
    ),
    Attack(
        "answers 201 and records nothing",
        "",
        "The answer is not signed. The party looks for its entry in the trail and asks for its proof; what has none after a"
        " minute is not recorded: send it again, and say so",
        {ways.accept_and_append_nothing: {}},
    ),
    Attack(
        "hides the newest entry of a commitment",
        "in an export: `pacta verify` (1). Left out of the log from the beginning: `pacta verify` (1) once another entry of that"
        " commitment follows",
        "Until then nothing in the log is missing. Its trail shows the entry without an index, or not at all, and the"
        " commitment's proof is of an older one: as 11",
        {
            ways.hand_out_an_older_proof: {Check.VERIFY: f"is for entry {ENTRIES - 24}; the newest entry of PK-AZ/08/004 is {ENTRIES + 1}"},
            ways.leave_out_the_newest: {},
            ways.leave_out_one_and_go_on: {Check.SEQUENCER: "the one before it is nowhere"},
        },
    ),
)  # fmt: skip
