"""Packages of a release: pinned wheels and no others, the same bytes each time, folders that notice what is missing."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.support.portable import left_out, linux_path, on_linux, python_alone
from tests.support.release_examples import EMBEDDED, MADE, lock_of, python_zip, wheel
from tests.support.tool_examples import load_tool
from tools.release import packages, parts
from tools.release.guide import GUIDES
from tools.release.parts import WINDOWS, File, ReleaseError, Source, linux

# --- Pinned wheels ----------------------------------------------------------------------------------------------------


def test_a_lock_names_for_each_system_what_runs_there() -> None:
    lock = (parts.ROOT / "requirements.lock").read_text("utf-8")
    windows, here = parts.pins(lock, WINDOWS.environment()), parts.pins(lock, linux("3.11").environment())
    assert len(windows) > 30 and all(pin.digests for pin in windows)
    assert {pin.name for pin in windows} >= {"opencv-python", "numpy", "pyzbar", "cv2-enumerate-cameras"}
    two = (
        'a==1.0 ; sys_platform == "win32" \\\n    --hash=sha256:'
        + "0" * 64
        + '\nb==2.0 ; python_full_version < "3.12"\n'
    )
    assert [pin.name for pin in parts.pins(two, WINDOWS.environment())] == ["a"]
    assert [pin.name for pin in parts.pins(two, linux("3.11").environment())] == ["b"]
    assert [pin.name for pin in parts.pins(two, None)] == ["a", "b"]
    assert {pin.name for pin in here} <= {pin.name for pin in parts.pins(lock, None)}


def test_wheels_that_are_there_are_taken_without_asking_anybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "call", lambda *_arguments: pytest.fail("nothing is to be downloaded"))
    path = wheel(tmp_path / WINDOWS.name)
    wheel(tmp_path / WINDOWS.name, "older-0.1-py3-none-any.whl")
    assert parts.wheels(WINDOWS, lock_of(path), tmp_path) == {"calm": path}


def test_a_wheel_that_was_exchanged_for_another_stops_the_release(tmp_path: Path) -> None:
    path = wheel(tmp_path / WINDOWS.name)
    lock = lock_of(path)
    wheel(tmp_path / WINDOWS.name, **{"calm/evil.py": ""})
    with pytest.raises(ReleaseError, match="is not the file that the lock names: delete it"):
        parts.wheels(WINDOWS, lock, tmp_path)


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", *(["calm\\evil.py"] if os.sep == "/" else [])])
def test_a_wheel_that_leads_out_of_its_folder_stops_the_release(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReleaseError, match="outside of its folder"):
        parts.unpacked([wheel(tmp_path, **{name: ""})])


def test_two_wheels_with_one_file_stop_the_release_in_whatever_case(tmp_path: Path) -> None:
    two = [wheel(tmp_path), wheel(tmp_path, "loud-1.0-py3-none-any.whl")]
    with pytest.raises(ReleaseError, match="both have"):
        parts.unpacked(two)
    with zipfile.ZipFile(two[1], "w") as archive:
        archive.writestr("Calm/__INIT__.py", "")
    with pytest.raises(ReleaseError, match="both have Calm/__INIT__"):
        parts.unpacked(two)


def test_what_never_runs_is_left_out_of_a_wheel(tmp_path: Path) -> None:
    more = ("calm/tests/test_a.py", "calm/a.pyi", "calm/a.h", "calm-1.0.dist-info/RECORD", "calm-1.0.data/scripts/calm")
    kept = ("calm/testing/a.py", "calm/film.dll", "calm-1.0.dist-info/METADATA", "calm-1.0.data/purelib/more.py")
    files = parts.unpacked([wheel(tmp_path, **dict.fromkeys(more + kept, "x"))])
    assert sorted(files) == [
        "calm-1.0.dist-info/METADATA",
        "calm/__init__.py",
        "calm/film.dll",
        "calm/testing/a.py",
        "more.py",
    ]


# --- Archives ---------------------------------------------------------------------------------------------------------


def test_archives_are_the_same_bytes_whatever_the_order_and_the_umask(tmp_path: Path) -> None:
    files = packages.with_list({"b": File(b"b"), "a/run": File(b"a", True), "z": File(b"z")})
    turned = dict(reversed(files.items()))
    for write, suffix in ((parts.write_zip, "zip"), (parts.write_tar, "tar.gz")):
        one, other = tmp_path / f"one.{suffix}", tmp_path / f"other.{suffix}"
        before = os.umask(0o077)
        write(one, "top", files, MADE.epoch)
        os.umask(before)
        write(other, "top", turned, MADE.epoch)
        assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist()[-1] == "top/files.sha256", "what is unpacked last shows that all is there"
        assert [oct(member.external_attr >> 16) for member in archive.infolist()][:2] == ["0o100755", "0o100644"]
    with tarfile.open(tmp_path / "one.tar.gz") as archive:
        assert [(m.mode, m.mtime, m.uid) for m in archive][:2] == [(0o755, MADE.epoch, 0), (0o644, MADE.epoch, 0)]


def test_the_program_is_given_as_it_is_committed_and_without_its_tests() -> None:
    files = parts.program()
    assert files["main.py"].data.startswith(b'"""Serah:')
    assert {"examples/buleleng/places.csv", "profiles/pilkada.toml", "tools/verify_release.py"} <= files.keys()
    assert not [name for name in files if name.startswith(("tests/", "bench/", "tools/release/", "."))]
    assert not [name for name in parts.KEPT_BACK if not (parts.ROOT / name).exists()]


