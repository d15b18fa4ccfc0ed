"""One label as PDF operators. Every distinct text is set once and cached; only symbol and code are new each time.

Only uses reportlab's public interface: text objects give the operators of a text, `addLiteral` takes ours.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from custody.errors import N_, LabelError
from labels.content import LabelContent
from labels.layout import PT_PER_MM, Layout, Slot, arrange
from labels.stock import STOCKS, Stock
from labels.symbol import QUIET_MODULES, Version, choose_version, symbol_of
from labels.typeset import ASCENT, DESCENT, PLATE_X, PLATE_Y, Line, TooTightError, filled_slots, set_label, set_texts

FONTS = {False: "Label", True: "Label-Bold"}
FONT_FILES = {"Label": "Vera.ttf", "Label-Bold": "VeraBd.ttf"}

_KEPT = 4096
"""Settings kept per document: more than the villages of a regency, at most 2 MB."""

Mapper = Callable[[Callable[[tuple[str, Version]], str], Iterable[tuple[str, Version]]], Iterable[str]]
"""`map`, or one that keeps the order and spreads the work."""

_LENGTHS = 64
_MEASURED = 4096
"""How many texts' widths are kept: those of a polling station's labels, many times over."""
_PLAIN = re.compile(r"[0-9A-Z./-]+", re.ASCII)


def register_fonts() -> None:
    """Make Vera, which reportlab ships, known to it under our names; doing so again changes nothing.

    `asciiReadable` gives ASCII its own codes in the font's first subset, so that an item's code can stand in the
    operators as it is.
    """
    for name, file in FONT_FILES.items():
        if name not in pdfmetrics.getRegisteredFontNames():
            path = Path(reportlab.__file__).parent / "fonts" / file
            pdfmetrics.registerFont(TTFont(name, str(path), asciiReadable=1))


@lru_cache(_MEASURED)
def measure(text: str, bold: bool) -> float:
    """The width of a text in one-point type; fitting asks for the same words at one size after another."""
    width: float = pdfmetrics.stringWidth(text, FONTS[bold], 1)
    return width


class Draughtsman:
    """Turns label contents into operators for one document on one stock.

    The operators' origin is the label's lower left corner, in points.
    """

    def __init__(self, canvas: Canvas, stock: Stock) -> None:
        self._canvas = canvas
        self._stock = stock
        self._layouts = {twice: arrange(stock.label_width_mm, stock.label_height_mm, twice) for twice in (False, True)}
        self._text = lru_cache(_KEPT)(self._set_text)
        self._code_frame = lru_cache(2)(self._set_code_frame)
        self._frame = lru_cache(_LENGTHS)(self._set_frame)

    def labels(self, contents: Iterable[LabelContent], mapper: Mapper = map) -> Iterator[str]:
        """The operators of each label, in order; the symbols are made through `mapper`, which may run ahead.

        Raises:
            LabelError: a symbol or a code does not fit this stock; the hint names the nearest that it fits.
        """
        waiting: deque[LabelContent] = deque()

        def jobs() -> Iterator[tuple[str, Version]]:
            for content in contents:
                waiting.append(content)
                yield content.payload, self._version(content)

        for symbol in mapper(symbol_of, jobs()):
            yield self._label(waiting.popleft(), symbol)

    def _version(self, content: LabelContent) -> Version:
        try:
            return self._frame(len(content.payload), content.twice)[0]
        except TooTightError as error:
            raise misfit(content, self._stock) from error

    def _label(self, content: LabelContent, symbol: str) -> str:
        """The operators of one label; its symbol is an image mask of one pixel a module, the crispest everywhere."""
        twice = content.twice
        image = f"/BPC 1 /IM true /F /AHx ID {symbol}> EI Q"
        operators = [place + image for place in self._frame(len(content.payload), twice)[1]]
        try:
            operators.append(self._code(content.code, twice))
            operators += [self._text(twice, *filled) for filled in filled_slots(content, self._layouts[twice])]
        except TooTightError as error:
            raise misfit(content, self._stock) from error
        return "\n".join(operators)

    def _set_frame(self, length: int, twice: bool) -> tuple[Version, list[str]]:
        """The version for payloads of this length, and the operators that come before each symbol's image."""
        layout = self._layouts[twice]
        version = choose_version(length, layout.symbols[0].width_mm)
        if version is None:
            raise TooTightError(length)
        size = f"BI /W {version.modules} /H {version.modules}"
        return version, [f"q {side} 0 0 {side} {x} {y} cm {size} " for x, y, side in _squares(layout, version)]

    def _code(self, code: str, twice: bool) -> str:
        slot = self._layouts[twice].slots["code"]
        if _PLAIN.fullmatch(code) and measure(code, True) * slot.size_pt <= slot.box.width_mm * PT_PER_MM:
            before, after = self._code_frame(twice)
            return f"{before}{code}{after}"
        return self._set_text(twice, "code", code)

    def _set_code_frame(self, twice: bool) -> tuple[str, str]:
        """What stands before and after a code among its operators: a text object with a hole."""
        before, _hole, after = self._set_text(twice, "code", "0").rpartition("0")
        return before, after

    def _set_text(self, twice: bool, name: str, *texts: str) -> str:
        if not any(texts):
            return ""
        slot = self._layouts[twice].slots[name]
        return "\n".join(self._line(line, slot) for line in set_texts(slot, name, texts, measure))

    def _line(self, line: Line, slot: Slot) -> str:
        x_pt = slot.box.left_mm * PT_PER_MM + line.x_pt
        y_pt = (self._stock.label_height_mm - slot.box.top_mm) * PT_PER_MM - line.y_pt
        text = self._canvas.beginText(x_pt, y_pt)
        text.setFont(FONTS[line.bold], line.size_pt)
        text.textOut(line.text)
        code: str = text.getCode()
        if not line.inverse:
            return code
        pad_x, pad_y = PLATE_X * line.size_pt, PLATE_Y * line.size_pt
        height_pt = (ASCENT + DESCENT) * line.size_pt + 2 * pad_y
        plate = (x_pt - pad_x, y_pt - DESCENT * line.size_pt - pad_y, line.width_pt + 2 * pad_x, height_pt)
        return " ".join(f"{number:.3f}" for number in plate) + f" re f 1 g\n{code}\n0 g"


