#!/bin/sh
# What PostgreSQL calls for a piece of its log of changes that it lacks: serah-fetch NAME FILE, in its data directory.
# Where one database took over in the middle of a piece, the one before it may have gone on alone for a while and
# archived the rest under the older timeline. A replica that took it would be where nobody else is, and never come back.
# So such a piece is not taken, nor any after it: whoever leads has the right one and sends it.
set -eu

part() { # of the piece's name, from one digit to another, as a number
    echo $((0x$(printf '%s' "$name" | cut -c "$1")))
}

name=$1
case $name in *[!0-9A-F]*) is_piece= ;; *) is_piece=yes ;; esac
for history in pg_wal/*.history; do
    [ -n "$is_piece" ] && [ -e "$history" ] || continue
    end=$(awk -v timeline="$(part 1-8)" '$1 == timeline { print $2 }' "$history")
    [ -n "$end" ] || continue
    if [ $(($(part 9-16) * 256 + $(part 17-24))) -ge $((0x${end%/*} * 256 + (0x${end#*/} >> 24))) ]; then
        exit 1
    fi
done
exec pgbackrest --stanza=serah archive-get "$name" "$2"
