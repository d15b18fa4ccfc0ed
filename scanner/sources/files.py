"""Frames from files: pictures, folders of pictures, and videos."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from custody.errors import N_, CustodyError, InputError
from language import _
from scanner.sources.effort import Effort, FilmEffort, picture_effort
from scanner.sources.frames import PICTURES, Clock, Frame, FrameSource, Image, Notify, ignore
from scanner.sources.pages import too_costly
from tables.sandbox.child_process import OverLimitError, Piece, bounded

_USUAL_FPS = 25.0
_FILM_PX, _FILM_PX_PER_BYTE = 300_000_000, 2000
"""The pixels of all frames together: a phone films 40 for each byte, a messenger sends 220, a scene in which nothing
moves has a thousand. Eleven seconds of 720p pass whatever their bytes."""
_LOST_FRAMES = 0.05
"""Share of a video's frames that may be missing at its end before it counts as broken off; headers only estimate."""


@dataclass(frozen=True)
class Pictures:
    """Pictures one after the other. With `notify`, a damaged one is reported and omitted; without, it is an error.

    They are read in a child process, within limits of time and memory; a new one starts after a picture that ended it.
    """

    title: str
    paths: Sequence[Path]
    clock: Clock
    notify: Notify | None = None
    notify_short: Notify = ignore
    kind: Literal["still"] = "still"

    @property
    def total(self) -> int:
        return len(self.paths)

    def __iter__(self) -> Iterator[Frame]:
        read = 0
        for number, (path, image) in enumerate(zip(self.paths, self._images(), strict=True), 1):
            if isinstance(image, InputError):
                if self.notify is None:
                    raise image
                self.notify(_("Left out: {what}").format(what=_(image.message).format(**image.values)))
                continue
            read += 1
            effort = picture_effort(path.name, self.notify or self.notify_short, _largest([path]))
            yield Frame(image, path.name, number, self.clock(), effort)
        if not read:
            raise InputError(N_("{path} has no picture that can be read"), path=self.title)

    def _images(self) -> Iterator[Image | InputError]:
        """Of each path the picture, or what is wrong with it."""
        done = 0
        while done < len(self.paths):
            left = [path.absolute() for path in self.paths[done:]]
            told = {"paths": [str(path) for path in left]}
            with bounded("scanner.sources.picture_child:pictures", _largest(left), told) as pieces:
                try:
                    for path, (head, data) in zip(left, pieces, strict=False):
                        done += 1
                        yield _picture(path, head, data)
                except OverLimitError:
                    yield too_costly(self.paths[done])
                    done += 1


def _largest(paths: Sequence[Path]) -> int:
    """The bytes of the largest file; 0 for one that is not there."""
    return max((path.stat().st_size for path in paths if path.is_file()), default=0)


def _picture(path: Path, head: dict[str, Any], data: bytearray) -> Image | InputError:
    match head.get("fault"):
        case None:
            return np.frombuffer(data, np.uint8).reshape(head["height"], head["width"], 3)
        case "system":
            return InputError(N_("{path} cannot be read: {reason}"), path=str(path), reason=head["reason"])
        case fault:
            return InputError(
                N_("{path} is empty") if fault == "empty" else N_("{path} is not a picture, or it is damaged"),
                hint=N_("Copy it again, or take the picture again."),
                path=str(path),
            )


def open_pictures(
    title: str, paths: Sequence[Path], *, clock: Clock, notify: Notify | None = None, notify_short: Notify = ignore
) -> AbstractContextManager[FrameSource]:
    """Open these pictures, in this order. `notify_short` is called for one that was not read closely."""
    return nullcontext(Pictures(title, paths, clock, notify, notify_short))


