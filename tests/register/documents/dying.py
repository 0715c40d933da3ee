"""A service that is killed while it takes a document: `python -m tests.register.documents.dying DATABASE_URL DIRECTORY KEY`.

Says on which port it listens, and then reads numbers, one a line. For each it forks a service, which kills itself with SIGKILL before
the so-many-th statement or step of writing a file of the first upload; answers the name of that step, or `ended` if the upload came
to its end before.
"""

import asyncio
import os
import sys
from pathlib import Path

from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from service import telemetry
from service.http import serving
from service.main import create_app
from service.settings import Settings
from tests.sequencer.killed import ENDED, Death, watch

AFTER_SECONDS = 0.5
"""How long a service lives after it has answered: what it says has to leave."""


def dying(app: ASGIApp, steps: int, tell: int) -> ASGIApp:
    """Return the service, whose steps count from the first upload on."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            death = Death(steps, tell)
            watch(death)
            os.link = death.before("link", os.link)
            await app(scope, receive, send)
            death.left = 0
            asyncio.get_running_loop().call_later(AFTER_SECONDS, _end, tell)
        else:
            await app(scope, receive, send)

    return serve


def _end(tell: int) -> None:
    os.write(tell, ENDED)
    os._exit(0)


def main(url: str, directory: Path, key: Path) -> None:
    """Let a service take a document and die for each number that is read."""
    telemetry.configure("CRITICAL")
    app = create_app(Settings(database_url=SecretStr(url), documents_dir=directory, signing_key_file=key))
    # Made once: each service that is forked would make it anew before it takes its upload.
    app.openapi()
    listener = serving.listen("127.0.0.1", 0)
    host, port = listener.getsockname()
    _say(str(port))
    for line in sys.stdin:
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            serving.serve(dying(app, int(line), tell), host, port, listener)
        os.close(tell)
        _, status = os.waitpid(child, 0)
        said = os.read(told, 4096).decode().replace("\n", " ")
        os.close(told)
        assert os.WIFSIGNALED(status) != (said == ENDED.decode()), (status, said)
        _say(said)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
