#!/bin/sh
# Makes the keys of the five computers, and puts the files of one of them in place. docs/hub-province.md has the steps.
#   sh set-up.sh keys FOLDER                           once: keys and passwords for all, in a folder
#   sh set-up.sh db1|db2|db3|hub|backup FOLDER         at that computer, as root, with the folder from the first step
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
. "$here/cluster.env"
names="db1 db2 db3 hub backup"

address_of() {
    case $1 in db1) echo "$DB1" ;; db2) echo "$DB2" ;; db3) echo "$DB3" ;; hub) echo "$HUB" ;; backup) echo "$BACKUP" ;; esac
}

make_keys() {
    mkdir "$1"
    cd "$1"
    # As RFC 5280 asks, and Python 3.13, on which Patroni runs: an authority says what its key is for (4.2.1.3), and each
    # certificate names its own key and the authority's (4.2.1.1, 4.2.1.2).
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=Serah cluster" \
        -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key -out ca.crt 2>/dev/null
    for name in $names; do
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" -keyout "$name.key" \
            -out "$name.csr" 2>/dev/null
        {
            printf 'subjectAltName=IP:%s,IP:127.0.0.1,DNS:localhost,DNS:%s\n' "$(address_of "$name")" "$name"
            printf 'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nbasicConstraints=critical,CA:FALSE\n'
        } >"$name.ext"
        openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -extfile "$name.ext" \
            -out "$name.crt" 2>/dev/null
        rm "$name.csr" "$name.ext"
    done
    for of in SUPERUSER REPLICATION; do
        echo "PATRONI_${of}_PASSWORD=$(openssl rand -hex 24)"
    done >passwords
    for role in owner hub reader; do
        password=$(openssl rand -hex 24)
        echo "CREATE ROLE serah_$role LOGIN PASSWORD '$password';" >>database.sql
        at="postgresql://serah_$role@127.0.0.1/serah?sslmode=verify-ca&sslrootcert=/etc/serah/ca.crt"
        printf "SERAH_DB='%s'\nPGPASSWORD=%s\n" "$at" "$password" >$role.env
    done
    echo "CREATE DATABASE serah OWNER serah_owner;" >>database.sql
}

put() { # put FILE PLACE OWNER MODE
    mkdir -p "$(dirname "$2")"
    sed -e "s/@NAME@/$name/g; s/@ADDRESS@/$address/g; s/@PG@/$PG/g; s/@DB1@/$DB1/g; s/@DB2@/$DB2/g; s/@DB3@/$DB3/g" \
        -e "s/@HUB@/$HUB/g; s/@BACKUP@/$BACKUP/g" "$1" >"$2"
    chown "$3" "$2"
    chmod "$4" "$2"
}

put_keys() {
    getent group serah-cluster >/dev/null || groupadd --system serah-cluster
    for user in postgres etcd; do
        if id "$user" >/dev/null 2>&1; then usermod -a -G serah-cluster "$user"; fi
    done
    put "$keys/ca.crt" /etc/serah/ca.crt root:root 644
    put "$keys/$name.crt" /etc/serah/host.crt root:root 644
    put "$keys/$name.key" /etc/serah/host.key root:serah-cluster 640
    chmod 755 /etc/serah
}

[ $# -eq 2 ] || { sed -n '2,4s/^# *//p' "$0" >&2; exit 2; }
case $1 in
keys)
    [ ! -e "$2" ] || { echo "$2 is there already: keys are made once" >&2; exit 2; }
    make_keys "$2"
    exit ;;
db1 | db2 | db3 | hub | backup) ;;
*) echo "$1 is none of: keys $names" >&2; exit 2 ;;
esac
name=$1 keys=$(cd "$2" && pwd) address=$(address_of "$1")
[ -r "$keys/$name.key" ] || { echo "$keys has no key of $name: sh set-up.sh keys FOLDER" >&2; exit 2; }
put_keys
case $name in
db*)
    put "$here/etcd.env" /etc/default/etcd root:root 644
    put "$here/patroni.yml" /etc/patroni/config.yml postgres:postgres 600
    put "$keys/passwords" /etc/patroni_env.conf postgres:postgres 600
    put "$here/pgbackrest-db.conf" /etc/pgbackrest.conf root:root 644
    put "$here/archive.sh" /usr/local/bin/serah-pgbackrest root:root 755
    put "$here/fetch.sh" /usr/local/bin/serah-fetch root:root 755
    put "$here/restore.sh" /usr/local/sbin/serah-restore root:root 755
    put "$here/alive.sh" /usr/local/sbin/serah-alive root:root 755
    put "$here/serah-alive.service" /etc/systemd/system/serah-alive.service root:root 644 ;;
hub)
    put "$keys/hub.env" /etc/serah/hub.env root:root 600
    put "$here/haproxy.cfg" /etc/haproxy/haproxy.cfg root:root 644
    put "$here/serah-hub.service" /etc/systemd/system/serah-hub.service root:root 644 ;;
backup)
    put "$here/pgbackrest-backup.conf" /etc/pgbackrest.conf root:root 644
    put "$here/serah-backup.service" /etc/systemd/system/serah-backup.service root:root 644
    put "$here/serah-backup.timer" /etc/systemd/system/serah-backup.timer root:root 644 ;;
esac