def _squares(layout: Layout, version: Version) -> list[tuple[str, str, str]]:
    """Lower left corner and side of each symbol without its quiet zone, in points, as PDF writes numbers."""
    squares = []
    for box in layout.symbols:
        module_pt = version.module_mm(box.width_mm) * PT_PER_MM
        x_pt = box.left_mm * PT_PER_MM + QUIET_MODULES * module_pt
        y_pt = (layout.height_mm - box.bottom_mm) * PT_PER_MM + QUIET_MODULES * module_pt
        squares.append((f"{x_pt:.3f}", f"{y_pt:.3f}", f"{version.modules * module_pt:.3f}"))
    return squares


def fits(content: LabelContent, stock: Stock) -> bool:
    """Whether a stock holds this label's symbol and the texts that must stay whole."""
    layout = arrange(stock.label_width_mm, stock.label_height_mm, content.twice)
    if choose_version(len(content.payload), layout.symbols[0].width_mm) is None:
        return False
    try:
        set_label(content, layout, measure)
    except TooTightError:
        return False
    return True


def misfit(content: LabelContent, stock: Stock) -> LabelError:
    """The refusal that names the smallest stock which fits: of the same paper, else of other paper that is certain."""

    def strangeness(other: Stock) -> tuple[bool, bool, float]:
        paper = (other.page_width_mm, other.page_height_mm) == (stock.page_width_mm, stock.page_height_mm)
        is_alike = other.is_roll if stock.is_roll else paper
        return not is_alike, not other.verified, other.label_width_mm * other.label_height_mm

    nearest = next((other.name for other in sorted(STOCKS.values(), key=strangeness) if fits(content, other)), None)
    return LabelError(
        N_("the label {code} does not fit {sheet}: its QR code or its code would be too small to read"),
        hint=N_("Print it on {nearest}.") if nearest else N_("Give it a shorter code."),
        code=content.code,
        sheet=stock.name,
        nearest=nearest,
    )
