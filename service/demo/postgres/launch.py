"""Become an unprivileged user if we are root, tie our life to the parent's, and become the program that is asked for.

Run as `python launch.py PARENT_PID UID PROGRAM ARGUMENTS...`; UID 0 means: stay who we are. PostgreSQL refuses to run as
root. The directories above its data may be closed to others (root's own home), so one capability is kept, the right to
pass through them; no mode or owner is changed. The order matters: the kernel clears the parent-death signal when
credentials change (prctl(2), PR_SET_PDEATHSIG), and keeps it across an exec that gains nothing.
"""

import ctypes
import os
import signal
import struct
import sys

PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
CAPABILITY_VERSION_3 = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGINT (PostgreSQL: fast shutdown) when the parent ends; end now if it has ended already."""
    _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)


def become(uid: int) -> None:
    """Become user and group `uid`, keeping the right to pass through closed directories where we have it."""
    # Capabilities stay when the user changes, and access(2), by which PostgreSQL looks for its programs, honours them.
    _libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        if _keep_only(1 << capability):
            _libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)
            return
    if not _keep_only(0):
        raise SystemExit(1)


def _keep_only(bits: int) -> bool:
    header = ctypes.create_string_buffer(struct.pack("=Ii", CAPABILITY_VERSION_3, 0))
    sets = ctypes.create_string_buffer(struct.pack("=6I", bits, bits, bits, 0, 0, 0))
    return bool(_libc.capset(header, sets) == 0)


def main(arguments: list[str]) -> None:
    """Do what the module says."""
    parent, uid, program, *rest = arguments
    if int(uid):
        become(int(uid))
    die_with_parent(int(parent))
    os.execv(program, [program, *rest])  # noqa: S606 -- this is the purpose


if __name__ == "__main__":
    main(sys.argv[1:])
