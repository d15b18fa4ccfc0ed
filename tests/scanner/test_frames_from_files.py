"""Frames from files that are written here: pictures, folders, videos and PDFs, whole and broken."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from reportlab.pdfgen.canvas import Canvas

from custody.errors import CustodyError, InputError
from scanner.simulation.simulate import write_video
from scanner.sources.frames import Frame, Image
from scanner.sources.open_source import open_source

BLANK = np.full((48, 64, 3), 200, np.uint8)


def frames_of(path: Path | str, **options: object) -> list[Frame]:
    with open_source(str(path), clock=lambda: 7.0, **options) as source:  # type: ignore[arg-type]
        return list(source)


def picture(path: Path, image: Image = BLANK) -> Path:
    path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())
    return path


def pdf(path: Path, pages: int = 2) -> Path:
    canvas = Canvas(str(path), pagesize=(144, 72))
    for page in range(pages):
        canvas.drawString(10, 10, str(page))
        canvas.showPage()
    canvas.save()
    return path


def refusal(path: Path | str) -> CustodyError:
    """The one line that a source which cannot be read gives."""
    with pytest.raises(CustodyError) as caught:
        frames_of(path)
    assert "\n" not in str(caught.value) and str(path).split("/")[-1] in str(caught.value)
    return caught.value


@pytest.mark.parametrize("suffix", ["png", "jpg", "jpeg", "bmp", "tif", "webp", "PNG"])
def test_a_picture_is_one_frame(tmp_path: Path, suffix: str) -> None:
    (frame,) = frames_of(picture(tmp_path / f"label.{suffix}"))
    assert (frame.number, frame.at_ms, frame.image.shape) == (1, 7.0, (48, 64, 3))
    assert frame.source == f"label.{suffix}"


def test_a_name_beyond_ascii_is_read(tmp_path: Path) -> None:
    assert len(frames_of(picture(tmp_path / "kotak suara — ñ.png"))) == 1


def test_a_folder_gives_its_pictures_in_order_and_leaves_the_rest(tmp_path: Path) -> None:
    for name in ("b.png", "a.jpg", "c.PNG"):
        picture(tmp_path / name)
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "inner.png").mkdir()
    with open_source(str(tmp_path)) as source:
        assert (source.kind, source.total) == ("still", 3)
        assert [frame.source for frame in source] == ["a.jpg", "b.png", "c.PNG"]


def test_a_damaged_picture_in_a_folder_is_told_and_left_out(tmp_path: Path) -> None:
    picture(tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"\x00\x01\x02")
    told: list[str] = []
    assert [frame.source for frame in frames_of(tmp_path, notify=told.append)] == ["good.png"]
    assert len(told) == 1 and "bad.png" in told[0]


@pytest.mark.parametrize("suffix", ["mp4", "avi", "mkv"])
def test_a_video_gives_every_frame_at_the_videos_own_time(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film.{suffix}"
    assert write_video(path, [BLANK] * 20, fps=10) == 20
    frames = frames_of(path)
    assert [frame.number for frame in frames] == list(range(1, 21))
    assert frames[9].at_ms == pytest.approx(1000)
    assert {frame.image.shape for frame in frames} == {BLANK.shape[:2]}  # in grey
    with open_source(str(path)) as source:
        assert source.kind == "video"


def test_a_pdf_gives_its_pages_at_the_resolution_asked_for(tmp_path: Path) -> None:
    path = pdf(tmp_path / "labels.pdf")
    assert [frame.image.shape for frame in frames_of(path)] == [(150, 300, 3)] * 2
    assert frames_of(path, dpi=300)[0].image.shape == (300, 600, 3)


def test_a_page_that_claims_to_be_huge_is_rasterised_coarsely(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "huge.pdf"), pagesize=(14_400, 100))
    canvas.showPage()
    canvas.save()
    assert max(frames_of(tmp_path / "huge.pdf")[0].image.shape) <= 8001


NO_PICTURES = (b"", bytes(range(256)) * 20, b"%PDF-1.7\n%%EOF", b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param(name, content, marks=() if (kind + number) % 3 == 0 else pytest.mark.slow)
        for kind, name in enumerate(["x.png", "x.jpg", "x.mp4", "x.avi", "x.pdf"])
        for number, content in enumerate(NO_PICTURES)
    ],
)  # each begins a process: the quick run has each name and each content
def test_an_empty_or_binary_file_is_refused_in_one_line(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    error = refusal(path)
    assert isinstance(error, InputError) and error.exit_code == 2 and error.hint


def test_a_video_cut_off_says_how_much_of_it_was_read(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (30, 48, 64, 3), np.uint8)
    path = tmp_path / "film.avi"
    write_video(path, noise)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    read = []
    with pytest.raises(InputError, match="breaks off"), open_source(str(path)) as source:
        for frame in source:
            read.append(frame)
    assert 5 < len(read) < 25


def test_a_cut_mp4_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write_video(path, [BLANK] * 10)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    refusal(path)


def test_a_damaged_pdf_is_refused(tmp_path: Path) -> None:
    path = pdf(tmp_path / "labels.pdf")
    path.write_bytes(path.read_bytes()[:200])
    refusal(path)


def test_a_locked_pdf_says_so(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "locked.pdf"), encrypt="secret")
    canvas.showPage()
    canvas.save()
    assert "password" in str(refusal(tmp_path / "locked.pdf"))


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    refusal(tmp_path)


@pytest.mark.parametrize("name", ["missing.png", "notes.txt", "[::1", "٣"])
def test_what_is_no_source_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(InputError):
        frames_of(tmp_path / name if name.endswith(("png", "txt")) else name)