def test_a_release_has_the_version_that_the_changelog_and_the_program_say(tmp_path: Path) -> None:
    def commit(changes: str) -> Source:
        (tmp_path / "CHANGELOG.md").write_text(changes, newline="\n")
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        for words in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "a", "--date", "@1790000000 +0000"]):
            subprocess.run(["git", "-C", tmp_path, *words], check=True)
        return parts.source(tmp_path)

    (tmp_path / "commands").mkdir()
    (tmp_path / "commands" / "__init__.py").write_text('VERSION = "1.2.0"\n')
    made = commit("# Changelog\n\n## [1.2.0], not yet released\n\n- News.\n\n## [1.1.0], 3 May 2026\n\n- Old.\n")
    assert (made.version, made.notes, made.is_dated) == ("1.2.0", "- News.\n", False)
    assert commit("## [1.2.0], 4 May 2027\n\n- News.\n").is_dated
    with pytest.raises(ReleaseError, match="make them one"):
        commit("## [1.3.0], 4 May 2027\n\n- News.\n")


# --- The three packages -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_wheels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One small wheel in place of all that is pinned; the guides of each package are drawn once."""
    path = wheel(tmp_path_factory.mktemp("wheels"), **{"calm-1.0.dist-info/licenses/LICENSE": "MIT"})
    draw, drawn = packages.guides, dict[str, File]()

    def drawn_once(made: Source, own: parts.Files) -> parts.Files:
        if not drawn:
            drawn.update(draw(made, own))
        return drawn

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packages, "wheels", lambda *_arguments: {"calm": path})
        patch.setattr(packages, "guides", drawn_once)
        yield


@pytest.fixture(scope="module")
def windows_zip(tmp_path_factory: pytest.TempPathFactory, own_wheels: None) -> Path:
    folder = tmp_path_factory.mktemp("windows")
    return packages.windows_zip(folder, MADE, *python_zip(folder))


@pytest.fixture(scope="module")
def linux_tar(tmp_path_factory: pytest.TempPathFactory, own_wheels: None) -> Path:
    return packages.linux_tar(tmp_path_factory.mktemp("linux"), MADE)


@pytest.fixture
def windows(tmp_path: Path, windows_zip: Path) -> Path:
    """The folder for Windows, unpacked below a path with spaces, a quote and letters beyond ASCII."""
    place = tmp_path / "Bu Sri's šnjira & 100% 投票"
    with zipfile.ZipFile(windows_zip) as archive:
        archive.extractall(place)
    return place / "Serah"


