"""The files of deploy/, as far as they can be judged without the computers that they are for."""

import re
from configparser import ConfigParser

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
