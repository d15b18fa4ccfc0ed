#!/bin/sh
# What PostgreSQL calls for each finished piece of its log of changes: serah-pgbackrest FILE NAME (pgBackRest wants its
# own name in it).
# Whoever leads pushes it to the backups. The others keep theirs until it is there, so that the next one to lead pushes
# what a computer could not that died, or whose disk was full.
set -eu
data=/var/lib/postgresql/serah
if [ -e $data/standby.signal ] || [ -e $data/recovery.signal ]; then
    copy=$(mktemp)
    trap 'rm -f "$copy"' EXIT
    pgbackrest --stanza=serah archive-get "$2" "$copy"
else
    pgbackrest --stanza=serah archive-push "$1"
fi
