"""Bring the loopback device up: in a network namespace of its own, `unshare --net`, nothing else can be reached."""

import fcntl
import socket
import struct

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def main() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        name = b"lo".ljust(16, b"\0")
        (flags,) = struct.unpack_from("H", fcntl.ioctl(asked, SIOCGIFFLAGS, name + bytes(16)), 16)
        fcntl.ioctl(asked, SIOCSIFFLAGS, name + struct.pack("H", flags | IFF_UP) + bytes(14))


if __name__ == "__main__":
    main()
