"""The files of deploy/, as far as they can be judged without the computers that they are for."""

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
