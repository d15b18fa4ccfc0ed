"""Makes a checkout ready to run: one command on Linux, macOS and Windows, with or without a network.

    python bootstrap.py             what Serah needs to run
    python bootstrap.py --dev       what tests and checks need too
    python bootstrap.py --download  fills wheelhouse/, from which a machine without network installs

Uses the standard library alone, and parses on Python 3.7 already, to go on with a newer one or to say that it is old.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "serah-requirements"
WHEELHOUSE = ROOT / "wheelhouse"
OLDEST = (3, 11)
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
"""Every version that is installed, with the digests of its files; `make lock` writes them from requirements*.txt."""

LIBRARIES = {
    "libzbar.so.0": {"apt-get": ["libzbar0t64", "libzbar0"], "dnf": ["zbar-libs", "zbar"], "pacman": ["zbar"]},
    "libGL.so.1": {"apt-get": ["libgl1"], "dnf": ["mesa-libGL"], "pacman": ["libglvnd"]},
    "libglib-2.0.so.0": {"apt-get": ["libglib2.0-0t64", "libglib2.0-0"], "dnf": ["glib2"], "pacman": ["glib2"]},
}
"""System libraries that wheels expect, with each distribution's names for them, the newest first."""


BROWSERS = ("chromium", "chromium-browser", "google-chrome")
"""Browsers that the tests of the page can drive; see tests/support/browser_examples.py."""


class SetupError(Exception):
    """What stops the set-up: a line for the user that says what to do."""


def main() -> int:
    """Set the checkout up; 0 when it is ready."""
    parser = argparse.ArgumentParser(description="Makes this checkout ready to run.")
    parser.add_argument("--dev", action="store_true", help="install what tests and checks need too")
    parser.add_argument("--download", action="store_true", help="fill wheelhouse/ for machines without network")
    options = parser.parse_args()
    try:
        leave_old_python()
        wanted = "dev" if options.dev else "run"
        if is_ready(wanted) and not options.download:
            return 0
        make_environment()
        if options.download:
            pip("download", "--dest", str(WHEELHOUSE), *locked(wanted))
            print(f"{WHEELHOUSE} is filled: copy this folder with the checkout.")
            return 0
        install_libraries()
        if wanted == "dev":
            install_browser()
        print(f"Installing what Serah needs into {VENV} ...", flush=True)
        pip("install", *locked(wanted))
        STAMP.write_text(stamp(wanted), "utf-8")
        print("Ready.")
    except SetupError as error:
        print(f"bootstrap: {error}", file=sys.stderr)
        return 3
    return 0


