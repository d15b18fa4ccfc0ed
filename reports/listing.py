"""A report that is a few tables: for the terminal, on wide paper, as .xlsx, .csv and .json. One frame for all such."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from tables.output.write import Sheet

if TYPE_CHECKING:
    from rich.console import Console

    from reports.pdf.page import Document

_WIDEST = 10_000


@dataclass(frozen=True, slots=True)
class Section:
    """One table as people read it: `left` columns of words, then figures; `grave` are the rows to be looked at first.

    `widths_mm` are those of the columns on paper, together at most 261. `empty` is said instead of no rows. `draw`
    puts the rows on paper in another form, under the heading; None: as a table. `people`: the columns that name them.
    """

    heading: str
    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths_mm: Sequence[float]
    left: int = 1
    grave: frozenset[int] = frozenset()
    empty: str = ""
    draw: "Callable[[Document, Section], None] | None" = None
    people: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Listing:
    """A report: its title, what its words mean, its tables for people, and the same facts for programs.

    `summary` are lines of its own at the top. `sheets` are for .xlsx, and the first of them for .csv.
    """

    title: str
    meaning: str
    summary: Sequence[str]
    sections: Sequence[Section]
    sheets: Sequence[Sheet]
    facts: Any = field(default_factory=dict)


def print_listing(listing: Listing, out: TextIO) -> None:
    """Print it, a table to a terminal and the same columns in plain text to a pipe or file."""
    if not out.isatty():
        out.writelines(f"{line}\n" for line in _plain(listing))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=out)
    console.print(Text(listing.title, style="bold"))
    for line in listing.summary:
        console.print(Text(line))
    for section in listing.sections:
        if not section.rows:
            console.print(Text(section.empty) if section.empty else "", end="\n" if section.empty else "")
            continue
        table = Table(title=section.heading, title_justify="left", header_style="bold")
        for at, title in enumerate(section.titles):
            table.add_column(title, justify="left" if at < section.left else "right")
        for at, row in enumerate(section.rows):
            table.add_row(*map(Text, row), style="bold" if at in section.grave else None)
        if console.measure(table, options=console.options.update(max_width=_WIDEST)).minimum <= console.width:
            console.print(table)
        else:
            console.print(Text(section.heading, style="italic"))
            _print_rows(console, section)


def _print_rows(console: "Console", section: Section) -> None:
    """Print a table that is wider than the terminal as a few lines for each row: its words, then its figures."""
    from rich.text import Text

    for at, row in enumerate(section.rows):
        words = ", ".join(cell for cell in row[: section.left] if cell)
        console.print(Text(words, style="bold" if at in section.grave else ""))
        told = zip(section.titles[section.left :], row[section.left :], strict=True)
        figures = " · ".join(f"{title.lower()} {figure}" for title, figure in told if figure not in ("", "–"))
        if figures:
            console.print(Text(f"   {figures}"))


def _plain(listing: Listing) -> Iterator[str]:
    yield listing.title
    yield from listing.summary
    for section in listing.sections:
        if not section.rows:
            yield from [section.empty] if section.empty else []
            continue
        yield ""
        yield section.heading
        yield from plain_lines([section.titles, *section.rows], section.left)


def plain_lines(lines: Sequence[Sequence[str]], left: int) -> Iterator[str]:
    """Rows of cells as lines with their columns below each other: `left` columns of words, then figures."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        cells = [
            cell.ljust(width) if at < left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def runs(numbers: Iterable[int]) -> str:
    """Numbers in a line, runs of them joined: `1-4 7`."""
    found: list[list[int]] = []
    for value in sorted(set(numbers)):
        if found and found[-1][1] == value - 1:
            found[-1][1] = value
        else:
            found.append([value, value])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)
