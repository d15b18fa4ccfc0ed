"""Files that nobody but their user may read: by mode on POSIX, by an access list on Windows."""

import os
import sys
from pathlib import Path

import pytest

from tables.output.private_files import (
    how_to_keep_private,
    is_open_to_others,
    keep_private,
    lets_others_in,
    private_file,
)

SELF = "S-1-5-21-1-2-3-1001"


def test_a_private_file_is_nobody_elses_and_one_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "Bu Sri's šnjira.key"
    with private_file(path) as file:
        assert not is_open_to_others(path), "before anything is in it"
        file.write(b"secret\n")
    assert path.read_bytes() == b"secret\n"
    with pytest.raises(FileExistsError):
        private_file(path)
    path.replace(tmp_path / "moved")
    assert not is_open_to_others(tmp_path / "moved")


def test_a_file_that_others_may_read_is_kept_from_them(tmp_path: Path) -> None:
    path = tmp_path / "pins.json"
    path.write_bytes(b"[]")
    if os.name == "posix":
        path.chmod(0o644)
    assert is_open_to_others(path)
    keep_private(path)
    assert not is_open_to_others(path) and path.read_bytes() == b"[]"
    assert ("icacls" in how_to_keep_private(path)) == (sys.platform == "win32")


@pytest.mark.parametrize(
    ("sddl", "lets_in"),
    [
        (f"O:{SELF}D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OW)", False),
        (f"O:{SELF}D:(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;FA;;;{SELF})", False),
        ("O:BAD:PAI(A;;FA;;;BA)", False),
        (f"O:{SELF}D:(A;ID;FA;;;{SELF})(A;ID;0x1301bf;;;AU)", True),
        (f"O:{SELF}D:(A;;FA;;;SY)(A;;0x1200a9;;;WD)", True),
        (f"O:{SELF}D:(A;;FA;;;S-1-5-21-1-2-3-1002)", True),
        (f"O:{SELF}D:(A;OICIIO;FA;;;WD)(A;;FA;;;BA)", False),
        (f"O:{SELF}D:(D;;FA;;;WD)(A;;FA;;;BA)", False),
        (f"O:{SELF}D:P", False),
        (f"O:{SELF}D:NO_ACCESS_CONTROL", True),
        (f"O:{SELF}", True),
    ],
)
def test_an_access_list_lets_in_whom_it_names(sddl: str, lets_in: bool) -> None:
    assert lets_others_in(sddl) == lets_in
