"""The command that only reads labels: decode."""

import time

import click

from commands.context import note, print_json, progress
from language import _
from language.text import printable
from scanner.decoding.live_reader import open_looks
from scanner.decoding.looks import in_view
from scanner.decoding.picture_reader import Reader
from scanner.sources.open_source import open_source


def decode(sources: tuple[str, ...], dpi: int, budget: int | None, as_json: bool) -> None:
    count = 0
    reader = Reader()
    for spec in sources:
        with (
            open_source(spec, notify=note, dpi=dpi) as source,
            open_looks(reader, source.kind) as looker,
            progress(source.total, source.title, quiet=as_json) as done,
        ):
            for frame in source:
                if frame.is_blank:
                    continue
                if budget and frame.effort:
                    frame.effort.most_s = budget
                began = time.perf_counter()
                reads = in_view(looker.inspect(frame.image, frame.at_ms, frame.effort))
                spent_ms = (time.perf_counter() - began) * 1000
                done(1)
                count += len(reads)
                if as_json:
                    print_json(
                        {
                            "source": frame.source,
                            "frame": frame.number,
                            "reads": [{"text": r.text, "corners": r.corners, "engine": r.engine} for r in reads],
                            "ms": round(spent_ms, 2),
                        }
                    )
                else:
                    for read in reads:
                        click.echo(f"{printable(frame.source)}:{frame.number}  {printable(read.text, 200)}")
    if not count and not as_json:
        note(_("No QR code was found."))