def leave_old_python() -> None:
    """Go on with a newer Python where this one is too old and a newer one is installed."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(20, OLDEST[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other and run([other, "-c", ""], quiet=True) == 0:
            sys.exit(subprocess.call([other, *sys.argv]))
    raise SetupError(f"Serah needs Python {OLDEST[0]}.{OLDEST[1]} or later; this is {sys.version.split()[0]}.")


def stamp(wanted: str) -> str:
    """What the environment was made from: which lock, its digest, and the Python."""
    digest = hashlib.sha256((ROOT / LOCKS[wanted]).read_bytes()).hexdigest()
    return f"{wanted} {digest} {sys.version_info[0]}.{sys.version_info[1]}\n"


def is_ready(wanted: str) -> bool:
    """Whether the environment has what is wanted already; what tests need holds what runs."""
    if not STAMP.is_file() or not PYTHON.is_file():
        return False
    made_from = STAMP.read_text("utf-8")
    return made_from in (stamp(wanted), stamp("dev")) and run([str(PYTHON), "-c", ""], quiet=True) == 0


def make_environment() -> None:
    """Make the virtual environment, or make it again where it is broken."""
    if PYTHON.is_file() and run([str(PYTHON), "-m", "pip", "--version"], quiet=True) == 0:
        return
    try:
        import ensurepip  # noqa: F401 -- Debian keeps it in a package of its own
    except ImportError:
        command = [*as_root(), "apt-get", "install", "--yes", "python3-venv"]
        if not shutil.which("apt-get") or not may_install() or run(command) != 0:
            raise SetupError("Python lacks its venv module. Run: sudo apt-get install python3-venv") from None
    if run([sys.executable, "-m", "venv", "--clear", str(VENV)]) != 0:
        raise SetupError(f"{VENV} could not be made: see the lines above.")


def locked(wanted: str) -> list[str]:
    """The options by which pip takes these versions alone, and refuses a file whose digest is another."""
    return ["--require-hashes", "--requirement", str(ROOT / LOCKS[wanted])]


def pip(command: str, *options: str) -> None:
    """Run pip in the environment: from wheelhouse/ where it has wheels, else from the network."""
    offline = command == "install" and any(WHEELHOUSE.glob("*.whl"))
    source = ["--no-index", "--find-links", str(WHEELHOUSE)] if offline else []
    arguments = [str(PYTHON), "-m", "pip", command, "--quiet", "--disable-pip-version-check", *source, *options]
    if run(arguments) == 0:
        return
    if offline:
        raise SetupError(
            "wheelhouse/ lacks a package for this Python, or a file in it is not the one that the lock names: see the "
            "lines above. Unpack the release again, or fill wheelhouse/ again on a like machine that has a network."
        )
    raise SetupError(
        "pip could not install everything: see the lines above. Without network, run "
        "`python bootstrap.py --download` on a like machine and copy its wheelhouse/ folder here."
    )


def install_libraries() -> None:
    """Install the system libraries that are missing, or print the one command that does; Serah starts without zbar."""
    if not sys.platform.startswith("linux"):
        if sys.platform == "darwin" and not shutil.which("zbarimg"):
            print("Optional second reader: brew install zbar")
        return
    missing = [name for name in LIBRARIES if not is_loadable(name)]
    manager = next((name for name in ("apt-get", "dnf", "pacman") if shutil.which(name)), None)
    if not missing:
        return
    if manager is None:
        print(f"Install these libraries with your system's packages: {', '.join(missing)}")
        return
    if manager == "apt-get" and may_install() and not exists("libgl1"):
        run([*as_root(), "apt-get", "update", "--quiet"], quiet=True)
    packages = [package_of(name, manager) for name in missing]
    command = [manager, *(["-S", "--noconfirm"] if manager == "pacman" else ["install", "-y"]), *packages]
    if not may_install() or run([*as_root(), *command], quiet=True) != 0:
        print(f"The camera and the second reader need system libraries. Run: sudo {' '.join(command)}")


def install_browser() -> None:
    """Install Chromium for the tests of the page, or say that they will be skipped without it."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    if sys.platform.startswith("linux") and shutil.which("apt-get") and may_install():
        if not exists("chromium"):
            run([*as_root(), "apt-get", "update", "--quiet"], quiet=True)
        print("Installing Chromium for the tests of the page ...", flush=True)
        if run([*as_root(), "apt-get", "install", "-y", "chromium"], quiet=True) == 0 and shutil.which("chromium"):
            return
    print("Chromium is not installed, so the tests in a browser will be skipped.")


def is_loadable(library: str) -> bool:
    """Whether the system finds this library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def package_of(library: str, manager: str) -> str:
    """This system's package of a library: the first name that exists, for Debian's and Ubuntu's releases differ."""
    names = LIBRARIES[library][manager]
    return next((name for name in names if manager != "apt-get" or exists(name)), names[0])


def exists(package: str) -> bool:
    """Whether apt could install this package."""
    answer = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True, check=False).stdout
    return "Candidate:" in answer and "Candidate: (none)" not in answer


def may_install() -> bool:
    """Whether this user may install packages without being asked for a password."""
    return os.geteuid() == 0 or (shutil.which("sudo") is not None and run(["sudo", "-n", "true"], quiet=True) == 0)


def as_root() -> list[str]:
    """What to write before a command that only root may run."""
    return [] if os.geteuid() == 0 else ["sudo", "-n"]


def run(command: list[str], quiet: bool = False) -> int:
    """Run a command and give its exit code; 127 where there is no such program."""
    hidden = subprocess.DEVNULL if quiet else None
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    try:
        return subprocess.call(command, stdout=hidden, stderr=hidden, env=environment)
    except OSError:
        return 127


if __name__ == "__main__":
    sys.exit(main())
