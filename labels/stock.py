"""Label stock: the sheets and rolls that labels are printed on, in millimetres. Must not know what a label says."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from custody.errors import N_, LabelError


@dataclass(frozen=True, slots=True)
class Stock:
    """One kind of sheet or roll: its page, its label, and the grid of labels on the page.

    `left_mm` and `top_mm` are where the first label begins, from the page's left and top edge; the pitch is from the
    edge of one label to the same edge of the next. On a roll a page is one label.
    """

    name: str
    title: str
    page_width_mm: float
    page_height_mm: float
    label_width_mm: float
    label_height_mm: float
    columns: int
    rows: int
    left_mm: float
    top_mm: float
    pitch_x_mm: float
    pitch_y_mm: float

    @property
    def per_page(self) -> int:
        """How many labels a page holds."""
        return self.columns * self.rows

    def position_mm(self, index: int) -> tuple[float, float]:
        """Left and top edge of a label on its page; the index is from 0, row by row, and below `per_page`."""
        row, column = divmod(index, self.columns)
        return self.left_mm + column * self.pitch_x_mm, self.top_mm + row * self.pitch_y_mm


def _roll(width_mm: int, height_mm: int) -> Stock:
    size = f"{width_mm}x{height_mm}"
    return Stock(
        f"roll-{size}", f"Roll, {size} mm", width_mm, height_mm, width_mm, height_mm, 1, 1, 0, 0, width_mm, height_mm
    )


# The sheets' label and pitch are Avery's nominal ones, the grid centred on A4. The measured templates of glabels-qt
# (MIT) agree to 0.4 mm, less than a printer's own feed error.
_ALL = (
    Stock("a4-3x7", "A4, 3 x 7 labels (Avery L7160)", 210, 297, 63.5, 38.1, 3, 7, 7.21, 15.15, 66.04, 38.1),
    Stock("a4-2x4", "A4, 2 x 4 labels (Avery L7165)", 210, 297, 99.1, 67.7, 2, 4, 4.65, 13.1, 101.6, 67.7),
    _roll(50, 30),
    _roll(100, 50),
    _roll(100, 150),
)

STOCKS: Mapping[str, Stock] = MappingProxyType({stock.name: stock for stock in _ALL})
"""Every stock by its name, as `--sheet` takes it."""


def stock(name: str) -> Stock:
    """The stock of this name.

    Raises:
        LabelError: there is none; the hint names those that there are.
    """
    try:
        return STOCKS[name]
    except KeyError:
        raise LabelError(
            N_("there is no label sheet called {name}"),
            hint=N_("The sheets are: {available}."),
            name=name,
            available=", ".join(STOCKS),
        ) from None
