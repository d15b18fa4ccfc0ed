"""The time that looks at a stranger's file may take, and what is said where it was not enough."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from custody.errors import InputError
from labels.sheet import write_sheets
from labels.stock import STOCKS
from scanner.decoding.candidates import Task
from scanner.decoding.live_reader import open_looks
from scanner.decoding.looks import in_view
from scanner.decoding.picture_reader import Glance, Reader
from scanner.decoding.second_look import AtPlace, SecondLook
from scanner.reads import Read
from scanner.sources.effort import Effort, FilmEffort, drawing_s, most_pdf_s, pdf_s, picture_s
from scanner.sources.frames import Frame, Image
from scanner.sources.open_source import open_source
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


def test_a_budget_ends_looks_earlier_than_the_file_would_and_is_named() -> None:
    spent, clock, told = effort(3.0)
    spent.most_s = 1.0
    with spent:
        clock.now_s += 1.1
        spent.note("ABC")
        assert spent.is_used_up()
        spent.cut()
    assert len(told) == 1 and "in that time" in told[0] and COSTS not in told[0]


def test_what_was_left_out_is_told_once_for_a_file() -> None:
    spent, _clock, told = effort(1.0)
    for _turn in range(2):
        with spent:
            spent.cut()
    assert len(told) == 1 and COSTS in told[0] and "x.png" in told[0]


def test_time_grows_with_bytes_and_is_short_for_small_files() -> None:
    for time_s in (picture_s, pdf_s, lambda size: most_pdf_s(size, 50), lambda size: drawing_s(size, 50)):
        assert time_s(2_000) < 2.6 and time_s(20_000_000) > 10 * time_s(2_000)
    assert most_pdf_s(600_000, 900) < 4.6  # a page of finder patterns, named nine hundred times
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


def film_of(size: int, frames: float) -> FilmEffort:
    return FilmEffort("x.mp4", lambda _line: None, size, frames)


def grown_s(film: FilmEffort, frames: int, pixels: int = 1280 * 720) -> float:
    before_s = film.allowed_s
    for _number in range(frames):
        film.begin_frame(pixels, 0.0)
    return film.allowed_s - before_s


def test_a_video_gets_time_from_frame_to_frame_and_more_once_something_is_read() -> None:
    film = film_of(100_000_000, 1_000)
    unread_s = grown_s(film, 100)
    film.note(["A"])
    assert 0 < 2 * unread_s < grown_s(film, 100) < 100 * 0.05


def test_a_video_gets_no_more_time_than_its_bytes_allow_whatever_its_head_says_of_frames() -> None:
    for frames in (0.0, 1.0, -5.0, 10.0, 1e12):
        film = film_of(1_000_000, frames)
        film.note(["A"])
        assert grown_s(film, 5_000) < 4.5
    assert grown_s(film_of(1_000_000, 5_000), 5_000) == pytest.approx(4.0)


def test_a_small_video_has_its_time_to_the_end() -> None:
    film = film_of(100_000, 1_000)
    assert grown_s(film, 500) == pytest.approx(grown_s(film, 500))


def test_decoding_a_video_takes_of_its_time(tmp_path: Path) -> None:
    film = film_of(1_000, 1)
    film.begin_frame(100, 10.0)
    assert film.is_used_up()
    writer = cv2.VideoWriter(str(tmp_path / "x.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 30, (1920, 1080))
    noise = np.random.default_rng(1).integers(0, 256, (1080, 1920, 3), np.uint8)  # 25 ms a frame: clocks tick in 16
    for _number in range(10):
        writer.write(noise)
    writer.release()
    *_others, last = frames(tmp_path / "x.avi", [])
    assert last.effort is not None and last.effort.used_s > 0


class Counting(Reader):
    """Notes the looks that it gives, each of which takes a second by the clock."""

    def __init__(self, clock: Hands) -> None:
        super().__init__()
        self.looks: list[str] = []
        self._clock = clock

    def _count(self, name: str) -> None:
        self.looks.append(name)
        self._clock.now_s += 1.0

    def glance(self, image: Image, *, inverted: bool = False) -> Glance | None:
        self._count("first")
        return super().glance(image, inverted=inverted)

    def look_at(self, *args: Any, **named: Any) -> Iterator[Read | None]:
        self._count("place")
        yield None

    def look_again(self, gray: Image, turn: int) -> list[Read]:
        self._count("again")
        return []


def test_frames_of_a_video_without_time_are_passed_over_and_the_line_says_so() -> None:
    spent, clock, told = effort(2.5)
    reader = Counting(clock)
    image = np.full((400, 400, 3), 200, np.uint8)
    with open_looks(reader, "video") as looker:
        for number in range(20):
            assert in_view(looker.inspect(image, number * 300.0, spent)) == []
    assert 2 <= len(reader.looks) <= 4 and len(told) == 1 and COSTS in told[0]


def test_a_second_look_ends_at_the_place_at_which_the_time_of_its_video_is_used_up() -> None:
    clock = Hands()
    reader = Counting(clock)
    image = np.full((400, 400), 255, np.uint8)
    tasks = [Task(((x, 10), (x + 50, 10), (x + 50, 60), (x, 60)), "others", 0) for x in range(0, 300, 60)]
    begun = [AtPlace(0.0, task, reader.look_at(image, *task)) for task in tasks]
    found = SecondLook(0.0, image, Glance(image), [], begun, 1, 0, lambda: clock.now_s >= 2.0, lambda: 0.0).taken(
        reader
    )
    assert reader.looks == ["place", "place"] and len(found.done) == 1 and found.left == [begun[1]]
