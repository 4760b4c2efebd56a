#!/bin/bash
# PostgreSQL for the Prefect server, on a socket alone: no port and no password. The account whose
# name is OWNER may connect as the role "hitlist", the account that runs this as any role.
# An empty PGDATA gets a new database; PostgreSQL itself refuses one of another major version.
set -euo pipefail
: "${PGDATA:=/var/lib/postgresql/data}" "${SOCKETS:=/run/postgresql}" "${OWNER:=hitlist}"
programs=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)

if [ ! -e "$PGDATA/ready" ]; then
  if [ -e "$PGDATA/PG_VERSION" ]; then
    echo "$PGDATA: its set-up was interrupted; empty the folder and start again" >&2
    exit 1
  fi
  "$programs/initdb" -D "$PGDATA" --username=postgres --auth=peer --encoding=UTF8 --locale=C.UTF-8
  echo 'local all all peer map=own' > "$PGDATA/pg_hba.conf"
  printf 'own %s %s\n' "$(id -un)" postgres "$(id -un)" hitlist "$OWNER" hitlist > "$PGDATA/pg_ident.conf"
  for line in 'create role hitlist login' 'create database hitlist owner hitlist'; do
    echo "$line" | "$programs/postgres" --single -D "$PGDATA" -c exit_on_error=true postgres > /dev/null
  done
  touch "$PGDATA/ready"
fi
exec "$programs/postgres" -D "$PGDATA" -k "$SOCKETS" -c listen_addresses=
