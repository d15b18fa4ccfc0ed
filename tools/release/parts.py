"""What packages of a release are made of: the program's files, pinned wheels, archives of the same bytes each time."""

import gzip
import io
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "build" / "release"
"""What was downloaded and what is unpacked; ignored by git."""
LIST = "files.sha256"
"""The list of all files in a folder that is unpacked, the last in its archive: where it is missing, so is more."""
KEPT_BACK = (
    *(
        ".ci",
        ".editorconfig",
        ".gitattributes",
        ".gitignore",
        ".pre-commit-config.yaml",
        "CONTRIBUTING.md",
        "Makefile",
        "pyproject.toml",
    ),
    *("bench", "tests", "tools/measure_house.py", "tools/release", "tools/walk.py", "tools/windows"),
    *("requirements-hub.txt", "requirements-hub.lock", "requirements-release.txt", "requirements-release.lock"),
    *("requirements-dev.txt", "requirements-fuzz.txt", "requirements-mutants.txt", "requirements-mutants.lock"),
)
"""What of the repository is for those who change it; all else is given to users."""
LEFT_OUT = re.compile(r"(^|/)(tests|__pycache__)/|\.(pyi|pxd|pyx|h|hpp|lib|a)$|\.dist-info/(RECORD|INSTALLER)$")
"""What of a wheel never runs: tests, types, headers, libraries to link with; the tested folders run without them."""


class ReleaseError(Exception):
    """What stops a release: a line for whoever makes it that says what to do."""


class File(NamedTuple):
    """A file of a package: its bytes, and whether it may be run."""

    data: bytes
    runs: bool = False

    @property
    def mode(self) -> int:
        return 0o755 if self.runs else 0o644


Files = dict[str, File]
"""Files by their path below the package's folder, with slashes."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a release is made from: the commit, its time (SOURCE_DATE_EPOCH, s since 1970, UTC), and the version."""

    commit: str
    epoch: int
    version: str
    notes: str
    """The version's section of CHANGELOG.md."""
    is_dated: bool
    """Whether the heading has a date, so that this is a release and no trial."""


def source(top: Path = ROOT) -> Source:
    """What the checkout's last commit releases.

    Raises:
        ReleaseError: CHANGELOG.md and the program disagree on the version, or git does not answer.
    """
    commit, epoch = git(top, "log", "-1", "--format=%H %ct").decode().split()
    changes = git(top, "show", "HEAD:CHANGELOG.md").decode("utf-8")
    section = re.search(r"^## \[(\d+\.\d+\.\d+)\](.*)\n((?:(?!## ).*\n?)*)", changes, re.MULTILINE)
    stated = re.search(rb'^VERSION = "(.+)"', git(top, "show", "HEAD:commands/__init__.py"), re.MULTILINE)
    if not section or not stated or section[1] != stated[1].decode():
        raise ReleaseError(
            "the first heading of CHANGELOG.md and VERSION in commands/__init__.py differ: make them one"
        )
    return Source(commit, int(epoch), section[1], section[3].strip() + "\n", bool(re.search(r"\d{4}$", section[2])))


def git(top: Path, *arguments: str) -> bytes:
    """What git answers.

    Raises:
        ReleaseError: it fails.
    """
    ran = subprocess.run(["git", "-C", str(top), *arguments], capture_output=True, check=False)
    if ran.returncode:
        raise ReleaseError(f"git: {ran.stderr.decode(errors='replace').strip()}")
    return ran.stdout


def program(commit: str = "HEAD") -> Files:
    """The program's files as they are committed; what was changed and not committed is left out."""
    files: Files = {}
    held_back = [f":(exclude){name}" for name in KEPT_BACK]
    with tarfile.open(
        fileobj=io.BytesIO(git(ROOT, "archive", "--format=tar", commit, "--", ".", *held_back))
    ) as archive:
        for member in archive:
            if (opened := archive.extractfile(member)) is not None:
                files[member.name] = File(opened.read(), bool(member.mode & 0o100))
    return files


# --- Pinned wheels ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Target:
    """What wheels are to run on: a Python (`3.13`), pip's names of the platform, and markers that differ from ours."""

    python: str
    platforms: tuple[str, ...]
    markers: Mapping[str, str]

    @property
    def name(self) -> str:
        return f"{self.platforms[0]}-{self.python}"

    def environment(self) -> dict[str, str]:
        """What the markers of a lock are held against."""
        return {
            **{key: str(value) for key, value in default_environment().items()},
            **self.markers,
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
        }


