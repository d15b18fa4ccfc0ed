#!/bin/sh
# Puts the database back to a moment, as root. docs/hub-province.md says what comes before and after.
#   serah-restore stop                       at db1, db2 and db3: Patroni and PostgreSQL end
#   serah-restore "2029-02-14 10:20:00+08"   then at one of them, which leads from then on
#   serah-restore anew                       at the others: what they had is set aside, and Patroni makes a copy
set -eu
[ $# -eq 1 ] || { sed -n '3,5s/^# *//p' "$0" >&2; exit 2; }
data=/var/lib/postgresql/serah bin=/usr/lib/postgresql/@PG@/bin
as() { runuser -u postgres -- "$@"; }
asked() { as psql -h /run/postgresql -d postgres -qAtc "$1"; }
runs() { as "$bin/pg_ctl" -D "$data" status >/dev/null 2>&1; }
cd /

if [ "$1" = stop ]; then
    # Paused, none of them waits for the others or takes over from one that ends.
    as patronictl -c /etc/patroni/config.yml pause --wait >/dev/null 2>&1 || true # it is already, or etcd is away
    if [ -d /run/systemd/system ]; then systemctl stop patroni; else pkill -x patroni || true; fi
    while pgrep -x patroni >/dev/null; do sleep 1; done
    if runs; then as "$bin/pg_ctl" -D "$data" -w -m fast stop >/dev/null; fi
    exit
fi
if runs; then
    echo "PostgreSQL runs here: first serah-restore stop, on all three computers" >&2
    exit 2
fi
if [ "$1" = anew ]; then
    rm -rf "$data.before"
    if [ "$(du -sk "$data" | cut -f1)" -gt "$(df -k --output=avail "$data" | tail -1)" ]; then
        echo "This disk has no room for a copy beside $data: move that to another disk, then systemctl start patroni" >&2
        exit 2
    fi
    mv "$data" "$data.before"
    exit
fi
as pgbackrest --stanza=serah --delta --type=time --target="$1" --target-action=promote restore
# By itself and for nobody but this script, until it has come to that moment. With less room for connections and locks
# than there was when it was recorded it would not begin.
alone="-c listen_addresses='' -c synchronous_standby_names='' -c unix_socket_directories=/run/postgresql"
as "$bin/pg_ctl" -D "$data" -w -t 86400 -l /var/log/postgresql/serah-restore.log start \
    -o "$alone -c max_connections=500 -c max_locks_per_transaction=512 -c max_worker_processes=64" >/dev/null
until [ "$(asked 'SELECT pg_is_in_recovery()' 2>/dev/null)" = f ]; do
    if ! runs; then
        echo "PostgreSQL ended before that moment; the end of /var/log/postgresql/serah-restore.log says why" >&2
        exit 1
    fi
    sleep 1
done
asked 'CHECKPOINT'
as "$bin/pg_ctl" -D "$data" -w -m fast stop >/dev/null
