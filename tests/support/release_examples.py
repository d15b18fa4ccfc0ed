"""What releases are made of in tests: a wheel, its lock, and the archive that stands for a Python of Windows."""

import zipfile
from hashlib import sha256
from pathlib import Path

from tools.release.parts import Source

MADE = Source("HEAD", 1_790_000_000, "0.9.0", "### Labels\n", False)
EMBEDDED = ("python.exe", "LICENSE.txt", "python313.dll", "python313.zip", "python313._pth")


def wheel(folder: Path, name: str = "calm-1.0-py3-none-any.whl", **members: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / name, "w") as archive:
        for member, text in {"calm/__init__.py": "", **members}.items():
            archive.writestr(zipfile.ZipInfo(member), text)
    return folder / name


def lock_of(*paths: Path) -> str:
    return "".join(
        f"{path.name.split('-')[0]}==1.0 \\\n    --hash=sha256:{sha256(path.read_bytes()).hexdigest()}\n"
        for path in paths
    )


def python_zip(folder: Path, *names: str) -> tuple[Path, str]:
    path = folder / "python.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names or EMBEDDED:
            archive.writestr(name, name)
    return path, sha256(path.read_bytes()).hexdigest()
