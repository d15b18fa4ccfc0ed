"""Starts Serah from its unpacked folder on Windows, once every file is as the release lists it.

After the first unpacking and after an update each file is held against its digest, and files that only the older
release had are removed; later starts trust that. Data stands beside the program, in `data`, where somebody has made
that folder.
"""

import hashlib
import os
import runpy
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
LIST, CHECKED = "files.sha256", "files.checked"
MOST_LETTERS = 259
"""The longest path that Windows takes where nobody has allowed longer ones."""
AGAIN = (
    "Bongkar lagi seluruh zip Serah di sini, lalu buka MULAI.cmd.",
    "Unpack Serah's whole zip here again, then open MULAI.cmd.",
)


def main() -> int:
    """Check the folder, then be the program: its exit code, 3 where the folder is not whole."""
    try:
        trouble = look(TOP, os.name == "nt")
    except OSError as error:
        trouble = (f"Berkas Serah tidak terbaca: {error}", f"Serah's files cannot be read: {error}", *AGAIN)
    if trouble:
        print(*trouble, sep="\n", file=sys.stderr)
        return 3
    if (TOP / "data").is_dir():
        os.environ.setdefault("SERAH_HOME", str(TOP / "data"))
    sys.argv = ["main.py", *sys.argv[1:]]
    runpy.run_path(str(TOP / "program" / "main.py"), run_name="__main__")
    return 0


def look(top: Path, is_windows: bool) -> tuple[str, ...]:
    """What is wrong with the folder and what to do, in Indonesian and English; empty where it is whole.

    Raises:
        OSError: a file is there and cannot be read.
    """
    try:
        text = (top / LIST).read_bytes()
    except FileNotFoundError:
        return "Zip Serah baru terbongkar sebagian.", "Serah's zip was unpacked only in part.", *AGAIN
    checked = read(top / CHECKED)
    if text == checked:
        return ()
    files = entries(text)
    more = len(str(top)) + 1 + max(map(len, files)) - MOST_LETTERS
    if is_windows and more > 0:
        return (
            f"Nama folder ini terlalu panjang (lebih {more} huruf): pindahkan folder Serah, misalnya ke C:\\Serah.",
            f"This folder's path is {more} letters too long: move the folder Serah, to C:\\Serah for example.",
        )
    print(
        "Memeriksa berkas Serah, sekali saja ... / Checking Serah's files, only this once ...",
        file=sys.stderr,
        flush=True,
    )
    if wrong := [name for name, (digest, size) in files.items() if not is_whole(top / name, digest, size)]:
        named = f"{wrong[0]} (+{len(wrong) - 1})" if len(wrong) > 1 else wrong[0]
        return f"Berkas Serah kurang atau berbeda: {named}", f"Files of Serah are missing or altered: {named}", *AGAIN
    remember(top, text, entries(checked).keys() - files.keys())
    return ()


def read(path: Path) -> bytes:
    """A file's bytes; none where it is not there."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def entries(text: bytes) -> dict[str, tuple[str, int]]:
    """The digest and the size of each file that a list names."""
    rows = (line.split("  ", 2) for line in text.decode("utf-8").splitlines())
    return {name: (digest, int(size)) for digest, size, name in rows}


def is_whole(path: Path, digest: str, size: int) -> bool:
    """Whether a file is the one that the list names."""
    try:
        if path.stat().st_size != size:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except FileNotFoundError:
        return False


def remember(top: Path, text: bytes, left: set[str]) -> None:
    """Remove what only the older release had, and keep which list was checked; in a read-only folder, neither."""
    try:
        for name in left:
            if ".." not in Path(name).parts:
                (top / name).unlink(missing_ok=True)
        (top / CHECKED).write_bytes(text)
    except OSError:
        return


if __name__ == "__main__":
    sys.exit(main())
