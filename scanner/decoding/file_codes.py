"""The texts of all codes in a file."""

from collections.abc import Iterator
from pathlib import Path

from scanner.decoding.live_reader import open_looks
from scanner.decoding.picture_reader import Reader
from scanner.sources.frames import Tell
from scanner.sources.open_source import open_source


def codes_in(path: Path, tell: Tell) -> Iterator[str]:
    """The texts of the QR codes in a picture or in the pages of a PDF, each as often as it is read.

    Raises:
        InputError: it is damaged, or no picture.
    """
    with open_source(str(path), tell=tell) as source, open_looks(Reader(), source.kind) as looker:
        for frame in source:
            if not frame.is_blank:
                looks = looker.inspect(frame.image, frame.at_ms, frame.effort)
                yield from (read.text for look in looks for read in look.reads)
