"""Rasterises the pages of a PDF in a child process (`tables.sandbox.child_process`); `scanner.sources.pages` shows
them as frames.
"""

import time
from typing import Any

import pypdfium2

from scanner.sources.effort import drawing_s, most_pages, scale_of
from tables.sandbox.child_process import Send, limited


def pages(told: dict[str, Any], send: Send, _payload: bytes) -> None:
    """Send how many pages there are, then each one: blue, green, red, in rows of `stride` bytes, with the processor's
    time that its drawing took.

    Args:
        told: `path`, `bytes` and `dpi`.
    """
    step = limited(told["bytes"], drawing_s(told["bytes"], 1))
    try:
        document = pypdfium2.PdfDocument(told["path"])
    except pypdfium2.PdfiumError as error:
        send(fault="locked" if "assword" in str(error) else "damaged")
        return
    total = len(document)
    if total > most_pages(told["bytes"]):
        send(fault="many", total=total)
        return
    step = limited(told["bytes"], drawing_s(told["bytes"], total))
    send(total=total)
    for number in range(total):
        step()
        began_s = time.process_time()
        try:
            page = document[number]
            bitmap = page.render(scale=scale_of(page.get_size(), told["dpi"]))
        except pypdfium2.PdfiumError:
            send(fault="page")
            return
        send(
            bitmap.buffer,
            width=bitmap.width,
            height=bitmap.height,
            stride=bitmap.stride,
            channels=bitmap.n_channels,
            drawing_s=time.process_time() - began_s,
        )
        bitmap.close()
        page.close()
