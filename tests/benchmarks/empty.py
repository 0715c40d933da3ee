"""An application without content that imports what the service imports: what a cold start costs at least."""

import sys

import asyncpg
import babel.messages.pofile
import cryptography.hazmat.primitives.asymmetric.ed25519
import fastapi
import httpx
import joserfc.jwt
import orjson
import prometheus_client
import pydantic_settings
import sqlalchemy.ext.asyncio
import sqlmodel
import structlog
import typer
import uvicorn

LIBRARIES = (
    asyncpg, babel, cryptography, httpx, joserfc, orjson, prometheus_client, pydantic_settings, sqlalchemy, sqlmodel,
    structlog, typer,
)  # fmt: skip
app = fastapi.FastAPI()


@app.get("/livez")
async def read_liveness() -> dict[str, str]:
    return {"status": "alive"}


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
