"""The tree as RFC 6962, section 2.1 defines it: recursive, slow, and written apart from the service's code."""

from __future__ import annotations

import hashlib


def naive_root(entries: list[bytes]) -> bytes:
    """MTH(D[n])."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = naive_split(len(entries))
    return hashlib.sha256(b"\x01" + naive_root(entries[:k]) + naive_root(entries[k:])).digest()


def naive_path(index: int, entries: list[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(entries) == 1:
        return []
    k = naive_split(len(entries))
    if index < k:
        return [*naive_path(index, entries[:k]), naive_root(entries[k:])]
    return [*naive_path(index - k, entries[k:]), naive_root(entries[:k])]


def naive_subproof(size: int, entries: list[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b); PROOF(m, D[n]) with b true."""
    if size == len(entries):
        return [] if whole else [naive_root(entries)]
    k = naive_split(len(entries))
    if size <= k:
        return [*naive_subproof(size, entries[:k], whole=whole), naive_root(entries[k:])]
    return [*naive_subproof(size - k, entries[k:], whole=False), naive_root(entries[:k])]


def naive_split(size: int) -> int:
    """Return the largest power of two smaller than `size`."""
    k = 1
    while 2 * k < size:
        k *= 2
    return k
