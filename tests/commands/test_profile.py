"""The command profile, and init with one: root says it, every station shows it, and nothing is lost when it changes."""

import re

import pytest

from services.plan.profile_file import SHIPPED
from tests.support.command_examples import Once, Terminal

PLACES = """\
code,name,level,parent
DINAS,Dinas Pendidikan,Dinas,
SR-1,Subrayon 1,Subrayon,DINAS
SD-1,SDN 1,Sekolah,SR-1
SD-2,SDN 2,sd,SR-1
"""


@pytest.fixture
def exams(terminal, once: Once) -> Terminal:
    @once
    def begun() -> None:
        ran = terminal(
            "init", "--place", "DINAS", "--station", "Dinas", "--election", "Ujian", "--profile", "ujian", "--json"
        )
        assert ran.code == 0 and ran.json["profile"] == "ujian", ran.err

    return terminal


def load(at: Terminal, text: str = PLACES):
    file = at.home.parent / "places.csv"
    file.write_text(text, encoding="utf-8")
    return at("load", file)


def test_a_station_without_a_profile_shows_that_of_2024_and_says_that_none_was_recorded(station):
    told = station("profile", "--json").json
    assert told["name"] == "pemilu-2024" and not told["is_recorded"] and not told["is_to_come"]
    assert [level["level"] for level in told["levels"]] == ["warehouse", "district", "village", "polling_station"]
    assert "Pemilu 2024 (pemilu-2024): Warehouse – Sub-district (PPK) – Village (PPS)" in station("profile").out


def test_init_records_the_profile_and_its_needs_and_doctor_shows_it(exams):
    assert "School exams (ujian): Printing house – Education office (Dinas) – Cluster – School" in exams("doctor").out
    told = exams("profile", "--json").json
    assert told["is_recorded"] and told["zone"] == "WITA" and [phase["code"] for phase in told["phases"]] == ["I", "II"]
    assert load(exams).code == 0
    planned = exams("plan", "--json").json
    assert planned["by_kind"] == {"envelope": 8, "exam_box": 2}


def test_tables_name_its_levels_as_it_does_and_a_level_that_it_lacks_is_told(exams):
    ran = load(exams, PLACES.replace("SD-2,SDN 2,sd", "SD-2,SDN 2,desa"))
    assert ran.code == 2 and "the profile has no level of this kind" in ran.err and "School" in ran.err, ran.err
    assert load(exams).code == 0


