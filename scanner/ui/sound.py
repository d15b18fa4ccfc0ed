"""The sounds of a session: taken, taken already, taken out again, wrong, and that there is help to aim.

Made here, played by what the system has.

A sound that cannot be played never disturbs a session: the next way is tried, and at last the terminal's bell.
"""

import io
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from scanner.outcomes import Beep

if TYPE_CHECKING:
    import numpy as np

Play = Callable[[Beep], bool]
"""Plays a sound and waits until it is over; False when it cannot, and need not be asked again."""

RATE_HZ = 22_050
_FADE_MS = 6.0
"""At both ends of a tone, which else would click."""
_TONES: dict[Beep, tuple[tuple[float, float, float], ...]] = {  # hertz (0: silence), milliseconds, roughness
    "aim": ((380.0, 50.0, 0.0),),
    "ok": ((1760.0, 90.0, 0.0),),
    "again": ((880.0, 70.0, 0.2), (0.0, 60.0, 0.0), (880.0, 70.0, 0.2)),
    "undone": ((1175.0, 130.0, 0.1), (587.0, 200.0, 0.1)),
    "wrong": ((311.0, 150.0, 1.0), (247.0, 150.0, 1.0), (185.0, 240.0, 1.0)),
}
"""One high, two in the middle, three low and falling: told apart in a noisy hall, by number as by pitch; and one that
falls by an octave where something was taken out, so that nobody who does not look takes it for a label that was taken.
A short low one says that a label is seen and why it is not read; a terminal's bell leaves that to the words.
"""
_WORST_LAST: tuple[Beep, ...] = ("aim", "ok", "again", "undone", "wrong")
_LONGEST_S = 5.0
_PROGRAMS = {
    "linux": (("pw-play",), ("paplay",), ("aplay", "-q")),
    "darwin": (("afplay",),),
}
_BELLS: dict[Beep, int] = {"aim": 0, "ok": 1, "again": 2, "undone": 3, "wrong": 4}
_BELL_GAP_S = 0.12


def wav(beep: Beep) -> bytes:
    """A sound as a WAV file: 16 bits, one channel."""
    import numpy as np

    samples = np.concatenate([_tone(*tone) for tone in _TONES[beep]])
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
    return out.getvalue()


def _tone(hertz: float, length_ms: float, roughness: float) -> "np.ndarray":
    """A sine with this share of overtones, from -0.8 to 0.8."""
    import numpy as np

    time_s = np.arange(round(length_ms * RATE_HZ / 1000)) / RATE_HZ
    wave_form = sum(np.sin(2 * np.pi * hertz * n * time_s) * (roughness if n > 1 else 1.0) / n for n in (1, 3, 5))
    fade = np.minimum(np.minimum(time_s, time_s[::-1]) * 1000 / _FADE_MS, 1.0)
    loudest = max(float(np.abs(wave_form).max()), 1e-9)
    return np.asarray(0.8 * wave_form / loudest * fade if hertz else np.zeros_like(time_s))


class Speaker:
    """Sounds beeps beside the session's work; those that come while one sounds are heard as one, the worst of them."""

    def __init__(self, ways: Sequence[Play]) -> None:
        """Play by the first of these ways that can."""
        self._ways = list(ways)
        self._waiting: Beep | None = None
        self._is_closed = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True, name="speaker")
        self._thread.start()

    def __enter__(self) -> "Speaker":
        return self

    def __exit__(self, *_error: object) -> None:
        """Let what sounds come to its end, and what waits be heard."""
        with self._news:
            self._is_closed = True
            self._news.notify()
        self._thread.join(_LONGEST_S)

    def ring(self, beep: Beep) -> None:
        """Sound it; returns at once."""
        with self._news:
            self._waiting = max(self._waiting or beep, beep, key=_WORST_LAST.index)
            self._news.notify()

    def _run(self) -> None:
        while True:
            with self._news:
                while self._waiting is None and not self._is_closed:
                    self._news.wait()
                beep, self._waiting = self._waiting, None
            if beep is None:
                return
            while self._ways and not self._ways[0](beep):
                del self._ways[0]


def find_ways(stack: ExitStack, bell_on: TextIO | None) -> list[Play]:
    """How this computer can sound, the best way first: its own player, and the bell of the terminal if there is one.

    Args:
        stack: takes away what the player needs, when it is closed.
    """
    ways: list[Play] = []
    if (player := player_name()) is not None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="serah-", ignore_cleanup_errors=True)))
        ways.append(FilePlayer(folder, winsound_play if player == "winsound" else program_play(_program(player))))
    if bell_on is not None:
        ways.append(Bell(bell_on))
    return ways


def player_name(platform: str = sys.platform) -> str | None:
    """The player that this system has; None: only the terminal's bell."""
    from shutil import which

    if platform == "win32":
        return "winsound"
    return next((program[0] for program in _PROGRAMS.get(platform, ()) if which(program[0])), None)


def _program(name: str) -> tuple[str, ...]:
    return next(program for programs in _PROGRAMS.values() for program in programs if program[0] == name)


class FilePlayer:
    """Plays sounds as files, which are written when they are first asked for."""

    def __init__(self, folder: Path, play_file: Callable[[Path], bool]) -> None:
        self._folder, self._play_file = folder, play_file

    def __call__(self, beep: Beep) -> bool:
        path = self._folder / f"{beep}.wav"
        try:
            if not path.exists():
                path.write_bytes(wav(beep))
            return self._play_file(path)
        except OSError:
            return False


def program_play(program: Sequence[str]) -> Callable[[Path], bool]:
    """Plays a file by a program; one that fails or hangs, as without a sound server, cannot."""

    def play(path: Path) -> bool:
        try:
            ran = subprocess.run(
                [*program, str(path)],
                timeout=_LONGEST_S,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return ran.returncode == 0

    return play


def winsound_play(path: Path) -> bool:
    """Plays a file by Windows itself."""
    try:
        import winsound

        winsound.PlaySound(str(path), winsound.SND_FILENAME | winsound.SND_NODEFAULT)  # type: ignore[attr-defined,unused-ignore]
    except (ImportError, RuntimeError):
        return False
    return True


class Bell:
    """Sounds a terminal's bell: once for taken, twice for taken already, thrice for taken out, four times for wrong."""

    def __init__(self, stream: TextIO, gap_s: float = _BELL_GAP_S) -> None:
        self._stream, self._gap_s = stream, gap_s

    def __call__(self, beep: Beep) -> bool:
        for _time in range(_BELLS[beep]):
            try:
                self._stream.write("\a")
                self._stream.flush()
            except (OSError, ValueError):  # the terminal is gone, or closed
                return False
            time.sleep(self._gap_s)
        return True