def open_folder(folder: Path, *, clock: Clock, notify: Notify) -> AbstractContextManager[FrameSource]:
    """Open the pictures of a folder, in the order of their names; folders inside it are ignored.

    Raises:
        InputError: there is no picture in it.
    """
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES and path.is_file())
    if not paths:
        raise InputError(
            N_("There is no picture in {path}"),
            hint=N_("Pictures end in {pictures}."),
            path=str(folder),
            pictures=" ".join(sorted(PICTURES)),
        )
    return open_pictures(str(folder), paths, clock=clock, notify=notify)


class Video:
    """The frames of an opened video, each at its own time."""

    def __init__(
        self,
        title: str,
        capture: Any,
        kind: Literal["video", "still"] = "video",
        file_bytes: int | None = None,
        effort: Effort | None = None,
    ) -> None:
        """Show what the capture gives; of a file of so many bytes no more than it can honestly hold."""
        self.title = title
        self.kind = kind
        self._capture = capture
        self._effort = effort
        self._left_px = inf if file_bytes is None else _FILM_PX + _FILM_PX_PER_BYTE * file_bytes
        count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.total = int(count) if 0 < count < 1e9 else None
        fps = capture.get(cv2.CAP_PROP_FPS)
        self._frame_ms = 1000.0 / (fps if 1.0 <= fps <= 1000.0 else _USUAL_FPS)

    def __iter__(self) -> Iterator[Frame]:
        number = 0
        while True:
            try:
                is_read, image = self._capture.read()
            except cv2.error:
                is_read = False
            if not is_read:
                break
            number += 1
            self._left_px -= image.shape[0] * image.shape[1]
            if self._left_px < 0:
                raise too_costly(Path(self.title))
            yield Frame(image, self.title, number, number * self._frame_ms, self._effort)
        if not number:
            raise broken_video(self.title)
        if self.total and number < self.total * (1 - _LOST_FRAMES) - 1:
            raise InputError(
                N_("{path} breaks off: {read} of {total} frames can be read"),
                hint=N_("What was read until there stays. Copy the video again, or record the rest."),
                path=self.title,
                read=number,
                total=self.total,
            )


class _Film:
    """A video file that a child process decodes, as OpenCV gives one; its `effort` learns of each frame."""

    def __init__(self, path: Path, head: dict[str, Any], pieces: Iterator[Piece], effort: FilmEffort) -> None:
        self._path, self._pieces, self._effort = path, pieces, effort
        self._says = {cv2.CAP_PROP_FRAME_COUNT: head["count"], cv2.CAP_PROP_FPS: head["fps"]}

    def get(self, what: int) -> float:
        return float(self._says[what])

    def read(self) -> tuple[bool, Any]:
        try:
            piece = next(self._pieces, None)
        except OverLimitError as error:
            raise too_costly(self._path) from error
        if piece is None:
            return False, None
        head, data = piece
        self._effort.begin_frame(head["height"] * head["width"], head["decoding_s"])
        return True, np.frombuffer(data, np.uint8).reshape(head["height"], head["width"])


@contextmanager
def open_video(path: Path, notify: Notify = ignore) -> Iterator[FrameSource]:
    """Open a video file, decoded in a child process within limits of time and memory; `notify` is called with a line
    where it was not read closely.

    Raises:
        InputError: it holds no video that can be read, or its frames are larger than any camera's; while iterating, it
            breaks off, or has far more frames, or larger ones, than a file of its size.
    """
    size = path.stat().st_size
    with bounded("scanner.sources.film_child:frames", size, {"path": str(path.absolute())}) as pieces:
        try:
            head, _data = next(pieces)
        except OverLimitError as error:
            raise too_costly(path) from error
        match head.get("fault"):
            case "large":
                raise too_costly(path)
            case str():
                raise broken_video(str(path))
        effort = FilmEffort(path.name, notify, size, head["count"])
        yield Video(path.name, _Film(path, head, pieces, effort), file_bytes=size, effort=effort)


def broken_video(title: str) -> CustodyError:
    """The error of a file that is named like a video and is none."""
    return InputError(
        N_("{path} is not a video, or it is damaged"),
        hint=N_("Copy it again; a recording must be stopped before it is copied."),
        path=title,
    )
