"""How a printer misplaces what it prints, and how a page is drawn so that it lands right. Pure geometry."""

from dataclasses import dataclass

from custody.errors import N_, InputError
from labels.layout import PT_PER_MM

MOST_OFFSET_MM = 20
LEAST_PERCENT, MOST_PERCENT = 95, 105
MARK_MM, SPAN_MM = 20.0, 120.0
"""Of the calibration page: where its rulers cross, from either edge, and the length that is measured on each."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Where a page's corner lands on the paper, right and down being positive, and how long 100 mm come out.

    Raises:
        InputError: an offset over 20 mm or a scale off by over 5 %: that is the wrong paper, or a printer's own
            "fit to page".
    """

    offset_x_mm: float = 0.0
    offset_y_mm: float = 0.0
    scale_x_percent: float = 100.0
    scale_y_percent: float = 100.0

    def __post_init__(self) -> None:
        for offset_mm in (self.offset_x_mm, self.offset_y_mm):
            if not abs(offset_mm) <= MOST_OFFSET_MM:  # NaN too
                raise InputError(
                    N_("an offset of {offset} mm is too much: {most} mm is the most"),
                    hint=N_("Look for the right paper size and its guides in the printer, then measure again."),
                    offset=f"{offset_mm:g}",
                    most=MOST_OFFSET_MM,
                )
        for percent in (self.scale_x_percent, self.scale_y_percent):
            if not LEAST_PERCENT <= percent <= MOST_PERCENT:
                raise InputError(
                    N_("a scale of {percent} % is too far off: it must be from {least} to {most}"),
                    hint=N_("Print at 100 %, without scaling to fit the page, then measure again."),
                    percent=f"{percent:g}",
                    least=LEAST_PERCENT,
                    most=MOST_PERCENT,
                )

    def matrix(self, page_height_mm: float) -> str:
        """The PDF matrix that undoes it: from points as they should land to points as they must be sent."""
        x, y = 100 / self.scale_x_percent, 100 / self.scale_y_percent
        height_pt = page_height_mm * PT_PER_MM
        right_pt = -self.offset_x_mm * PT_PER_MM * x
        up_pt = height_pt - (height_pt - self.offset_y_mm * PT_PER_MM) * y
        return f"{x:.6f} 0 0 {y:.6f} {right_pt:.3f} {up_pt:.3f} cm"


def from_measures(a_mm: float, b_mm: float, c_mm: float, d_mm: float) -> Adjustment:
    """Return the adjustment from four lengths on a printed calibration page.

    Args:
        a_mm, b_mm: from the paper's left and from its upper edge to the rulers' crossing.
        c_mm, d_mm: from 20 to 140 on the ruler across and on the ruler down.

    Raises:
        InputError: the deviation is too large to correct.
    """
    across, down = c_mm / SPAN_MM, d_mm / SPAN_MM
    return Adjustment(a_mm - MARK_MM * across, b_mm - MARK_MM * down, 100 * across, 100 * down)
