"""`pacta set-up`: parties, commissions, and what belongs to each party, from one file, through the API."""

import asyncio
import json
import sys
from pathlib import Path

import httpx
import typer

from service.exchange.setting_up import file, party_steps, steps
from service.exchange.setting_up.outcome import WRONG
from service.exchange.setting_up.secrets import Secrets

AWAY = 69


def schema() -> None:
    """Print the JSON Schema of a file."""
    typer.echo(json.dumps(file.SetUp.model_json_schema(), indent=2, ensure_ascii=False))


def example() -> None:
    """Print a file that can be run as it stands."""
    typer.echo(file.EXAMPLE.read_text(encoding="utf-8"), nl=False)


def run(said: Path, url: str, party: str | None, client_ids: tuple[str, ...], secrets: Secrets, *, dry: bool) -> int:
    """Do a party's part, or the administrator's; return the exit status: 1 where something differs or is refused."""
    read = file.read(said.read_bytes(), str(said))
    return asyncio.run(_run(read, url, party, client_ids, secrets, dry=dry))


async def _run(
    said: file.SetUp, url: str, party: str | None, client_ids: tuple[str, ...], secrets: Secrets, *, dry: bool
) -> int:
    wrong, total = 0, said.size
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        doing = steps.Run(client, said, secrets, dry, client_ids)
        outcomes = party_steps.own_part(doing, party) if party else steps.administer(doing)
        try:
            # To standard error, and only where somebody looks: what was done is standard output.
            with typer.progressbar(length=total, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
                async for outcome in outcomes:
                    typer.echo(str(outcome))
                    wrong += outcome.did in WRONG
                    bar.update(1)
        except httpx.TransportError as away:
            typer.echo(
                f"pacta: {url} does not answer: {type(away).__name__}. Run the command again: what is made stays.",
                err=True,
            )
            return AWAY
    return 1 if wrong else 0
