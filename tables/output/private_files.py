"""Files that only their user may read: by mode, and by an access list on Windows, where a mode says nothing.

The list is the one that Python's own `os.mkdir(path, 0o700)` writes there: SYSTEM, the administrators and the owner may
do everything, nobody else may do anything, and nothing is taken over from the folder. A disk that keeps no such lists,
as most sticks, lets everybody in; `doctor` says so.
"""

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_MODE = 0o600
_PRIVATE = "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OW)"
_TRUSTED = frozenset({"SY", "BA", "OW", "CO", "LA", "S-1-5-18", "S-1-5-32-544", "S-1-3-4", "S-1-3-0"})
"""Who may read each file of a computer anyway, and its owner, as a list names them (SDDL)."""
_ALLOWED = re.compile(r"\((?:A|XA|OA);([^;]*);[^;]*;[^;]*;[^;]*;([^;)]*)")
_OWNER_AND_LIST, _LIST, _REVISION = 5, 4, 1


def private_file(path: Path) -> BinaryIO:
    """A new file to write, which nobody but its user may read from its first byte on.

    Raises:
        FileExistsError: it is there already.
        OSError: it cannot be made.
    """
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "wb")
    keep_private(path)
    return file


def keep_private(path: Path) -> None:
    """Let nobody but its user read a file that is there; a disk without rights keeps it as it is."""
    with suppress(OSError):
        if sys.platform == "win32":
            _write_list(path, _PRIVATE)
        else:
            path.chmod(_MODE)


def is_open_to_others(path: Path) -> bool:
    """Whether other users of this computer may read or write a file.

    Raises:
        OSError: the file cannot be looked at.
    """
    if sys.platform == "win32":
        return lets_others_in(_read_list(path))
    return bool(path.stat().st_mode & 0o077)


def how_to_keep_private(path: Path) -> str:
    """The command that lets nobody else in."""
    if sys.platform == "win32":
        return f'icacls "{path}" /inheritance:r /grant:r "%USERNAME%:F" "*S-1-5-18:F" "*S-1-5-32-544:F"'
    return f"chmod 600 {path}"


def lets_others_in(sddl: str) -> bool:
    """Whether an access list as Windows writes it out (SDDL, with the owner) allows anything to others than the owner,
    SYSTEM and the administrators. What is for a folder's content alone does not count; no list lets everybody in.
    """
    owner = re.match(r"O:((?:S-[0-9-]+|[A-Z]{2}))", sddl)
    _, marked, entries = sddl.partition("D:")
    if not marked or entries.startswith("NO_ACCESS_CONTROL"):
        return True
    trusted = _TRUSTED | {owner[1]} if owner else _TRUSTED
    return any("IO" not in flags and who not in trusted for flags, who in _ALLOWED.findall(entries))


if sys.platform == "win32":
    import ctypes

    def _write_list(path: Path, sddl: str) -> None:
        """Raises OSError where the disk keeps no lists, or the file is not ours."""
        security, kernel = ctypes.WinDLL("advapi32", use_last_error=True), ctypes.WinDLL("kernel32")
        made = ctypes.c_void_p()
        if not security.ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, _REVISION, ctypes.byref(made), None):
            raise ctypes.WinError(ctypes.get_last_error())
        try:
            if not security.SetFileSecurityW(str(path), _LIST, made):
                raise ctypes.WinError(ctypes.get_last_error())
        finally:
            kernel.LocalFree(made)

    def _read_list(path: Path) -> str:
        """The owner and the list of a file (SDDL). Raises OSError where they cannot be read."""
        security, kernel = ctypes.WinDLL("advapi32", use_last_error=True), ctypes.WinDLL("kernel32")
        size, text = ctypes.c_uint32(), ctypes.c_void_p()
        security.GetFileSecurityW(str(path), _OWNER_AND_LIST, None, 0, ctypes.byref(size))
        found = ctypes.create_string_buffer(max(size.value, 1))
        if not security.GetFileSecurityW(
            str(path), _OWNER_AND_LIST, found, size, ctypes.byref(size)
        ) or not security.ConvertSecurityDescriptorToStringSecurityDescriptorW(
            found, _REVISION, _OWNER_AND_LIST, ctypes.byref(text), None
        ):
            raise ctypes.WinError(ctypes.get_last_error())
        try:
            return ctypes.wstring_at(text.value or 0)
        finally:
            kernel.LocalFree(text)
