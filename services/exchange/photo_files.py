"""Photographs in and out of the ledger, as files named by their digests."""

from collections.abc import Callable, Iterator, Sequence
from os import SEEK_END
from pathlib import Path
from typing import IO

from custody.errors import N_, InputError, unreadable
from db.photos import MAX_BYTES
from db.store import Store
from language import _
from services.progress_bar import Progress, unseen
from tables.output.own_files import output_path
from tables.output.safe_file import safe_file

SUFFIXES = frozenset({".jpg", ".jpeg"})
PACKED = ".zip"
"""Many photographs in one file, as `zip_photos` writes them."""
_MOST_RATIO, _SPARE_BYTES = 10, 20_000_000


def save_photos(store: Store, folder: Path) -> tuple[int, int]:
    """Write every photograph that an event names to a folder, as DIGEST.jpg; how many, and how many it lacks.

    Raises:
        InputError, StoreError: the folder cannot be written, or the disk is full.
    """

    output_path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            N_("{path} cannot be written: {reason}"),
            hint=N_("Choose another folder."),
            path=str(folder),
            reason=error.strerror or type(error).__name__,
        ) from error

    for link in folder.iterdir():  # before the first photograph is written
        if link.suffix == ".jpg":
            output_path(link)

    def save(name: str, data: bytes) -> None:
        with safe_file(folder / name) as file:
            file.write(data)

    return _each_once(store, save)


def zip_photos(store: Store, path: Path) -> tuple[int, int]:
    """Write the same photographs to one .zip file; how many, and how many it lacks.

    Raises:
        InputError: no record names one that is kept here.
        StoreError: the disk is full.
    """
    from zipfile import ZipFile, ZipInfo

    with safe_file(path) as file, ZipFile(file, "w") as packed:  # stored: a JPEG grows no smaller
        written, lacking = _each_once(store, lambda name, data: packed.writestr(ZipInfo(name), data))
        if not written:
            raise InputError(
                N_("no record names a photograph that is kept here"),
                hint=N_("Photographs are taken while scanning, with Change beside a thing."),
            )
    return written, lacking


def _each_once(store: Store, save: Callable[[str, bytes], None]) -> tuple[int, int]:
    """Save each photograph that an event names under its name, once; how many, and how many are not kept here."""
    written, lacking = set[str](), set[str]()
    for photo in store.photos.named():
        if photo.data is None:
            lacking.add(photo.digest)
        elif photo.digest not in written:
            save(f"{photo.digest}.jpg", photo.data)
            written.add(photo.digest)
    return len(written), len(lacking)


def split_photos(files: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Bundles and photographs among the files that a command was given; a folder stands for the photographs in it.

    Raises:
        InputError: a folder has none.
    """
    bundles: list[Path] = []
    photos: list[Path] = []
    for path in files:
        if path.is_dir():
            found = sorted(entry for entry in path.iterdir() if entry.suffix.lower() in SUFFIXES)
            if not found:
                raise InputError(
                    N_("there is no photograph in {path}"),
                    hint=N_("Give bundles as files, and the folder of exported photographs{typed}."),
                    typed="export --photos",
                    path=str(path),
                )
            photos += found
        elif path.suffix.lower() in SUFFIXES | {PACKED}:
            photos.append(path)
        else:
            bundles.append(path)
    return bundles, photos


def import_photos(store: Store, files: Sequence[Path], *, progress: Progress = unseen) -> int:
    """Keep those photographs that an event names and that are not kept yet; returns how many were.

    Raises:
        InputError: one cannot be read, or is not as Serah writes it.
    """
    with progress(len(files), _("Photographs")) as done:
        new = 0
        for data in _read(files):
            new += store.photos.take_in(data)
            done(1)
    return new


def _read(files: Sequence[Path]) -> Iterator[bytes]:
    """The photographs in these files one by one, each no further than shows that it is too large."""

    for path in files:
        try:
            with path.open("rb") as file:
                if path.suffix.lower() == PACKED:
                    yield from _unpacked(file, path.name, MAX_BYTES + 1)
                else:
                    yield file.read(MAX_BYTES + 1)
        except OSError as error:
            raise unreadable(path, error) from error


def _unpacked(file: IO[bytes], name: str, most: int) -> Iterator[bytes]:
    """The photographs in a .zip file, `most` bytes of each; nothing is written anywhere, and other files are left."""
    from zipfile import BadZipFile, ZipFile
    from zlib import error as CompressionError  # noqa: N812 -- it is an exception

    try:
        with ZipFile(file) as packed:
            found = [each for each in packed.infolist() if Path(each.filename).suffix.lower() in SUFFIXES]
            if sum(min(each.file_size, most) for each in found) > _SPARE_BYTES + _MOST_RATIO * file.seek(0, SEEK_END):
                raise BadZipFile  # photographs do not pack: these are the same few bytes, named many times
            for each in found:
                with packed.open(each) as photo:
                    yield photo.read(most)
    except (BadZipFile, CompressionError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise InputError(
            N_("{file} is no .zip file that can be read"),
            hint=N_("Take the file again from the station that made it."),
            file=name,
        ) from error
    if not found:
        raise InputError(
            N_("there is no photograph in {path}"),
            hint=N_("Take the file again from the station that made it."),
            path=name,
        )