def start(top: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What the folder's start says, by this Python in place of its own."""
    around = {**os.environ, "SERAH_LANG": "en"}
    around.pop("SERAH_HOME", None)
    command = [sys.executable, top / "program" / "start.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=around, cwd="/", encoding="utf-8", check=False)


def test_the_windows_folder_starts_where_it_was_unpacked(windows: Path) -> None:
    first = start(windows, "--version")
    assert (first.returncode, first.stdout) == (0, "Serah 0.9.0\n"), first.stderr
    assert first.stderr.startswith("Memeriksa berkas Serah")
    assert start(windows, "--version").stderr == "", "files are checked once"
    there = {path.name for path in windows.iterdir()}
    assert {"MULAI.cmd", "serah.cmd", "PINTASAN.cmd", "serah.ico", *GUIDES} <= there
    assert b"\r\n" in (windows / "MULAI.cmd").read_bytes() and (windows / "MULAI.cmd").read_bytes().isascii()
    assert (windows / "python" / "python313._pth").read_text().split() == [
        "python313.zip",
        ".",
        "Lib\\site-packages",
        "..\\program",
        "..\\program\\tools",
    ]


def test_data_stands_beside_the_program_where_somebody_has_made_that_folder(windows: Path) -> None:
    (windows / "data").mkdir()
    begun = start(windows, "init", "--place", "51.08", "--station", "Gudang-1", "--election", "Pemilu 2024")
    assert begun.returncode == 0, begun.stderr
    assert (windows / "data" / "ledger.db").is_file()


def test_a_zip_that_was_unpacked_half_says_so(windows: Path) -> None:
    (windows / "files.sha256").unlink()  # the last file of the zip
    half = start(windows, "--version")
    assert (half.returncode, half.stdout) == (3, "")
    assert half.stderr.splitlines()[:2] == [
        "Zip Serah baru terbongkar sebagian.",
        "Serah's zip was unpacked only in part.",
    ]


@pytest.mark.parametrize(
    "alter",
    [Path.unlink, lambda path: path.write_bytes(b"x"), lambda path: path.write_bytes(b"X" * path.stat().st_size)],
)
def test_a_file_that_is_missing_or_another_is_named(windows: Path, alter: Any) -> None:
    alter(windows / "program" / "custody" / "errors.py")
    wrong = start(windows, "--version")
    assert wrong.returncode == 3
    assert "Files of Serah are missing or altered: program/custody/errors.py" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_a_folder_without_its_packages_says_what_to_do(windows: Path, tmp_path: Path) -> None:
    around = {**os.environ, "SERAH_LANG": "en"}
    command = [*python_alone(tmp_path, windows / "program"), windows / "program" / "main.py", "--version"]
    ran = subprocess.run(command, capture_output=True, text=True, env=around, check=False)
    assert (ran.returncode, ran.stdout) == (3, "")
    assert ran.stderr.endswith("Unpack the whole release again, or install it again: a part of it is missing.\n")


def test_an_update_over_an_older_folder_removes_what_only_that_had(windows: Path, tmp_path: Path) -> None:
    stray, notes = windows / "program" / "db" / "migrations" / "0099_gone.py", windows / "program" / "my notes.txt"
    for path in (stray, notes):
        path.write_bytes(b"x")
    older = packages.with_list({"program/db/migrations/0099_gone.py": File(b"x"), "program/main.py": File(b"old")})
    (windows / "files.checked").write_bytes(older["files.sha256"].data)
    assert start(windows, "--version").returncode == 0
    assert not stray.exists()
    assert notes.exists(), "nobody listed it, so it is not ours to remove"


def look(top: Path, *, is_windows: bool = False) -> tuple[str, ...]:
    said: tuple[str, ...] = load_tool("release/windows/start").look(top, is_windows)
    return said


def test_a_folder_with_too_long_a_name_says_how_much(windows: Path, tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d" * 100] * 3)
    deep.mkdir(parents=True)
    windows.rename(deep / "Serah")
    said = look(deep / "Serah", is_windows=True)
    assert "C:\\Serah" in said[0] and "letters too long" in said[1]
    assert look(deep / "Serah") == ()


def test_a_folder_that_cannot_be_written_is_checked_and_runs(windows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, _data: bytes) -> int:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert look(windows) == () and look(windows) == ()
    assert not (windows / "files.checked").exists()


def test_the_python_is_the_one_whose_digest_was_given(tmp_path: Path) -> None:
    path, digest = python_zip(tmp_path)
    assert packages.embedded(path, digest.upper())["python.exe"].data == b"python.exe"
    with pytest.raises(ReleaseError, match=r"what python\.org shows"):
        packages.embedded(path, "0" * 64)
    with pytest.raises(ReleaseError, match="cannot be read"):
        packages.embedded(tmp_path / "none.zip", digest)
    with pytest.raises(ReleaseError, match=r"lacks python313\._pth"):
        packages.embedded(*python_zip(tmp_path, *EMBEDDED[:-1]))


def test_a_name_that_windows_takes_for_another_stops_the_release(
    tmp_path: Path, own_wheels: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = parts.program()
    monkeypatch.setattr(packages, "program", lambda _commit: {**files, "Main.py": File(b"")})
    with pytest.raises(ReleaseError, match=r"for one: program/Main\.py, program/main\.py"):
        packages.windows_zip(tmp_path, MADE, *python_zip(tmp_path))
    monkeypatch.setattr(packages, "program", lambda _commit: {**files, "docs/" + "d" * 140: File(b"")})
    with pytest.raises(ReleaseError, match="13 letters too long"):
        packages.windows_zip(tmp_path, MADE, *python_zip(tmp_path))


@pytest.fixture
def unpacked_tar(tmp_path: Path, linux_tar: Path) -> Path:
    named = 'Bu "Sri" \\ $HOME & 100% 投票' if os.name == "posix" else "Bu Sri's $HOME & 100% 投票"
    place = tmp_path / named
    with tarfile.open(linux_tar) as archive:
        archive.extractall(place, filter="data")
        if os.name == "nt":
            runs = [linux_path(place / member.name) for member in archive if member.mode & 0o100 and member.isfile()]
            assert on_linux(f"chmod +x {' '.join(runs)}")
    return place / "serah-0.9.0"


def in_shell(line: str) -> subprocess.CompletedProcess[str]:
    """What a line of Linux's shell says, under wine too."""
    return subprocess.run([shutil.which("sh") or "sh", "-c", line], capture_output=True, encoding="utf-8", check=False)


def test_the_tar_for_linux_is_put_into_the_menu_where_it_stands(unpacked_tar: Path, tmp_path: Path) -> None:
    top = shlex.split(linux_path(unpacked_tar))[0]
    made = in_shell(f"XDG_DATA_HOME={linux_path(tmp_path / 'share')} {linux_path(unpacked_tar / 'menu')}")
    assert made.returncode == 0, made.stderr
    entry = (tmp_path / "share" / "applications" / "serah.desktop").read_text("utf-8")
    (line,) = [line.removeprefix("Exec=") for line in entry.splitlines() if line.startswith("Exec=")]
    line = line.replace("\\\\", "\\")  # as a menu reads a value, and then the codes in it
    line = re.sub("%(.)", lambda code: {"%": "%"}[code[1]], line)
    assert in_shell(f"printf '%s\\n' {line}").stdout.splitlines() == [f"{top}/serah", "serve"]
    assert f"Icon={top.replace(chr(92), chr(92) * 2)}/web/static/serah.svg\n" in entry


def test_the_tar_for_linux_says_when_it_was_unpacked_half_or_python_is_missing(unpacked_tar: Path) -> None:
    start = f"{linux_path(unpacked_tar / 'serah')} --version"
    ran = in_shell(f"PYTHON=python-of-nowhere {start}")
    assert ran.returncode == 3 and "sudo apt-get install python3" in ran.stderr
    (unpacked_tar / "files.sha256").unlink()
    ran = in_shell(start)
    assert ran.returncode == 3 and "unpacked only in part" in ran.stderr


@left_out("a package of Debian holds modes, which no file has there")
@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="needs dpkg")
def test_the_package_of_debian_needs_debians_zbar_and_is_the_same_bytes_twice(
    tmp_path: Path, own_wheels: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {
        name: file for name, file in parts.program().items() if not name.startswith(("db/", "reports/", "services/"))
    }
    monkeypatch.setattr(packages, "program", lambda _commit: few)  # what dpkg-deb packs takes most of the time
    digests = []
    for name, mask in (("one", 0o022), ("other", 0o077)):
        (tmp_path / name).mkdir()
        before = os.umask(mask)
        made = packages.debian(tmp_path / name, MADE)
        os.umask(before)
        digests.append(sha256(made.read_bytes()).hexdigest())
    assert digests[0] == digests[1]
    needs = subprocess.run(["dpkg-deb", "--field", made, "Depends"], capture_output=True, text=True, check=True).stdout
    assert "libzbar0" in needs and "python3 (>= 3.13), python3 (<< 3.14)" in needs
    listing = subprocess.run(["dpkg-deb", "--contents", made], capture_output=True, text=True, check=True).stdout
    rows = {line.split()[-1]: line.split()[:2] for line in listing.splitlines()}
    assert rows["./usr/bin/serah"] == ["-rwxr-xr-x", "root/root"]
    guides = {f"./usr/share/doc/serah/{name}" for name in GUIDES}
    assert {
        "./usr/lib/serah/packages/calm/__init__.py",
        "./usr/share/applications/serah.desktop",
        *guides,
    } <= rows.keys()
