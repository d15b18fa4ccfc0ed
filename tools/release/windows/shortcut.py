"""Puts a shortcut to MULAI.cmd on the desktop, by Windows' own IShellLink; scripts of other kinds may be forbidden."""

import ctypes
import sys
from ctypes import byref, c_void_p, c_wchar_p
from pathlib import Path
from typing import Any
from uuid import UUID

TOP = Path(__file__).resolve().parents[1]
SHELL_LINK, I_SHELL_LINK = "00021401-0000-0000-C000-000000000046", "000214F9-0000-0000-C000-000000000046"
I_PERSIST_FILE = "0000010b-0000-0000-C000-000000000046"
QUERY, RELEASE, SAVE, SET_FOLDER, SET_ICON, SET_PATH = 0, 2, 6, 9, 17, 20
"""Where these methods stand in the tables of their interfaces (shobjidl_core.h, objidl.h)."""
DESKTOP, IN_PROCESS = 0x10, 1


def main() -> int:
    """Make the shortcut; 3 where Windows refuses."""
    try:
        put(TOP, desktop() / "Serah.lnk")
    except OSError as error:
        print(error, file=sys.stderr)
        return 3
    return 0


def desktop() -> Path:
    """The user's desktop, wherever it is kept."""
    found = ctypes.create_unicode_buffer(260)
    ctypes.oledll.shell32.SHGetFolderPathW(None, DESKTOP, None, 0, found)
    return Path(found.value)


def put(top: Path, link: Path) -> None:
    """Write a shortcut to the folder's page. Raises OSError where Windows refuses."""
    ctypes.oledll.ole32.CoInitialize(None)
    shell = c_void_p()
    ctypes.oledll.ole32.CoCreateInstance(_id(SHELL_LINK), None, IN_PROCESS, _id(I_SHELL_LINK), byref(shell))
    _call(shell, SET_PATH, c_wchar_p(str(top / "MULAI.cmd")))
    _call(shell, SET_FOLDER, c_wchar_p(str(top)))
    _call(shell, SET_ICON, c_wchar_p(str(top / "serah.ico")), None)
    file = c_void_p()
    _call(shell, QUERY, _id(I_PERSIST_FILE), byref(file))
    _call(file, SAVE, c_wchar_p(str(link)), 1)
    for each in (file, shell):
        _call(each, RELEASE)


def _id(text: str) -> Any:
    return ctypes.create_string_buffer(UUID(text).bytes_le, 16)


def _call(thing: c_void_p, method: int, *arguments: Any) -> None:
    """Call a method of a COM object by its place in the table. Raises OSError where it fails."""
    table = ctypes.cast(thing, ctypes.POINTER(ctypes.POINTER(c_void_p))).contents
    answer = ctypes.c_ulong if method == RELEASE else ctypes.HRESULT
    ctypes.WINFUNCTYPE(answer, c_void_p, *(c_void_p for _each in arguments))(table[method])(
        thing, *(ctypes.cast(one, c_void_p) if isinstance(one, ctypes.Array | c_wchar_p) else one for one in arguments)
    )


if __name__ == "__main__":
    sys.exit(main())
