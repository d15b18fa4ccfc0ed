"""Labels in the languages of thermal printers: ZPL and TSPL. Each label is one bitmap, so one encoder makes the QR.

ZPL: `^GFA` with Z64 data, as Zebra's own driver sends it: deflated, in base64, with a CRC (ZPL II Programming Guide).
TSPL: `BITMAP` in mode 0, where a dark dot is a 0 bit (TSPL/TSPL2 Programming Manual).
"""

import zlib
from base64 import b64encode
from binascii import crc_hqx
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Literal

from custody.errors import N_, LabelError
from labels.content import LabelContent
from labels.stock import Stock

if TYPE_CHECKING:
    from PIL import Image

Language = Literal["zpl", "tspl"]
Job = tuple[LabelContent, Stock, Language, int]
Mapper = Callable[[Callable[[Job], bytes], Iterable[Job]], Iterable[bytes]]

MOST_GRAPHIC_BYTES = 99_999
"""Of one `^GF`: larger labels are sent in bands."""


def thermal_labels(
    contents: Iterable[LabelContent], stock: Stock, language: Language, dpi: int, *, mapper: Mapper = map
) -> Iterator[bytes]:
    """Each label as the bytes that print it, in order; the same labels give the same bytes.

    Args:
        dpi: 203 or 300.
        mapper: a `map` that may use other processes and run ahead.

    Raises:
        LabelError: the stock is no roll, there is no label at all, or one does not fit this stock.
    """
    check_roll(stock)
    is_empty = True
    for label in mapper(print_label, ((content, stock, language, dpi) for content in contents)):
        is_empty = False
        yield label
    if is_empty:
        raise LabelError(N_("there is no label to print"), hint=N_("Widen the selection of items."))


def check_roll(stock: Stock) -> None:
    """Refuse a stock that no thermal printer takes.

    Raises:
        LabelError: it is a sheet.
    """
    if not stock.is_roll:
        raise LabelError(
            N_("{sheet} is a sheet, and a thermal printer takes rolls"),
            hint=N_("Name a roll, such as --sheet roll-100x50, or write a .pdf."),
            sheet=stock.name,
        )


def print_label(job: Job) -> bytes:
    """One label of a job; a process keeps what labels have in common."""
    content, stock, language, dpi = job
    image = _plotter(stock, dpi).label(content)
    return zpl(image) if language == "zpl" else tspl(image, stock)


@cache
def _plotter(stock: Stock, dpi: int):  # type: ignore[no-untyped-def]  # Pillow comes with it, when it is needed
    from labels.bitmap import Plotter

    return Plotter(stock, dpi)


def zpl(image: "Image.Image") -> bytes:
    """A label's bitmap as a ZPL format of its own size."""
    width, height = image.size
    stride = -(-width // 8)
    rows_a_band = MOST_GRAPHIC_BYTES // stride
    bands = []
    for top in range(0, height, rows_a_band):
        rows = min(rows_a_band, height - top)
        data = b64encode(zlib.compress(_ink(image.crop((0, top, width, top + rows)))))
        size = f"{rows * stride},{rows * stride},{stride}"
        bands.append(f"^FO0,{top}^GFA,{size},:Z64:{data.decode()}:{crc_hqx(data, 0):04x}^FS\n")
    return f"^XA^PW{width}^LL{height}^LH0,0\n{''.join(bands)}^XZ\n".encode("ascii")


def tspl(image: "Image.Image", stock: Stock) -> bytes:
    """A label's bitmap as TSPL; the gap between labels is what the printer has measured itself."""
    width, height = image.size
    stride = -(-width // 8)
    head = f"SIZE {stock.label_width_mm:g} mm,{stock.label_height_mm:g} mm\r\nCLS\r\nBITMAP 0,0,{stride},{height},0,"
    paper = bytes(255 - byte for byte in _ink(image))
    return head.encode("ascii") + paper + b"\r\nPRINT 1,1\r\n"


def _ink(image: "Image.Image") -> bytes:
    """The rows from the top, a dark dot a 1 bit; rows fill whole bytes with white."""
    return image.point(lambda level: 255 - level).tobytes()