def test_a_root_that_begins_again_may_say_another_profile(exams):
    again = ("init", "--place", "DINAS", "--station", "Dinas", "--yes", "--json", "--profile")
    assert exams(*again, "pilkada").json["profile"] == "pilkada"
    load(exams, "code,name,level,parent\n51.08,Gudang,gudang,\n")
    assert exams(*again, "ujian").code == 2  # it has recorded something


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--profile", "nope"), "there is no profile nope"),
        (("--profile", "ujian", "--root", "ab" * 32), "the profile is said by the election's root"),
        (("--profile", "gone.toml"), "gone.toml cannot be read"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(terminal, more, told):
    ran = terminal("init", "--place", "DINAS", "--station", "Dinas", *more)
    assert ran.code == 2 and told in ran.err
    assert not (terminal.home / "station.key").exists()


def test_a_fault_in_a_file_of_ones_own_is_told_with_its_line(terminal, tmp_path):
    (tmp_path / "own.toml").write_text('name = "own"\nid = 3\n')
    ran = terminal("init", "--place", "DINAS", "--station", "Dinas", "--profile", "own.toml", lang="id")
    assert ran.code == 2 and "own.toml, baris 2: id harus berupa teks" in ran.err, ran.err


def test_a_station_that_follows_root_shows_its_profile_once_its_records_have_come(exams, tmp_path):
    card = (exams.home / "station-card.json").read_text()
    key = card[card.index('"root":"') + 8 :][:64]
    school = Terminal(tmp_path / "school", exams._capsys, exams._monkeypatch)
    ran = school("init", "--place", "SR-1", "--station", "Subrayon", "--election", "Ujian", "--root", key)
    assert ran.code == 0 and "not known yet: it comes with the root's records" in ran.out
    assert "not known yet" in school("doctor").out and school("profile", "--json").json["is_to_come"]
    assert school("profile", "ujian").code == 2  # it is root's to say
    exams("admit", school.home / "station-card.json", "--yes")
    exams("export", "--out", tmp_path / "root.serah")
    assert school("import", tmp_path / "root.serah").code == 0
    told = school("profile", "--json").json
    assert told["name"] == "ujian" and told["is_recorded"] and not told["is_to_come"]
    assert "School exams (ujian)" in school("doctor").out


def test_a_change_after_things_were_registered_is_told_and_loses_nothing(exams, tmp_path):
    assert load(exams).code == 0 and exams("plan").code == 0
    before = exams.items()
    own = tmp_path / "own.toml"
    own.write_text(
        (SHIPPED / "ujian.toml")
        .read_text()
        .replace('en = "School"', 'en = "Campus"')
        .replace('many_en = "Schools"', 'many_en = "Campuses"')
    )
    ran = exams("profile", own)
    assert ran.code == 0 and "Things are registered already (10)" in ran.err and "Left as the plan has it" in ran.err
    assert "Campus" in ran.out and exams.items() == before
    assert exams("verify").code == 0
    again = exams("profile", own)
    assert "is in force already" in again.err


def test_the_day_of_a_profile_says_when_its_phases_are_due_and_may_move(exams, tmp_path):
    def recorded(day: str) -> dict[str, str]:
        own = tmp_path / "own.toml"
        text = (SHIPPED / "ujian.toml").read_text()
        own.write_text(text.replace('codes = "free"', f'codes = "free"\nday = {day}'), encoding="utf-8")
        assert exams("profile", own).code == 0
        return {row["kind"]: row["due_utc"] for row in exams("report", "phases", "--json").json["rows"]}

    assert load(exams).code == 0
    before = exams("report", "phases", "--json").json["rows"]
    assert {row["due_utc"] for row in before} == {None}, "without a day nothing is due"
    assert recorded("2029-05-07") == {
        "exam_box": "2029-05-06T15:59:00Z",
        "lock_seal": "2029-05-06T15:59:00Z",
        "answer_sheet": "2029-04-30T15:59:00Z",
        "envelope": "2029-05-06T15:59:00Z",
    }, "seven days and one before it, at 23:59 WITA"
    count = exams.event_count()
    assert recorded("2029-05-08")["exam_box"] == "2029-05-07T15:59:00Z" and exams.event_count() > count
    file = tmp_path / "phases.csv"
    file.write_text("tahap,jenis,tenggat\nIII,exam_box,2029-04-01 12:00 WITA\n")
    assert exams("load", file).code == 0
    assert recorded("2029-05-09")["exam_box"] == "2029-04-01T04:00:00Z", "what is in another phase stays"


def test_a_profile_without_a_level_that_places_have_is_refused_and_nothing_is_recorded(station):
    count = station.event_count()
    ran = station("profile", "ujian")
    assert ran.code == 2 and "has no level for Village, and the plan has such places: 2" in ran.err, ran.err
    assert station.event_count() == count and station("profile", "--json").json["name"] == "pemilu-2024"
    assert station("profile", "pilkada").code == 0  # it has these levels


def test_its_questions_are_asked_and_shown(exams):
    load(exams)
    answers = [word for key in ("room", "double_lock", "guard") for word in ("--answer", f"{key}=yes")]
    ran = exams("checklist", "--place", "SR-1", "--name", "Made", *answers)
    assert ran.code == 0, ran.err
    shown = exams("checklist", "--place", "SR-1", "--show", lang="id")
    assert "berkunci ganda" in shown.out, shown.out
    opening = exams("checklist", "--place", "SD-1", "--about", "opening", "--show")
    assert "day before the exam" in opening.out


SIX = ("store", "store", "store", "area", "group", "end")
NAMES = ("Pusat", "Wilayah", "Depo", "Cabang", "Pos", "Titik")


def profile_of_levels(roles: tuple[str, ...], names: tuple[str, ...]) -> str:
    """A profile with these levels, and one kind that each end needs two of."""
    levels = [
        f'[[level]]\nrole = "{role}"\nid = "{name}"\nen = "{name}"\n' for role, name in zip(roles, names, strict=True)
    ]
    need = f'[[need]]\nkind = "vial"\nid = "Vial"\nen = "Vial"\nlevel = "{names[-1]}"\nper_place = 2\nunit = "buah"\n'
    return 'name = "own"\nid = "Vaksin"\nen = "Vaccines"\ncodes = "free"\nzone = "WIB"\n' + "\n".join([*levels, need])


@pytest.mark.parametrize(
    ("roles", "names"),
    [
        (SIX, NAMES),
        (("store", "area", "end"), ("Depo", "Cabang", "Titik")),
        (("store", "area", "group", "group", "end"), ("Depo", "Cabang", "Pos", "Regu", "Titik")),
    ],
)
def test_a_tree_of_three_to_six_levels_is_planned_handed_over_and_reported(terminal, tmp_path, roles, names):
    (tmp_path / "own.toml").write_text(profile_of_levels(roles, names))
    rows = [
        f"P{at},{name} satu,{name},{f'P{at - 1}' if at else ''},2024-02-12T10:00:00+07:00"
        for at, name in enumerate(names)
    ]
    (tmp_path / "places.csv").write_text("code,name,level,parent,due\n" + "\n".join(rows) + "\n")
    assert terminal("init", "--place", "P0", "--station", "Pusat", "--profile", "own.toml").code == 0
    ran = terminal("load", "places.csv")
    assert ran.code == 0, ran.err
    assert terminal("plan", "--json").json["by_kind"] == {"vial": 2}
    end, area = f"P{len(names) - 1}", f"P{roles.index('area')}"
    assert terminal.give(terminal.codes(), "P0", area).code == 0
    rows = terminal("report", "progress", "--json").lines
    assert [(row["place"], row["arrived"]) for row in rows] == [
        (f"P{at}", 2 if at <= roles.index("area") else 0) for at in range(len(names) - 1)
    ]
    late = terminal("report", "late", "--json").json["rows"]
    assert {row["place"] for row in late} == {f"P{at}" for at in range(roles.index("area"), len(names))}
    text = terminal("report", "late", lang="id").out
    assert "Cabang" in text and not re.search("Kecamatan|PPK|PPS|TPS|desa", text), text
    assert terminal.give(terminal.codes(), area, end).code == 0
    assert terminal("report", "progress", "--json").lines[-1]["arrived"] == 2
    assert terminal("verify").code == 0
