"""Vendors' own barcodes, Code 128 and DataMatrix, looked for beside the labels of moving pictures and in single ones.

They take longer than all first looks at labels, so they have a thread of their own, one picture at a time, and rest
between two; once something is read the next picture follows at once, so that a second sighting comes soon.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from typing import Literal

from scanner.decoding.engines import ENGINE_ERRORS, ZXING, corners_of
from scanner.decoding.live_reader import LiveReader, open_looks
from scanner.decoding.looks import LETTING_GO_S, AtOnce, Beside, Executor, Look, StillReader, in_view, result_of
from scanner.decoding.picture_reader import Reader
from scanner.decoding.renderings import gray_of
from scanner.reads import Read
from scanner.rescue.expected_codes import Expected
from scanner.sources.frames import Image

_REST_MS, _BUSY_REST_MS = 300.0, 900.0
"""From one look to the next, of a moving picture: while no label is read in it, and while some are."""
_MOST_BARCODES = 20


def read_barcodes(gray: Image) -> list[Read]:
    """Return the barcodes of a grey picture; a bounded number of them. GS1 separators stay in the texts."""
    import zxingcpp as zxing

    try:
        found = zxing.read_barcodes(
            gray,
            formats=zxing.BarcodeFormats([zxing.BarcodeFormat.Code128, zxing.BarcodeFormat.DataMatrix]),
            text_mode=zxing.TextMode.Plain,
            try_invert=False,  # printed on paper; it would take half as long again
        )
    except ENGINE_ERRORS:
        return []
    reads = [Read(code.text, corners_of(code.position), ZXING, is_barcode=True) for code in found if code.valid]
    return reads[:_MOST_BARCODES]


class Barcodes:
    """Looks for barcodes in the pictures of one source."""

    def __init__(self, executor: Executor, rests: tuple[float, float]) -> None:
        """Begin; `rests` are the times in ms from one look to the next, while no label is read and while some are."""
        self._executor, self._rests = executor, rests
        self._job: tuple[float, Future[list[Read]]] | None = None
        self._begun_ms = float("-inf")
        self._insists = False

    def beside(self, looks: Sequence[Look], image: Image, at_ms: float) -> list[Look]:
        """Return the looks at labels of this picture, and what barcodes were found in it or in one before it."""
        return [*looks, *self.see(image, at_ms, is_read=bool(in_view(looks)))]

    def see(self, image: Image, at_ms: float, *, is_read: bool) -> list[Look]:
        """Return what was found in this picture or in one before it.

        Args:
            is_read: labels are read in this picture.
        """
        looks = self._late()
        gap_ms = 0.0 if self._insists else self._rests[is_read]
        if self._job is None and image.size and at_ms - self._begun_ms >= gap_ms:
            gray = gray_of(image)
            if gray is not None:
                self._begun_ms = at_ms
                self._job = (at_ms, self._executor.submit(lambda: read_barcodes(gray)))
                looks += self._late()
        return looks

    def close(self) -> None:
        """End what looks run on."""
        self._executor.close(LETTING_GO_S)

    def _late(self) -> list[Look]:
        if self._job is None or not self._job[1].done():
            return []
        (at_ms, future), self._job = self._job, None
        reads = result_of(future, "a look for barcodes") or []
        self._insists = bool(reads) and not self._insists
        return [Look(at_ms, reads)] if reads else []


@contextmanager
def open_barcodes(kind: Literal["live", "video", "still"]) -> Iterator[Barcodes]:
    """Open the look for barcodes of a source: beside a camera's pictures, at once in a file's."""
    rests = (0.0, 0.0) if kind == "still" else (_REST_MS, _BUSY_REST_MS)
    barcodes = Barcodes(Beside() if kind == "live" else AtOnce(), rests)
    try:
        yield barcodes
    finally:
        barcodes.close()


@contextmanager
def open_reading(
    reader: Reader | None,
    kind: Literal["live", "video", "still"],
    *,
    wants_barcodes: bool,
    expected: Sequence[str] = (),
) -> Iterator[tuple[StillReader | LiveReader, Barcodes | None]]:
    """Open what reads the labels of a source (`open_looks`) and its barcodes; None where none can mean anything.

    Args:
        reader: None: a new one, which completes labels from the texts that are `expected`.
    """
    if reader is None:
        reader = Reader()
        reader.expected = Expected(expected)
    with open_looks(reader, kind) as looker, open_barcodes(kind) if wants_barcodes else nullcontext() as barcodes:
        yield looker, barcodes
