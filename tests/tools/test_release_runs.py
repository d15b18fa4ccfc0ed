"""What is shipped is enough: the program runs and reads a film with the unpacked wheels alone. Needs a network once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.release import parts

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not sys.platform.startswith("linux"), reason="wheels for Linux")]
_FILM = """
import cv2, numpy, zxingcpp, sys
picture = numpy.asarray(zxingcpp.create_barcode("SERAH-FILM", zxingcpp.BarcodeFormat.QRCode).to_image(scale=8))
frame = cv2.cvtColor(cv2.copyMakeBorder(picture, 60, 60, 60, 60, cv2.BORDER_CONSTANT, value=255), cv2.COLOR_GRAY2BGR)
film = cv2.VideoWriter(sys.argv[1], cv2.VideoWriter_fourcc(*"mp4v"), 10, frame.shape[1::-1])
for _ in range(10):
    film.write(frame)
film.release()
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a release has of the wheels for this Python."""
    lock = (parts.ROOT / "requirements.lock").read_text("utf-8")
    try:
        held = parts.wheels(parts.linux(HERE), lock)
    except parts.ReleaseError as error:
        pytest.skip(f"no network: {error}")
    folder = tmp_path_factory.mktemp("shipped")
    parts.lay(folder / "packages", parts.unpacked(held.values()), 0)
    parts.lay(folder / "program", parts.program(), 0)
    return folder


def run(shipped: Path, *arguments: str) -> str:
    """What a command prints, by a Python that has the shipped packages alone."""
    around = {**os.environ, "PYTHONPATH": str(shipped / "packages"), "SERAH_LANG": "en"}
    base = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    ran = subprocess.run([base, "-S", *arguments], capture_output=True, text=True, env=around, cwd=shipped, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_whole_job_runs_with_what_is_shipped(packages: Path) -> None:
    run(packages, "program/main.py", "demo", "--quick", "--out", str(packages / "demo"))


def test_a_film_is_read_with_what_is_shipped(packages: Path) -> None:
    run(packages, "-c", _FILM, "film.mp4")
    assert "SERAH-FILM" in run(packages, "program/main.py", "decode", "film.mp4")
