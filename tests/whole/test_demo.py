"""The demo plays the whole job through the real code, finds all that goes wrong on purpose, and says if it does not."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import pypdfium2
import pytest

from commands.demo import story
from commands.demo.play import Result
from commands.demo.story import Cast, Fault, Leg, Story
from commands.demo.summary import FILES, as_lines
from commands.demo.watch import Played
from commands.demo.workshop import MARK, workshop
from custody.compose.compose import Handover
from custody.errors import InputError
from custody.format.item_facts import Item
from custody.handover.draft import RecordedHandover
from custody.handover.handover_facts import HandoverFacts
from language import use
from main import main

SHORTAGE = Fault("SHORTAGE", "7Q2M9X4T5B8C6", "one thing did not come off the truck")


class Run(NamedTuple):
    """One run of the command: its exit code, what it printed, and its folder."""

    exit_code: int
    summary: dict[str, Any]
    folder: Path


def run_demo(capsys: pytest.CaptureFixture[str], folder: Path, *options: str) -> Run:
    capsys.readouterr()
    exit_code = main(["demo", "--out", str(folder), "--json", "--lang", "en", *options])
    return Run(exit_code, json.loads(capsys.readouterr().out), folder)


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The short demo, which .ci/run plays too."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    exit_code = main(["demo", "--out", str(folder), "--json", "--lang", "en", "--quick"])
    return Run(exit_code, json.loads((folder / "summary.json").read_text(encoding="utf-8")), folder)


@pytest.mark.slow
def test_everything_that_goes_wrong_on_purpose_is_found(quick):
    assert [fault["code"] for fault in quick.summary["planted"] if not fault["found"]] == []
    assert {"SHORTAGE", "WRONG_DESTINATION", "AGAIN", "NOT_HELD", "VOID_LABEL", "COUNT", "DAMAGED", "LATE"} == {
        fault["code"] for fault in quick.summary["planted"]
    }
    assert (quick.exit_code, quick.summary["ok"]) == (0, True)


@pytest.mark.slow
def test_nothing_else_is_irregular(quick):
    found = sum((Counter(leg["findings"]) for leg in quick.summary["handovers"]), Counter())
    planted = Counter(fault["code"] for fault in quick.summary["planted"] if fault["code"] != story.AGAIN)
    assert found == planted


@pytest.mark.slow
def test_every_label_that_was_filmed_is_read(quick):
    assert [leg["unread"] for leg in quick.summary["handovers"]] == [[]] * 5
    assert all(leg["scanned"] == leg["shown"] > 0 for leg in quick.summary["handovers"])


@pytest.mark.slow
def test_the_folder_has_what_its_list_says_and_nothing_else(quick):
    entries = {path.name + "/" * path.is_dir() for path in quick.folder.iterdir()}
    assert entries - {MARK} == set(FILES)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".pdf")])
def test_its_papers_have_pages_with_ink(quick, name):
    document = pypdfium2.PdfDocument(quick.folder / name)
    try:
        assert len(document) >= 1
        assert document[0].render(scale=0.5).to_numpy().min() < 128
    finally:
        document.close()


@pytest.mark.slow
def test_its_stills_show_a_dozen_moments(quick):
    stills = sorted((quick.folder / "stills").iterdir())
    assert len(stills) >= 12
    assert {cv2.imread(str(path)).shape[1] for path in stills} == {1280}
    assert {"2-unloading-void_label.png", "3-first-wrong_destination.png"} <= {path.name for path in stills}


@pytest.mark.slow
def test_its_readme_begins_with_the_ten_lines_of_what_happened(quick):
    lines = (quick.folder / "README.txt").read_text(encoding="utf-8").splitlines()
    assert all(lines[:10]) and not lines[10]
    assert "8 of 8 faults" in lines[7]


@pytest.mark.slow
def test_the_ledger_that_it_leaves_answers_questions(quick, capsys):
    capsys.readouterr()
    code = quick.summary["look_at"]["misrouted"]
    assert main(["custody", code, "--json", "--home", str(quick.folder / "ledger")]) == 0
    chain = json.loads(capsys.readouterr().out)
    assert {"WRONG_DESTINATION", "GAP"} <= {finding["code"] for finding in chain["findings"]}
    assert chain["held_by"] == story.SECOND


def test_a_fault_that_stays_hidden_is_named_and_the_demo_is_not_whole():
    use("en")
    result = one_handover(found=())
    assert not result.is_whole
    assert any("NOT FOUND: one thing did not come off the truck (SHORTAGE)" in line for line in as_lines(result))


def test_a_label_that_the_camera_missed_is_told_and_the_demo_is_not_whole():
    use("en")
    result = one_handover(found=(SHORTAGE,), unread=("7Q2M9X4T5B8C6",))
    assert not result.is_whole
    assert any("NOT READ, labels: 1." in line for line in as_lines(result))


def test_with_everything_found_and_read_the_demo_is_whole():
    assert one_handover(found=(SHORTAGE,)).is_whole


def test_a_former_demo_makes_way_for_a_new_one(tmp_path):
    out = tmp_path / "out"
    for word in ("first", "second"):
        with workshop(out) as folder:
            (folder / "films").mkdir()
            (folder / "films" / f"{word}.mp4").write_text(word)
    assert [path.name for path in (out / "films").iterdir()] == ["second.mp4"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_files_of_the_user_is_refused_and_left_alone(tmp_path):
    out = tmp_path / "out"
    with workshop(out) as folder:
        (folder / "labels.pdf").write_text("ours")
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(InputError) as refusal, workshop(out):
        pytest.fail("it began")
    assert refusal.value.values["file"] == "thesis.txt"
    assert {path.name for path in out.iterdir()} == {"labels.pdf", "thesis.txt", MARK}


def test_a_file_in_the_folders_place_is_refused(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(InputError), workshop(tmp_path / "out"):
        pytest.fail("it began")


def test_a_demo_that_breaks_off_leaves_the_former_one_as_it_was(tmp_path):
    out = tmp_path / "out"
    with workshop(out) as folder:
        (folder / "labels.pdf").write_text("ours")
    with pytest.raises(KeyboardInterrupt), workshop(out) as folder:
        (folder / "labels.pdf").write_text("half")
        raise KeyboardInterrupt
    assert (out / "labels.pdf").read_text() == "ours"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.slow
def test_the_whole_demo_finds_everything(tmp_path, capsys):
    whole = run_demo(capsys, tmp_path / "out")
    assert (whole.exit_code, whole.summary["ok"]) == (0, True)
    assert whole.summary["items"] > 2_000


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["ujian", "pilkada", "psu", "pemilu-nasional", "pemilu-daerah", "pemilu-2024"])
def test_each_profile_plays_it_and_finds_the_same_faults_and_no_others(tmp_path, capsys, profile):
    ran = run_demo(capsys, tmp_path / "out", "--quick", "--profile", profile)
    assert (ran.exit_code, ran.summary["ok"], ran.summary["profile"]) == (0, True, profile)
    found = sum((Counter(leg["findings"]) for leg in ran.summary["handovers"]), Counter())
    assert found == Counter(fault["code"] for fault in ran.summary["planted"] if fault["code"] != story.AGAIN)
    assert main(["profile", "--json", "--home", str(ran.folder / "ledger")]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == profile


@pytest.mark.slow
def test_exam_boxes_leave_with_both_their_seals(tmp_path, capsys):
    ran = run_demo(capsys, tmp_path / "out", "--profile", "ujian")
    assert (ran.exit_code, ran.summary["ok"]) == (0, True)
    assert not any("UNSEALED" in leg["findings"] for leg in ran.summary["handovers"])
    assert main(["verify", "--home", str(ran.folder / "ledger")]) == 0


@pytest.mark.slow
def test_two_runs_draw_the_same_codes(quick, tmp_path, capsys):
    assert run_demo(capsys, tmp_path / "out", "--quick").summary["look_at"] == quick.summary["look_at"]


CAST = Cast("51.08", "DK8123AB", story.DISTRICT, story.FIRST, story.SECOND, story.STATION, "box", "")


def one_handover(*, found: tuple[Fault, ...], unread: tuple[str, ...] = ()) -> Result:
    """What a demo of one handover with one fault in it came to."""
    leg = Leg("1", story.LOADED, story.KEEPER, Handover("51.08", "DK8123AB"), (), (SHORTAGE,))
    facts = HandoverFacts(
        2, "", (), None, ("7Q2M9X4T5B8C6",), (), (), (), (), 0, None, (), {}, 1, (), (), "signed", 0, None
    )
    recorded = RecordedHandover((), "0001/DEMO-1/2024", "51.08", "DK8123AB", facts, ())
    box = Item("7Q2M9X4T5B8C6", "box", story.STATION)
    names = {"51.08": "Gudang", "DK8123AB": "DK 8123 AB", story.DISTRICT: "PPK Buleleng"}
    played = Played(leg, recorded, 10, 2, unread, found)
    return Result(Path("out"), 2, 1, names, (played,), Story((leg,), box, box, box, box), 1.0, CAST)
