"""The time that looks at a stranger's file may take, and what is said where it was not enough."""

import io
from pathlib import Path

import cv2
import numpy as np
import pytest

from custody.errors import InputError
from labels.sheet import write_sheets
from labels.stock import STOCKS
from scanner.decoding.live_reader import open_looks
from scanner.decoding.looks import in_view
from scanner.decoding.picture_reader import Reader
from scanner.sources.effort import Effort, most_pdf_s, pdf_s, picture_s
from scanner.sources.frames import Frame
from scanner.sources.open_source import open_source
from scanner.sources.page_size import drawing_s
from scanner.sources.pages import draw_page
from tests.support.label_examples import contents, layout_of

COSTS = "costs more time than a file of its size"


class Hands:
    """A clock that is moved by hand."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def effort(allowed_s: float) -> tuple[Effort, Hands, list[str]]:
    told: list[str] = []
    clock = Hands()
    return Effort("x.png", told.append, allowed_s, clock=clock), clock, told


def test_the_time_of_looks_is_added_up_and_what_is_between_them_is_not() -> None:
    spent, clock, told = effort(3.0)
    for _turn in range(3):
        with spent:
            clock.now_s += 1.0
            assert not spent.is_used_up()
        clock.now_s += 100.0
    with spent:
        clock.now_s += 0.1
        assert spent.is_used_up()
    assert spent.used_s == pytest.approx(3.1) and told == []


def test_what_is_read_earns_time_once_for_each_text_and_up_to_a_limit() -> None:
    spent, clock, _told = effort(1.0)
    spent.most_texts_s = 0.4
    with spent:
        clock.now_s += 1.1
        assert spent.is_used_up()
        spent.note(["A", "A"])
        spent.note(["A"])
        assert spent.earned_s == pytest.approx(0.15) and not spent.is_used_up()
        clock.now_s += 0.1
        assert spent.is_used_up()
        spent.note("ABCDEFGH")
        assert spent.earned_s == pytest.approx(0.4)


def test_a_reader_notes_what_it_has_read_before_it_asks_for_more_time() -> None:
    page = io.BytesIO()
    write_sheets(page, contents()[:3], STOCKS["a4-3x7"], title="Labels")
    noted: set[str] = set()
    image = draw_page(page.getvalue(), 150)
    reads = Reader().read(image, thorough=True, is_late=lambda: True, note=noted.update)
    assert noted == {read.text for read in reads} != set()


def test_what_was_left_out_is_told_once_for_a_file() -> None:
    spent, _clock, told = effort(1.0)
    for _turn in range(2):
        with spent:
            spent.cut()
    assert len(told) == 1 and COSTS in told[0] and "x.png" in told[0]


def test_time_grows_with_bytes_and_is_short_for_small_files() -> None:
    for time_s in (picture_s, pdf_s, lambda size: most_pdf_s(size, 50), lambda size: drawing_s(size, 50)):
        assert time_s(2_000) < 2.6 and time_s(20_000_000) > 10 * time_s(2_000)
    assert drawing_s(350_000, 96) > 3 * 96 * 0.02  # labels, on a slow computer


def test_a_picture_without_time_gets_two_looks_and_says_so_only_where_nothing_is_read(tmp_path: Path) -> None:
    page = io.BytesIO()
    write_sheets(page, [contents()[0]] * 24, STOCKS["a4-3x7"], title="Labels")
    (tmp_path / "labels.pdf").write_bytes(page.getvalue())
    assert cv2.imwrite(str(tmp_path / "white.png"), np.full((400, 400), 255, np.uint8))
    for name, count, lines in (
        ("labels.pdf", 24 * len(layout_of(STOCKS["a4-3x7"], False).symbols), 0),
        ("white.png", 0, 1),
    ):
        told: list[str] = []
        found = []
        with open_source(str(tmp_path / name)) as source, open_looks(Reader(), source.kind) as looker:
            for frame in source:
                found += in_view(looker.inspect(frame.image, frame.at_ms, Effort(name, told.append, -1.0)))
        assert (len(found), len(told)) == (count, lines)
        assert all(read.is_sure for read in found)


def frames(path: Path, told: list[str]) -> list[Frame]:
    with open_source(str(path), notify=told.append) as source:
        return list(source)


def test_pages_share_the_time_of_their_file_and_pictures_have_their_own(tmp_path: Path) -> None:
    page = io.BytesIO()
    write_sheets(page, [contents()[0]] * 60, STOCKS["a4-3x7"], title="Labels")
    (tmp_path / "labels.pdf").write_bytes(page.getvalue())
    for name in ("a.png", "b.png"):
        assert cv2.imwrite(str(tmp_path / name), np.full((400, 400), 255, np.uint8))
    efforts = [frame.effort for frame in frames(tmp_path / "labels.pdf", [])]
    assert len(efforts) == 3 and len(set(map(id, efforts))) == 1 and efforts[0] is not None
    assert efforts[0].allowed_s == pytest.approx(pdf_s(len(page.getvalue())))
    assert 0 < efforts[0].used_s < 1.0  # the drawing counts too
    efforts = [frame.effort for frame in frames(tmp_path, [])]
    assert len(efforts) == 2 and len(set(map(id, efforts))) == 2


def test_a_pdf_whose_looks_take_far_more_than_its_bytes_is_refused(tmp_path: Path) -> None:
    page = io.BytesIO()
    write_sheets(page, [contents()[0]] * 60, STOCKS["a4-3x7"], title="Labels")
    (tmp_path / "labels.pdf").write_bytes(page.getvalue())
    with pytest.raises(InputError, match="far more time"), open_source(str(tmp_path / "labels.pdf")) as source:
        for frame in source:
            assert frame.effort is not None
            frame.effort.used_s += 10.0
