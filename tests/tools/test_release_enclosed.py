"""What goes with a release: an audit that skips nothing, each licence once, notes, an icon."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.release_examples import MADE, python_zip, wheel
from tools.release import enclosed, packages, parts
from tools.release.parts import ReleaseError

CLEAN = {"name": "Calm", "version": "1.0", "vulns": []}
ILL = {
    "name": "jinja2",
    "version": "2.4.1",
    "vulns": [{"id": "PYSEC-2014-82", "fix_versions": ["2.7.3"], "aliases": ["CVE-2014-1402"], "description": "..."}],
}
SKIPPED = {"name": "numpy", "skip_reason": "Dependency not found on PyPI and could not be audited: numpy (2.5.5)"}


@pytest.mark.parametrize(
    ("answered", "found"),
    [
        ([CLEAN], []),
        ([CLEAN, ILL], ["jinja2 2.4.1 has PYSEC-2014-82, fixed in 2.7.3: run `make lock`"]),
        ([CLEAN, SKIPPED], ["numpy was skipped: Dependency not found on PyPI and could not be audited: numpy (2.5.5)"]),
        ([], ["calm was not asked about"]),
    ],
    ids=["clean", "vulnerable", "skipped", "left out"],
)
def test_the_audit_passes_only_what_was_asked_about_and_is_sound(answered: list[Any], found: list[str]) -> None:
    assert enclosed.troubles({"dependencies": answered, "fixes": []}, {"calm"}) == found


@pytest.mark.parametrize("answer", [[ILL], [SKIPPED], None], ids=["vulnerable", "skipped", "none"])
def test_a_release_stops_at_what_the_audit_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    """The tool ends with 0 where it skipped everything, so its exit code is not asked."""
    python, told = tmp_path / ("python.bat" if os.name == "nt" else "python"), tmp_path / "told.json"
    told.write_text(json.dumps({"dependencies": answer}))
    shows = f'cat "{told}"' if answer else "echo no network >&2"
    python.write_text(f"#!/bin/sh\n{shows}\n" if os.name == "posix" else f"@{shows.replace('cat', 'type')}\n")
    python.chmod(0o755)
    monkeypatch.setattr(enclosed, "tools_python", lambda: python)
    lock = tmp_path / "requirements.lock"
    lock.write_text("jinja2==2.4.1\n" if answer == [ILL] else "numpy==2.5.5\n")
    with pytest.raises(ReleaseError, match="do not release" if answer else "no network"):
        enclosed.audit([lock])


def test_the_audit_asks_of_each_version_whatever_system_and_python_it_is_for() -> None:
    lock = (parts.ROOT / "requirements.lock").read_text("utf-8")
    of_two = "".join(
        f"twice=={version} ; python_full_version {sign} '3.12' \\\n    --hash=sha256:{'0' * 64}\n"
        for version, sign in (("1.0", "<"), ("2.0", ">="))
    )
    wanted = parts.pins(lock + of_two, None)
    lists = enclosed.once_each(wanted)
    assert len(lists) > 1 and sum(pin.name == "twice" for pin in wanted) == 2
    assert sorted(pin for one in lists for pin in one) == sorted(wanted)
    for one in lists:
        assert len({pin.name for pin in one}) == len(one)
        assert not any(";" in parts.requirement(pin) for pin in one)


def test_the_licences_name_each_package_and_bring_each_text_once(tmp_path: Path) -> None:
    files = parts.unpacked(
        [wheel(tmp_path, **{"calm-1.0.dist-info/licenses/deep/zlib.txt": "zlib", "calm/NOTICE": "zlib"})]
    )
    rows = [
        {"Name": "calm", "Version": "1.0", "License": "UNKNOWN"},
        {"Name": "Loud", "Version": "2.0", "License": "MIT"},
    ]
    text = enclosed.licences(rows, files)
    assert text.startswith("calm 1.0: see its text\nLoud 2.0: MIT\n")
    assert text.count("\nzlib\n") == 1 and "calm/NOTICE" in text
    with pytest.raises(ReleaseError, match=r"no licence is known of calm 1\.0"):
        enclosed.licences(rows, {})


def test_the_notes_keep_what_was_given_as_python(tmp_path: Path) -> None:
    path, digest = python_zip(tmp_path)
    told = enclosed.notes(MADE, path)
    assert digest in told and MADE.commit in told and "### Labels" in told
    assert "python.org" not in enclosed.notes(MADE, None)


def test_the_icon_has_the_sizes_that_windows_shows() -> None:
    from PIL import Image

    picture = Image.open(io.BytesIO(packages.icon()))
    assert picture.info["sizes"] == {(16, 16), (32, 32), (48, 48), (256, 256)}
