"""What tests do that each system does in its own way, and the tests that are left out under wine, with the reason."""

import sys
from pathlib import Path

import pytest

from tables.output import private_files

unless_embedded = pytest.mark.skipif(
    bool(list(Path(sys.executable).parent.glob("python3*._pth"))),
    reason="an embedded Python finds its packages by a list beside it, whatever it is told",
)


def let_others_in(path: Path) -> None:
    """Let all users of this computer read a file."""
    if sys.platform == "win32":
        private_files._write_list(path, "D:(A;;FA;;;OW)(A;;FR;;;WD)")
    else:
        path.chmod(0o644)


def links(path: Path, target: Path | str, *, to_folder: bool = False) -> list[Path]:
    """Make a symbolic link and return it; nothing where this user may make none, or under wine, where none looks so."""
    try:
        path.symlink_to(target, target_is_directory=to_folder)
    except OSError:
        return []
    return [path] if path.is_symlink() else []


def link(path: Path, target: Path | str, *, to_folder: bool = False) -> None:
    """Make a symbolic link, without which this test has nothing to show."""
    if not links(path, target, to_folder=to_folder):
        pytest.skip("no symbolic link here: this user may make none, or wine shows each as what it leads to")
