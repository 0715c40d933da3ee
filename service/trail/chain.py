"""What continues a subject's chain: the rules of order that both whoever signs a log and whoever verifies it hold it to. Pure."""

from dataclasses import dataclass

from service.trail.entry import FIRST_PREV


@dataclass(slots=True)
class Link:
    """The end of a subject's chain: number, leaf hash (32 bytes) and moment (UTC, as the entry writes it) of its last entry."""

    seq: int = -1
    leaf: bytes = FIRST_PREV
    recorded_at: str = ""


def faults(before: Link, log: str | None, seq: int, prev: str, recorded_at: str, commission: str) -> list[str]:
    """Return why an entry with these members does not continue `before` in the log of the commission `log`."""
    wrong = []
    if seq != before.seq + 1:
        wrong.append(f"has seq {seq} where the subject's next is {before.seq + 1}")
    if prev != before.leaf.hex():
        wrong.append("does not name the hash of the subject's entry before it (prev)")
    if recorded_at < before.recorded_at:
        wrong.append(f"was recorded before the subject's entry before it ({before.recorded_at})")
    if commission != log:
        wrong.append(f"belongs to the log of another commission, {commission}")
    return wrong
