"""A responder that does nothing but answer: how fast the load generator can be. `python -m tests.benchmarks.constant PORT`."""

import asyncio
import sys
from typing import Any

import uvloop
from typing_extensions import override

BODY = b'{"status":"alive"}' + b" " * 2_000
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class Constant(asyncio.Protocol):
    """Answers each request, which comes in one piece, with the same bytes."""

    @override
    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        self.transport.write(ANSWER)


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Constant, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
