#!/bin/bash
# An imitation of what the entrypoint of postgres:18 does with what docker-compose.yml says, written from its documentation: the
# password from a file, initdb on an empty volume, a first start that only a socket reaches, the database, and then the server.
set -eu
[ "$1" = postgres ] || exec "$@"
[ -z "${POSTGRES_PASSWORD_FILE:-}" ] || POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
[ -n "${POSTGRES_PASSWORD:-}" ] || { echo "POSTGRES_PASSWORD is not said" >&2; exit 1; }
user=${POSTGRES_USER:-postgres} database=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}
if [ ! -e "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$PGDATA" && chmod 0700 "$PGDATA"
    # shellcheck disable=SC2086 -- several options
    initdb --username="$user" --pwfile=<(echo "$POSTGRES_PASSWORD") ${POSTGRES_INITDB_ARGS:-}
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    pg_ctl --wait --options="-c listen_addresses='' -c unix_socket_directories=/var/run/postgresql" start
    [ "$database" = postgres ] || PGPASSWORD=$POSTGRES_PASSWORD psql --host=/var/run/postgresql --username="$user" \
        --dbname=postgres --command="CREATE DATABASE \"$database\""
    pg_ctl --mode=fast --wait stop
    echo "PostgreSQL init process complete; ready for start up."
fi
exec "$@" -c "listen_addresses=*" -c unix_socket_directories=/var/run/postgresql
