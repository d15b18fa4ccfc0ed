"""Setting a checkout up: on old Pythons too, with reasons for what is installed, and quickly when done already."""

import ast
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import bootstrap
from tests.support.portable import left_out

ROOT = Path(__file__).parents[2]
NAMES = ("requirements", "requirements-hub", "requirements-dev", "requirements-release")


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_an_old_python_can_read_the_bootstrap_and_say_that_it_is_old():
    ast.parse((ROOT / "bootstrap.py").read_text("utf-8"), feature_version=(3, 7))


def wanted(name: str) -> list[str]:
    """The lines of a requirements file that ask for a package."""
    lines = (ROOT / f"{name}.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


def pinned(name: str) -> dict[str, dict[str, set[str]]]:
    """The versions of each package in a lock, each with its digests."""
    found: dict[str, dict[str, set[str]]] = {}
    digests: set[str] = set()
    for line in (ROOT / f"{name}.lock").read_text("utf-8").splitlines():
        if digest := re.fullmatch(r" {4}--hash=sha256:([0-9a-f]{64})( \\)?", line):
            digests.add(digest[1])
        elif not line.lstrip().startswith("#"):
            pin = Requirement(line.removesuffix("\\"))
            (version,) = pin.specifier
            digests = found.setdefault(canonicalize_name(pin.name), {}).setdefault(version.version, set())
    return found


@pytest.mark.parametrize("name", NAMES)
def test_what_is_locked_keeps_to_what_is_required(name):
    locked = pinned(name)
    for line in wanted(name):
        package = Requirement(line)
        versions = locked.get(canonicalize_name(package.name), {})
        assert versions and all(package.specifier.contains(version) for version in versions), f"run `make lock`: {line}"


def test_every_locked_file_has_a_digest_and_all_locks_agree():
    run, hub, dev, release = map(pinned, NAMES)
    assert all(digests for lock in (dev, release) for versions in lock.values() for digests in versions.values())
    assert run.items() <= hub.items() <= dev.items(), "run `make lock`"


@pytest.mark.parametrize("name", NAMES)
def test_each_requirement_has_bounds_and_a_reason(name):
    lines = (ROOT / f"{name}.txt").read_text("utf-8").splitlines()
    assert lines[0].startswith("# What ")
    packages = wanted(name)
    assert all(re.fullmatch(r"[A-Za-z0-9\[\]-]+>=[0-9.]+,<[0-9.]+", line) for line in packages)
    if name != "requirements-dev":  # there, one reason may stand above several lines
        assert all(lines[lines.index(line) - 1].startswith("# ") for line in packages)


def test_a_stamp_of_other_requirements_is_not_ready(tmp_path, monkeypatch):
    for name in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / name).write_text("a==1\n")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(bootstrap, "PYTHON", Path(sys.executable))
    assert not bootstrap.is_ready("run")
    bootstrap.STAMP.write_text(bootstrap.stamp("run"))
    assert bootstrap.is_ready("run")
    assert not bootstrap.is_ready("dev")
    bootstrap.STAMP.write_text(bootstrap.stamp("dev"))
    assert bootstrap.is_ready("run"), "what tests need holds what runs"
    for name in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / name).write_text("a==2\n")
    assert not bootstrap.is_ready("run")


@left_out("packages of Debian")
def test_where_packages_may_not_be_installed_the_one_command_is_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    program(tmp_path, "apt-cache", 'test "$2" = libzbar0 && echo "  Candidate: 0.23" || echo "  Candidate: (none)"')
    assert bootstrap.package_of("libzbar.so.0", "apt-get") == "libzbar0", "by the name that this release knows"
    assert bootstrap.package_of("libGL.so.1", "apt-get") == "libgl1"
    program(tmp_path, "apt-get", "exit 1")
    program(tmp_path, "apt-cache", 'echo "  Candidate: 1"')
    program(tmp_path, "sudo", "exit 1")
    monkeypatch.setattr(bootstrap, "LIBRARIES", {"libnowhere.so.7": {"apt-get": ["libnowhere7"]}})
    bootstrap.install_libraries()
    assert "sudo apt-get install -y libnowhere7" in capsys.readouterr().out


def test_a_checkout_that_is_ready_is_left_alone():
    if not bootstrap.is_ready("run"):
        pytest.skip("this environment was made by other means")
    ran = subprocess.run([sys.executable, ROOT / "bootstrap.py"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
