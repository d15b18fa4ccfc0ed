"""A province and a regency that began apart, for tests of the page."""

from pathlib import Path

import pytest

from tests.support.command_examples import Terminal, station_at
from tests.support.meet_examples import meet

PROVINCE = """\
code,name,level,parent,due
51,Provinsi Bali,warehouse,,
51.08,KPU Buleleng,warehouse,51,
51.71,KPU Denpasar,warehouse,51,
"""
DENPASAR = """\
code,name,level,parent,due
51.71,Gudang Denpasar,warehouse,,
51.71.01,PPK Densel,district,51.71,
51.71.01.2001,Desa Sesetan,village,51.71.01,
51.71.01.2001.001,TPS 1,polling_station,51.71.01.2001,
"""
NEEDS = "kind,name_id,name_en,level,per_place,unit,tracked_as\nbox,Kotak suara,Ballot box,polling_station,2,buah,item\n"
CARD = "station-card.json"


@pytest.fixture
def hub(terminal: Terminal, tmp_path: Path) -> Terminal:
    """A province with two regencies in its plan."""
    (tmp_path / "province.csv").write_text(PROVINCE)
    (tmp_path / "needs.csv").write_text(NEEDS)
    found = station_at(terminal, tmp_path / "hub", "--place", "51", "--station", "Provinsi")
    assert found("load", tmp_path / "province.csv").code == 0
    return found


@pytest.fixture
def office(terminal: Terminal, tmp_path: Path) -> Terminal:
    """A regency that began apart, with a plan and two boxes of its own."""
    (tmp_path / "denpasar.csv").write_text(DENPASAR)
    (tmp_path / "needs.csv").write_text(NEEDS)
    found = station_at(terminal, tmp_path / "office", "--place", "51.71", "--station", "Denpasar")
    assert found("load", tmp_path / "denpasar.csv", tmp_path / "needs.csv").code == 0
    assert found("plan").code == 0
    return found


@pytest.fixture
def doubled(hub: Terminal, office: Terminal, tmp_path: Path) -> Terminal:
    """The office, which has joined, where both sides had registered the boxes of one TPS."""
    assert hub("load", tmp_path / "denpasar.csv", tmp_path / "needs.csv").code == 0
    assert hub("plan", "--place", "51.71").code == 0
    assert hub("admit", office.home / CARD, "--power", "plan", "--under", "51.71").code == 0
    meet(hub, office)
    assert office("join", hub.home / CARD, "--yes").code == 0
    return office
