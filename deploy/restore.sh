#!/bin/sh
# Puts this computer's database back to a moment, as root, while Patroni runs nowhere:
#   serah-restore "2029-02-14 10:20:00+08"
# The replicas are made anew from it. docs/hub-province.md says what comes before and after.
set -eu
[ $# -eq 1 ] || { sed -n '3s/^# *//p' "$0" >&2; exit 2; }
data=/var/lib/postgresql/serah bin=/usr/lib/postgresql/@PG@/bin
as() { runuser -u postgres -- "$@"; }
asked() { as psql -h /run/postgresql -d postgres -qAtc "$1"; }

if as "$bin/pg_ctl" -D "$data" status >/dev/null 2>&1; then
    echo "PostgreSQL runs here: stop Patroni on all three computers first" >&2
    exit 2
fi
cd /
as pgbackrest --stanza=serah --delta --type=time --target="$1" --target-action=promote restore
# By itself and for nobody but this script, until it has come to that moment.
as "$bin/pg_ctl" -D "$data" -w -t 86400 -l /var/log/postgresql/serah-restore.log start \
    -o "-c listen_addresses='' -c synchronous_standby_names='' -c unix_socket_directories=/run/postgresql" >/dev/null
until [ "$(asked 'SELECT pg_is_in_recovery()')" = f ]; do sleep 1; done
asked 'CHECKPOINT'
as "$bin/pg_ctl" -D "$data" -w -m fast stop >/dev/null
