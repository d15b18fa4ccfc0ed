"""The three packages that users get: a folder for Windows, a tar for Linux, and a package of Debian."""

import os
import subprocess
import tempfile
import zipfile
from collections import Counter
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from tools.release.guide import GUIDES, guide
from tools.release.parts import (
    CACHE,
    LIST,
    WINDOWS,
    File,
    Files,
    ReleaseError,
    Source,
    lay,
    linux,
    listed,
    program,
    unpacked,
    wheels,
    write_tar,
    write_zip,
)

HERE = Path(__file__).resolve().parent
PYTHONS = ("3.11", "3.12", "3.13")
"""The Pythons for which the tar has wheels."""
DEBIAN_PYTHON = "3.13"
"""The Python of the Debian that its package is made for."""
LONGEST = 140
"""The most letters of a path in the Windows folder: with 110 for the folder itself it stays below Windows' 260."""
LOCK = "requirements.lock"


def with_list(files: Files) -> Files:
    """The files and the list of them."""
    return {**files, LIST: File(listed(files).encode())}


def shared(name: str, runs: bool = False) -> File:
    """A file that stands beside this module."""
    return File((HERE / name).read_bytes(), runs)


def guides(made: Source, own: Files) -> Files:
    """The guide for who installs, to be printed, in both languages; from the program's files."""
    return {name: File(guide(name, made.version, own)) for name in GUIDES}


def linux_tar(folder: Path, made: Source) -> Path:
    """A tar that sets itself up without a network, with wheels for each Python of `PYTHONS`."""
    files = program(made.commit)
    files |= guides(made, files)
    for python in PYTHONS:
        for path in wheels(linux(python), files[LOCK].data.decode()).values():
            files[f"wheelhouse/{path.name}"] = File(path.read_bytes())
    for name in ("serah", "menu"):
        files[name] = shared(f"linux/{name}", runs=True)
    files["serah.desktop"] = shared("linux/serah.desktop")
    path = folder / f"serah-{made.version}-linux-x86_64.tar.gz"
    write_tar(path, f"serah-{made.version}", with_list(files), made.epoch)
    return path


