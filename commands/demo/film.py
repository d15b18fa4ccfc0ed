"""From printed sheets to films: cuts labels out of a PDF's pages and lets a simulated camera look at them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from labels.stock import Stock
from scanner.simulation.simulate import Flaws, lay_out, simulate, write_video
from scanner.sources.frames import PDF_DPI, Image
from scanner.sources.open_source import open_source

FRAMES_PER_DESK = 10
"""At most: two views of four frames, and a glide of two between them."""
_LABELS_PER_DESK = 12
_FPS, _SECONDS_PER_VIEW = 10.0, 0.4
_SCALE = 0.66
_FLAWS = Flaws(noise=4.0)
_PX_PER_MM = PDF_DPI / 25.4


def cut_out(pdf: Path, stock: Stock, wanted: Mapping[int, str]) -> dict[str, Image]:
    """Labels of a PDF as pictures by their payloads; `wanted` has their places on it, counted from 0 over all pages."""
    by_page: dict[int, list[tuple[int, str]]] = {}
    for position, payload in wanted.items():
        page, cell = divmod(position, stock.per_page)
        by_page.setdefault(page + 1, []).append((cell, payload))
    found: dict[str, Image] = {}
    with open_source(str(pdf)) as pages:
        for frame in pages:
            for cell, payload in by_page.pop(frame.number, ()):
                found[payload] = _cell(frame.image, stock, cell)
            if not by_page:
                break
    return found


def _cell(page: Image, stock: Stock, cell: int) -> Image:
    left_mm, top_mm = stock.position_mm(cell)
    left, right = (round(mm * _PX_PER_MM) for mm in (left_mm, left_mm + stock.label_width_mm))
    top, bottom = (round(mm * _PX_PER_MM) for mm in (top_mm, top_mm + stock.label_height_mm))
    return page[top:bottom, left:right]


def desks(labels: Sequence[Image], place: Image | None = None) -> list[Image]:
    """Yield labels as they lie on a desk, some at a time; a place's label comes first and by itself."""
    alone = [] if place is None else lay_out([place], per_page=1)
    return alone + lay_out(labels, per_page=_LABELS_PER_DESK)


def shoot(path: Path, desks: Sequence[Image], *, seed: int, tell: Callable[[int], None]) -> int:
    """Film the desks one after the other and report each frame; return the number of frames."""

    def told() -> Iterator[Image]:
        for frame in simulate(
            desks, seed=seed, fps=_FPS, seconds_per_view=_SECONDS_PER_VIEW, scale=_SCALE, flaws=_FLAWS
        ):
            tell(1)
            yield frame

    return write_video(path, told(), _FPS)
