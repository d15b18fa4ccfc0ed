"""A folder of files is there whole or not at all."""

from pathlib import Path

import pytest

from custody.errors import InputError
from tables.output.safe_file import safe_folder


def test_a_folder_gets_its_name_when_everything_is_in_it(tmp_path: Path) -> None:
    out = tmp_path / "pack"
    with safe_folder(out) as folder:
        (folder / "a.txt").write_text("a")
        assert not out.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["pack"] and (out / "a.txt").read_text() == "a"


def test_an_empty_folder_is_taken_and_a_full_one_is_not(tmp_path: Path) -> None:
    out = tmp_path / "pack"
    out.mkdir()
    with safe_folder(out) as folder:
        (folder / "a.txt").write_text("a")
    with pytest.raises(InputError), safe_folder(out):
        raise AssertionError("never begun")
    assert (out / "a.txt").read_text() == "a"


def test_after_an_error_nothing_is_left_of_it(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), safe_folder(tmp_path / "pack") as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "a.txt").write_text("a")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("x")
    for name in ("file", "none/pack"):
        with pytest.raises(InputError), safe_folder(tmp_path / name):
            raise AssertionError("never begun")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
