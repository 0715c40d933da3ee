FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

# Dependencies first, by hash: they change seldom, the service often.
COPY requirements.lock ./
RUN pip install --require-hashes --no-deps -r requirements.lock

COPY alembic alembic
COPY service service
RUN python -m compileall -q service alembic && useradd --system --uid 10001 --no-create-home pacta \
    && mkdir --mode=0700 /keys /log /documents && chown pacta /keys /log /documents

USER 10001
EXPOSE 8000
ENTRYPOINT ["python", "-m", "service.cli"]
CMD ["serve", "--host", "0.0.0.0"]
