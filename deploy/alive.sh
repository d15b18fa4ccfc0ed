#!/bin/sh
# Ends a Patroni that hangs, and systemd begins it again: for three minutes its /liveness was not told, or not well,
# which it is while its own work goes round. One that is cut off may take a minute to end its PostgreSQL; one that was
# stopped is left alone.
missed=0
while sleep 10; do
    if ! pgrep -x patroni >/dev/null || curl -fsk --max-time 5 -o /dev/null https://127.0.0.1:8008/liveness; then
        missed=0
    elif [ $((missed += 1)) -ge 18 ]; then
        echo "Patroni has hung for three minutes: it is ended" >&2
        pkill -9 -x patroni
        missed=0
    fi
done
