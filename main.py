"""Serah: labels, scanning and chain of custody for election supplies. Run `python main.py --help`."""

import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import language
from language import _

GLOBAL_OPTIONS = ("--home", "--db", "--lang", "--passphrase-file")
EXIT_MACHINE = 3


def main(arguments: Sequence[str] | None = None, now_utc: Callable[[], str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 wrong evidence, 2 wrong use or bad input, 3 the machine."""
    # numpy's matrices are small here: on a busy machine its threads wait for each other longer than they work
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _speak_utf8()
    args = _globals_first(list(sys.argv[1:] if arguments is None else arguments))
    language.use_in_process(_wanted_language(args))
    try:
        from commands.errors import run  # after the language is known: help texts are translated as they are read
        from commands.program import program
    except ModuleNotFoundError as error:
        return _show_missing(error.name or str(error))
    serah = program(now_utc)
    if shell := os.environ.get("SERAH_COMPLETE"):
        serah.answer(shell, _globals_first)
        return 0
    return run(serah, args)


def _globals_first(args: list[str]) -> list[str]:
    """Let the global options stand after the command too: people put them where they think of them."""
    front: list[str] = []
    rest: list[str] = []
    while args:
        word = args.pop(0)
        if word == "--":
            rest += [word, *args]
            break
        if word in GLOBAL_OPTIONS and args:
            front += [word, args.pop(0)]
        elif word.partition("=")[0] in GLOBAL_OPTIONS:
            front.append(word)
        else:
            rest.append(word)
    return front + rest


def _wanted_language(args: Sequence[str]) -> str:
    """The language of --lang, else of SERAH_LANG, else Indonesian."""
    # The system's locale is not asked: many Indonesian laptops run in English, and the people at them read Indonesian.
    wanted = os.environ.get("SERAH_LANG", "")
    for index, word in enumerate(args):
        if word == "--lang" and index + 1 < len(args):
            wanted = args[index + 1]
        elif word.startswith("--lang="):
            wanted = word.partition("=")[2]
    return wanted if wanted in language.LANGUAGES else "id"


def _speak_utf8() -> None:
    """Write UTF-8 wherever output goes, and read it from pipes: the code page that Windows has there fails on names."""
    raw = getattr(getattr(sys.stdin, "buffer", None), "raw", None)
    if os.name == "nt" and isinstance(raw, io.FileIO) and raw.isatty():
        sys.stdin = io.TextIOWrapper(io.BytesIO())  # NUL calls itself a terminal, and a password is waited for for ever
    read = () if sys.stdin is None or sys.stdin.isatty() else (sys.stdin,)
    for streams, encoding, errors in (
        ((sys.stdout, sys.stderr), "utf-8", "backslashreplace"),
        (read, "utf-8-sig", "replace"),
    ):
        for stream in streams:
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                with suppress(io.UnsupportedOperation):  # something was read from it before
                    reconfigure(encoding=encoding, errors=errors)


def _show_missing(package: str) -> int:
    """Say how to start with the packages that Serah needs; this Python lacks one."""
    own = Path(__file__).parent / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if own.is_file() and own.parent.parent != Path(sys.prefix):
        remedy = _("Run: {command}").format(command=f"{own} main.py")
    elif (Path(__file__).parent / "bootstrap.py").is_file():
        remedy = _("Run: {command}").format(command="python3 bootstrap.py")
    else:  # a release that was unpacked or installed
        remedy = _("Unpack the whole release again, or install it again: a part of it is missing.")
    print(
        _("Error: {line}").format(line=_("this Python lacks the package {package}").format(package=package)),
        "  " + remedy,
        sep="\n",
        file=sys.stderr,
    )
    return EXIT_MACHINE


def leave(code: int) -> NoReturn:
    """End the program, and at once where a thread still reads a camera, a picture or the keyboard.

    Python's own way out stops such a thread in the middle of a C++ library, which then aborts the whole process: a
    handover that was recorded would end with 134 in place of 0.
    """
    gc.freeze()  # what is left ends with the process: to look through it for cycles first takes a tenth of a command
    threading = sys.modules.get("threading")
    if threading is not None and any(thread.daemon for thread in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    gc.set_threshold(20_000)  # the modules of a command are 300,000 objects, none of which is to go before its end
    leave(main())
