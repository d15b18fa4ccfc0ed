"""The files of deploy/, as far as they can be judged without the computers that they are for."""

import os
import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.support.failover import DEPLOY, NAMES


def test_every_name_in_the_files_is_one_that_is_put_in() -> None:
    known = {"NAME", "ADDRESS", "PG", *(name.upper() for name in NAMES)}
    for file in DEPLOY.iterdir():
        assert {*re.findall(r"@([A-Z0-9]+)@", file.read_text("utf-8"))} <= known, file


def test_what_was_archived_is_asked_for_one_file_at_a_time() -> None:
    """Asked ahead, pgBackRest misses files that it has where the timeline changes (its issue 2423)."""
    settings = ConfigParser()
    settings.read(DEPLOY / "pgbackrest-db.conf", "utf-8")
    assert [name for name in settings if "archive-async" in settings[name]] == ["global:archive-push"]


@pytest.mark.skipif(not (shutil.which("sh") and shutil.which("openssl")), reason="needs sh and openssl")
def test_the_keys_of_the_computers_pass_where_certificates_are_judged_strictly(tmp_path: Path) -> None:
    """As Python 3.13 does, and so Patroni: one that refuses the others lets none of them take over."""
    subprocess.run(["sh", DEPLOY / "set-up.sh", "keys", tmp_path / "keys"], check=True)
    for name in NAMES:
        for purpose in ("sslserver", "sslclient"):
            strict = ["openssl", "verify", "-x509_strict", "-purpose", purpose, "-CAfile", tmp_path / "keys" / "ca.crt"]
            done = subprocess.run([*strict, tmp_path / "keys" / f"{name}.crt"], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not (shutil.which("sh") and shutil.which("awk")), reason="needs sh and awk")
@pytest.mark.parametrize(
    ("name", "is_fetched"),
    [
        ("000000040000000000000008", False),  # the next timeline begins in it
        ("000000040000000000000009", False),
        ("000000050000000000000008", True),
        ("000000040000000000000007", True),
        ("000000030000000100000008", True),
        ("0000000A00000001000000FF", False),
        ("0000000A00000001000000FE", True),
        ("000000010000000000000006", False),
        ("000000010000000000000005", True),
        ("00000005.history", True),
    ],
)
def test_a_replica_takes_nothing_of_a_timeline_that_another_one_went_on_from(
    tmp_path: Path, name: str, is_fetched: bool
) -> None:
    """It was seen to stop for ever at "record with incorrect prev-link", and with it every station."""
    fetched, programs = tmp_path / "fetched", tmp_path / "bin"
    programs.mkdir(), (tmp_path / "pg_wal").mkdir()
    (programs / "pgbackrest").write_text('#!/bin/sh\necho "$@" >> fetched\n')
    (programs / "pgbackrest").chmod(0o755)
    history = "1\t0/6066678\tno recovery target specified\n\n4\t0/81B76B0\tno recovery target specified\n"
    (tmp_path / "pg_wal" / "00000005.history").write_text(history)
    (tmp_path / "pg_wal" / "0000000B.history").write_text(history + "10\t1/FFFFFFFF\tno recovery target specified\n")
    path = f"{programs}:{os.environ['PATH']}"
    asked = ["sh", DEPLOY / "fetch.sh", name, "pg_wal/RECOVERYXLOG"]
    done = subprocess.run(asked, cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True)
    assert (done.returncode == 0, done.stderr) == (is_fetched, "")
    assert fetched.exists() == is_fetched
    if is_fetched:
        assert fetched.read_text() == f"--stanza=serah archive-get {name} pg_wal/RECOVERYXLOG\n"