def debian(folder: Path, made: Source) -> Path:
    """A package of Debian, for the Python that Debian has, with Debian's own zbar.

    Raises:
        ReleaseError: there is no dpkg-deb here, or it fails.
    """
    own = program(made.commit)
    packages = unpacked(wheels(linux(DEBIAN_PYTHON), own[LOCK].data.decode()).values())
    files = {f"usr/lib/serah/{name}": file for name, file in own.items()}
    files |= {f"usr/lib/serah/packages/{name}": file for name, file in packages.items()}
    files["usr/bin/serah"] = shared("linux/serah-deb", runs=True)
    files["usr/share/applications/serah.desktop"] = shared("linux/serah.desktop")
    files["usr/share/icons/hicolor/scalable/apps/serah.svg"] = own["web/static/serah.svg"]
    files["usr/share/doc/serah/copyright"] = own["LICENSE"]
    files |= {f"usr/share/doc/serah/{name}": file for name, file in guides(made, own).items()}
    major, minor = DEBIAN_PYTHON.split(".")
    words = shared("linux/control").data.decode()
    size = sum(-(-len(file.data) // 1024) for file in files.values())
    words = words.format(version=made.version, python=DEBIAN_PYTHON, next=f"{major}.{int(minor) + 1}", size=size)
    files["DEBIAN/control"] = File(words.encode())
    files |= {f"DEBIAN/{name}": shared(f"linux/{name}", runs=True) for name in ("postinst", "prerm")}
    path = folder / f"serah_{made.version}_amd64.deb"
    with tempfile.TemporaryDirectory() as scratch:
        lay(Path(scratch) / "serah", files, made.epoch)
        command = ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z12", "--threads-max=1", "--build"]
        around = {**os.environ, "SOURCE_DATE_EPOCH": str(made.epoch)}
        try:
            ran = subprocess.run(
                [*command, f"{scratch}/serah", str(path)], env=around, capture_output=True, text=True, check=False
            )
        except OSError as error:
            raise ReleaseError("a package of Debian is made by dpkg-deb: install dpkg") from error
        if ran.returncode:
            raise ReleaseError(f"dpkg-deb: {ran.stderr.strip()}")
    return path


def windows_zip(folder: Path, made: Source, python_zip: Path, digest: str) -> Path:
    """A zip that is unpacked and double-clicked on Windows: Python, wheels, program and what starts them.

    Args:
        python_zip: python.org's embeddable Python, of `WINDOWS.python`, for x86-64.
        digest: its SHA-256 as python.org shows it, from whoever makes the release.

    Raises:
        ReleaseError: the zip is not the one of that digest, or is no embeddable Python; a path is too long.
    """
    path = folder / f"serah-{made.version}-windows-x64.zip"
    write_zip(path, "Serah", windows_folder(made, python_zip, digest), made.epoch)
    return path


def windows_folder(made: Source, python_zip: Path, digest: str, cache: Path = CACHE / "wheels") -> Files:
    """What is in the zip for Windows, with the list of it; `cache` keeps the wheels.

    Raises:
        ReleaseError: as `windows_zip` says.
    """
    files = {f"python/{name}": file for name, file in embedded(python_zip, digest).items()}
    own = program(made.commit)
    packages = unpacked(wheels(WINDOWS, own[LOCK].data.decode(), cache).values())
    files |= {f"python/Lib/site-packages/{name}": file for name, file in packages.items()}
    files |= {f"program/{name}": file for name, file in own.items() if name != "bootstrap.py"}
    for name in ("start", "shortcut"):
        files[f"program/{name}.py"] = shared(f"windows/{name}.py")
    for name in ("MULAI.cmd", "serah.cmd", "PINTASAN.cmd", "BACA-DULU.txt", "READ-ME-FIRST.txt"):
        files[name] = File(shared(f"windows/{name}").data.replace(b"\n", b"\r\n"))
    files["serah.ico"] = File(icon())
    files |= guides(made, own)
    if long := max(files, key=len)[LONGEST:]:
        raise ReleaseError(f"a path in the Windows folder is {len(long)} letters too long: {max(files, key=len)}")
    folded = Counter(name.casefold() for name in files)
    if clashing := [name for name in files if folded[name.casefold()] > 1]:
        raise ReleaseError(f"Windows takes these names for one: {', '.join(sorted(clashing))}")
    return with_list(files)


def embedded(path: Path, digest: str) -> Files:
    """The embeddable Python's files, with a search path that leads to the wheels and the program.

    Raises:
        ReleaseError: the zip is not the one of that digest, or is no embeddable Python of that version.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReleaseError(
            f"{path} cannot be read ({error.strerror}): give python.org's embeddable zip as PYTHON_ZIP"
        ) from error
    if sha256(data).hexdigest() != digest.strip().lower():
        raise ReleaseError(
            f"the SHA-256 of {path} is {sha256(data).hexdigest()}: give as PYTHON_SHA256 what python.org shows for it, "
            "and download it again where they differ"
        )
    dll = f"python{WINDOWS.python.replace('.', '')}"
    with zipfile.ZipFile(BytesIO(data)) as archive:
        inside = {Path(name).name: File(archive.read(name)) for name in archive.namelist() if not name.endswith("/")}
    if lacking := {"python.exe", "LICENSE.txt", f"{dll}.dll", f"{dll}.zip", f"{dll}._pth"} - inside.keys():
        raise ReleaseError(f"{path} is no embeddable Python {WINDOWS.python}: it lacks {', '.join(sorted(lacking))}")
    paths = (f"{dll}.zip", ".", r"Lib\site-packages", r"..\program", r"..\program\tools")
    inside[f"{dll}._pth"] = File("".join(f"{path}\r\n" for path in paths).encode())
    return inside


def icon() -> bytes:
    """The picture of `web/static/serah.svg` as Windows' icon."""
    scale = 8
    picture = Image.new("RGBA", (32 * scale, 32 * scale))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((0, 0, 32 * scale - 1, 32 * scale - 1), 7 * scale, fill="#0b5d4e")
    for line in (((7, 12), (22, 12), (18, 8)), ((25, 20), (10, 20), (14, 24))):
        points = [(x * scale, y * scale) for x, y in line]
        draw.line(points, fill="white", width=int(2.6 * scale), joint="curve")
        for x, y in points:
            draw.circle((x, y), 1.3 * scale, fill="white")
    out = BytesIO()
    picture.save(out, "ICO", sizes=[(16, 16), (32, 32), (48, 48), (256, 256)])
    return out.getvalue()
