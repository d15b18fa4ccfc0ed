"""The small station with all that it needs in phases."""

from pathlib import Path

from tests.support.command_examples import Ran, Terminal

PHASES = """\
tahap,nama,jenis,tenggat
I,Tahap I,box,12/02/2024 12:00 WITA
I,Tahap I,Bilik suara,12/02/2024 12:00 WITA
II,Tahap II,form,13/02/2024 12:00 WITA
"""
FORM = "form,Formulir,Form,polling_station,2,set,item,\n"
PPK = "51.08.01"
"""Ten boxes, eight booths and four forms are bound for its two polling stations."""


def phased(station: Terminal) -> Terminal:
    """The station with forms besides, and all of it in phases."""
    needs = Path("needs.csv")
    needs.write_text(needs.read_text() + FORM)
    Path("phases.csv").write_text(PHASES)
    assert station("load", "needs.csv", "phases.csv").code == 0
    assert station("plan").code == 0
    return station


def labelled(station: Terminal, *kinds: str) -> Terminal:
    for kind in kinds:
        assert station("labels", "--kind", kind, "--out", f"{kind}.pdf").code == 0
    return station


def codes(station: Terminal, kind: str, to: str = PPK) -> list[str]:
    return station.codes("--kind", kind, "--to", to)


def receive(station: Terminal, kind: str, count: int, *more: object, paper: str = "SJ-1", **when: str) -> Ran:
    told = ("--from", "PT Contoh", "--kind", kind, "--arrived", count, "--paper", paper)
    return station("receive", *told, *more, **when)
