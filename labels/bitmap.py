"""One label as the dots of a thermal printer: the layout of the PDF, with every module a whole number of dots."""

from functools import lru_cache
from pathlib import Path

import reportlab
from PIL import Image, ImageDraw, ImageFont

from labels.content import LabelContent
from labels.draw import FONT_FILES, FONTS, measure, misfit, register_fonts
from labels.layout import PT_PER_MM, Box, Slot, arrange
from labels.stock import Stock
from labels.symbol import QUIET_MODULES, Version, choose_version, symbol_hex
from labels.typeset import ASCENT, DESCENT, PLATE_X, PLATE_Y, Line, TooTightError, filled_slots, set_texts

DOTS_PER_MM = {203: 8.0, 300: 300 / 25.4}
"""Print heads of 203 dpi have 8 dots to the millimetre exactly."""

_KEPT = 4096
_BLACK, _WHITE = 0, 255


class Plotter:
    """Turns label contents into bitmaps for one stock and one print head."""

    def __init__(self, stock: Stock, dpi: int) -> None:
        register_fonts()
        self._stock = stock
        self._dots_per_mm = DOTS_PER_MM[dpi]
        self._layouts = {twice: arrange(stock.label_width_mm, stock.label_height_mm, twice) for twice in (False, True)}
        self._size = (self._dots(stock.label_width_mm), self._dots(stock.label_height_mm))
        self._text = lru_cache(_KEPT)(self._set_text)
        self._font = lru_cache(64)(self._open_font)

    def label(self, content: LabelContent) -> Image.Image:
        """One label: mode "1", a dot a pixel, white where nothing is printed.

        Raises:
            LabelError: its symbol or its code does not fit this stock; the hint names the nearest that it fits.
        """
        layout = self._layouts[content.twice]
        image = Image.new("1", self._size, _WHITE)
        version = choose_version(len(content.payload), layout.symbols[0].width_mm, self._dots_per_mm)
        if version is None:
            raise misfit(content, self._stock)
        try:
            for filled in [("code", content.code), *filled_slots(content, layout)]:
                cut, at = self._text(content.twice, *filled)
                if cut is not None:
                    image.paste(cut, at)
        except TooTightError as error:
            raise misfit(content, self._stock) from error
        for box in layout.symbols:
            self._stamp(image, content.payload, version, box)
        return image

    def _dots(self, length_mm: float) -> int:
        return round(length_mm * self._dots_per_mm)

    def _stamp(self, image: Image.Image, payload: str, version: Version, box: Box) -> None:
        """Paint a symbol into the middle of its square, each module so many dots: nothing is ever smoothed."""
        side = version.modules
        module = round(version.module_mm(box.width_mm, self._dots_per_mm) * self._dots_per_mm)
        stride = side + -side % 8
        dots = Image.frombytes("1", (stride, side), bytes.fromhex(symbol_hex(payload, version)))
        dots = dots.crop((0, 0, side, side)).resize((side * module, side * module), Image.Resampling.NEAREST)
        spare = self._dots(box.width_mm) - (side + 2 * QUIET_MODULES) * module
        inset = QUIET_MODULES * module + max(spare, 0) // 2
        image.paste(dots, (self._dots(box.left_mm) + inset, self._dots(box.top_mm) + inset))

    def _set_text(self, twice: bool, name: str, *texts: str) -> tuple[Image.Image | None, tuple[int, int]]:
        """The lines of a slot as a picture of its ink, and where that stands on the label."""
        slot = self._layouts[twice].slots[name]
        if not any(texts):
            return None, (0, 0)
        picture = Image.new("1", self._size, _WHITE)
        draw = ImageDraw.Draw(picture)
        draw.fontmode = "1"
        for line in set_texts(slot, name, texts, measure):
            self._line(draw, line, slot)
        ink = picture.convert("L").point(lambda level: _WHITE - level).getbbox()
        return (picture.crop(ink), ink[:2]) if ink else (None, (0, 0))

    def _line(self, draw: ImageDraw.ImageDraw, line: Line, slot: Slot) -> None:
        """Glyph by glyph at the places that the unhinted widths give: lines are as wide as the layout thinks."""
        per_pt = self._dots_per_mm / PT_PER_MM
        x = slot.box.left_mm * self._dots_per_mm + line.x_pt * per_pt
        y = slot.box.top_mm * self._dots_per_mm + line.y_pt * per_pt
        size = line.size_pt * per_pt
        fill = _BLACK
        if line.inverse:
            left, right = x - PLATE_X * size, x + line.width_pt * per_pt + PLATE_X * size
            draw.rectangle(
                (
                    round(left),
                    round(y - (ASCENT + PLATE_Y) * size),
                    round(right) - 1,
                    round(y + (DESCENT + PLATE_Y) * size) - 1,
                ),
                fill=_BLACK,
            )
            fill = _WHITE
        font = self._font(line.bold, max(round(size), 1))
        for char in line.text:
            draw.text((round(x), round(y)), char, font=font, fill=fill, anchor="ls")
            x += measure(char, line.bold) * size

    @staticmethod
    def _open_font(bold: bool, size: int) -> ImageFont.FreeTypeFont:
        path = Path(reportlab.__file__).parent / "fonts" / FONT_FILES[FONTS[bold]]
        return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
