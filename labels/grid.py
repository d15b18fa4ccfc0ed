"""One kind of sheet or roll: its page, its label, the grid of labels on the page. Pure geometry."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stock:
    """One kind of sheet or roll: its page, its label, and the grid of labels on the page.

    `left_mm` and `top_mm` are where the first label begins, from the page's left and top edge; the pitch is from the
    edge of one label to the same edge of the next. On a roll a page is one label. What is not `verified` was never
    held against a sheet of its maker.
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
    verified: bool = True

    @property
    def per_page(self) -> int:
        """How many labels a page holds."""
        return self.columns * self.rows

    @property
    def is_roll(self) -> bool:
        """Whether a page is one label, as on the roll of a thermal printer."""
        return (self.page_width_mm, self.page_height_mm) == (self.label_width_mm, self.label_height_mm)

    def position_mm(self, index: int) -> tuple[float, float]:
        """Left and top edge of a label on its page; the index is from 0, row by row, and below `per_page`."""
        row, column = divmod(index, self.columns)
        return self.left_mm + column * self.pitch_x_mm, self.top_mm + row * self.pitch_y_mm