WINDOWS = Target(
    "3.13",
    ("win_amd64",),
    {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows", "platform_machine": "AMD64"},
)


def linux(python: str) -> Target:
    """Linux of 2018 or later (glibc 2.28) on x86-64, with this Python."""
    names = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_26", "manylinux_2_17", "manylinux2014", "manylinux1")
    markers = {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux", "platform_machine": "x86_64"}
    return Target(python, tuple(f"{name}_x86_64" for name in names), markers)


class Pin(NamedTuple):
    """A line of a lock: the package as packaging names it, its version, and the SHA-256 of each of its files."""

    name: str
    version: str
    digests: frozenset[str]


def pins(lock: str, environment: Mapping[str, str] | None) -> list[Pin]:
    """What of a lock is to be installed there; None: anywhere."""
    found = []
    for block in re.findall(r"^[A-Za-z0-9].*(?:\n +--hash=.*)*", lock, re.MULTILINE):
        line = Requirement(block.partition("\\")[0])
        if line.marker is None or environment is None or line.marker.evaluate(dict(environment)):
            (version,) = line.specifier
            digests = frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", block))
            found.append(Pin(canonicalize_name(line.name), version.version, digests))
    return found


def wheels(target: Target, lock: str, cache: Path = CACHE / "wheels") -> dict[str, Path]:
    """The wheels that a lock names for a target, by package; those that are not in the cache yet are downloaded.

    Raises:
        ReleaseError: one cannot be had, or a file in the cache is not the one that the lock names.
    """
    folder = cache / target.name
    wanted = pins(lock, target.environment())
    found = held(folder, wanted)
    if missing := [pin for pin in wanted if pin not in found]:
        folder.mkdir(parents=True, exist_ok=True)
        asked = folder / "asked.txt"
        asked.write_text("".join(requirement(pin) for pin in missing), "utf-8")
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "--only-binary=:all:",
        ]
        command += ["--implementation", "cp", "--python-version", target.python, "--dest", str(folder)]
        command += [word for name in target.platforms for word in ("--platform", name)]
        if subprocess.call([*command, "--requirement", str(asked)]):
            raise ReleaseError(f"pip could not download every wheel for {target.name}: see the lines above")
        found = held(folder, wanted)
    if left := [pin.name for pin in wanted if pin not in found]:
        raise ReleaseError(f"there is no wheel for {target.name} of: {', '.join(left)}")
    return {pin.name: found[pin] for pin in wanted}


def requirement(pin: Pin) -> str:
    """The pin as pip takes it, with its digests."""
    hashes = "".join(f" \\\n    --hash=sha256:{digest}" for digest in sorted(pin.digests))
    return f"{pin.name}=={pin.version}{hashes}\n"


def held(folder: Path, wanted: Iterable[Pin]) -> dict[Pin, Path]:
    """The wheels in a folder that are wanted; others are passed over.

    Raises:
        ReleaseError: one has the name of what is wanted, and other bytes.
    """
    by_name = {(pin.name, pin.version): pin for pin in wanted}
    found = {}
    for path in sorted(folder.glob("*.whl")):
        name, version, _build, _tags = parse_wheel_filename(path.name)
        pin = by_name.get((name, str(version)))
        if pin is not None:
            if sha256(path.read_bytes()).hexdigest() not in pin.digests:
                raise ReleaseError(f"{path} is not the file that the lock names: delete it and begin again")
            found[pin] = path
    return found


def unpacked(paths: Iterable[Path]) -> Files:
    """What is in wheels, as it is installed; what never runs is left out.

    Raises:
        ReleaseError: two wheels have a file of one path, case folded as on Windows, or a path leads out of the folder.
    """
    files: Files = {}
    seen: dict[str, str] = {}
    for path in paths:
        with zipfile.ZipFile(path) as wheel:
            for member in wheel.infolist():
                name = re.sub(r"^[^/]+\.data/(?:purelib|platlib)/", "", member.filename)
                if member.is_dir() or LEFT_OUT.search(name) or re.match(r"[^/]+\.data/", name):
                    continue
                if ".." in PurePosixPath(name).parts or name.startswith("/") or "\\" in name:
                    raise ReleaseError(f"{path.name} has a file outside of its folder: {name}")
                if seen.setdefault(name.casefold(), path.name) != path.name or name in files:
                    raise ReleaseError(f"{path.name} and {seen[name.casefold()]} both have {name}")
                files[name] = File(wheel.read(member))
    return files


# --- Archives ---------------------------------------------------------------------------------------------------------


def listed(files: Files) -> str:
    """The list of a folder's files: SHA-256, size, and path, a line each, sorted."""
    return "".join(
        f"{sha256(file.data).hexdigest()}  {len(file.data)}  {name}\n" for name, file in sorted(files.items())
    )


def sorted_files(top: str, files: Files) -> Iterator[tuple[str, File]]:
    """The files in the order of an archive: by path, and the list of all at the end."""
    for name in sorted(files, key=lambda name: (PurePosixPath(name).name == LIST, name)):
        yield f"{top}/{name}", files[name]


def write_zip(path: Path, top: str, files: Files, epoch: int) -> None:
    """Write files below one folder to a zip: sorted, with one time, fixed modes, and nothing of this computer."""
    moment = _zip_time(epoch)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, file in sorted_files(top, files):
            member = zipfile.ZipInfo(name, moment)
            member.create_system, member.external_attr = 3, (0o100000 | file.mode) << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, file.data)


def _zip_time(epoch: int) -> tuple[int, int, int, int, int, int]:
    at = datetime.fromtimestamp(epoch, UTC)
    return at.year, at.month, at.day, at.hour, at.minute, at.second - at.second % 2


def write_tar(path: Path, top: str, files: Files, epoch: int) -> None:
    """Write files below one folder to a tar.gz: sorted, with one time, fixed modes and owners."""
    with (
        path.open("wb") as out,
        gzip.GzipFile("", "wb", 6, out, mtime=epoch) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, file in sorted_files(top, files):
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(file.data), epoch, file.mode
            archive.addfile(member, io.BytesIO(file.data))


def lay(folder: Path, files: Files, epoch: int) -> None:
    """Write files into a folder that is not there yet, with their modes and one time."""
    for name, file in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
        path.chmod(file.mode)
        os.utime(path, (epoch, epoch))
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        path.chmod(0o755)
        os.utime(path, (epoch, epoch))
