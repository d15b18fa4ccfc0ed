"""The page Records: each form records what its command does, says what is wrong beside its field, and records once."""

import re
from pathlib import Path

import pytest

from tables.vocabulary import COLUMNS
from tests.support.command_examples import Terminal, blanks
from tests.support.page_examples import HOST, SAME_ORIGIN, Visitor
from tests.support.work_examples import upload
from web.forms.table import FORMS, GROUPS
from web.security.entrances import HEADER


def send(visitor: Visitor, form: str, typed: dict[str, str], *, expect: int = 200, **more: object) -> dict[str, object]:
    return dict(visitor.ask("POST", f"/api/records/{form}", {"typed": typed, **more}, expect=expect))


def last(station: Terminal, code: str) -> dict[str, object]:
    return dict(station("custody", code, "--json").json["chain"][-1])


def test_every_form_is_offered_once_and_has_labels_for_its_fields(visitor: Visitor) -> None:
    page = visitor.see("/records")
    assert sorted(name for _words, names in GROUPS for name in names) == sorted(FORMS)
    for name in FORMS:
        assert page.count(f'href="/records/{name}"') == 1
        form = visitor.see(f"/records/{name}")
        assert (
            form.count("<h1") == 1
            and "python main.py" not in form
            and "--" not in form.split("</head>")[1].replace("<!--", "")
        )
        for at in range(1, form.count("data-field=") + 1):
            assert f'<label for="f{at}"' in form or f'for="f{at}"' in form


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("path", "table"), [("/records/points", "points"), ("/reports/pace", "trucks")])
def test_the_columns_that_a_form_names_are_read_as_it_names_them(
    visitor: Visitor, path: str, table: str, language: str
) -> None:
    said = re.search(r"(?:Kolomnya|Its columns): ([^.<]*)", visitor.see(f"{path}?lang={language}"))
    assert said is not None
    named = re.sub(r"\b(and|lalu|or|atau)\b", ",", said[1]).split(",")
    words = [name.strip().replace(" ", "_") for name in named if name.strip()]
    read = [{*of.split()} for of in COLUMNS[table].values()]
    meant = [next(at for at, of in enumerate(read) if word in of) for word in words]
    assert sorted(meant) == list(range(len(read)))


@pytest.mark.parametrize("name", FORMS)
def test_a_form_with_nothing_in_it_names_what_is_needed_and_records_nothing(
    visitor: Visitor, station: Terminal, name: str
) -> None:
    before = station.event_count()
    needed = {one.name for one in FORMS[name].fields if one.is_needed and one.fits is None}
    if not needed:
        return
    wrong = send(visitor, name, {}, expect=422)
    assert set(wrong["fields"]) >= needed  # type: ignore[call-overload]
    assert all("\n" not in line and line for line in wrong["fields"].values())  # type: ignore[attr-defined]
    assert station.event_count() == before


def test_things_are_looked_at_with_a_photograph(visitor: Visitor, station: Terminal) -> None:
    import cv2
    import numpy as np

    code, other = station.codes()[:2]
    picture = cv2.imencode(".jpg", np.full((80, 80, 3), 90, np.uint8))[1].tobytes()
    key = upload(visitor, picture, "box.jpg")
    said = {"codes": f"{code}\n{other}\n{code}", "condition": "heavy", "note": "torn at a corner"}
    page = str(send(visitor, "inspect", said, files={"photo": key})["page"])
    assert "2 items" in page and f'href="/items/{code}"' in page
    link = last(station, code)
    assert link["type"] == "inspect" and station("items", "--json").lines
    no_picture = send(visitor, "inspect", said, files={"photo": upload(visitor, b"no picture", "box.jpg")}, expect=422)
    assert set(no_picture["fields"]) == {"photo"}  # type: ignore[call-overload]


def test_a_wrong_code_stands_beside_its_field_and_nothing_is_recorded(visitor: Visitor, station: Terminal) -> None:
    before = station.event_count()
    said = {"codes": f"{station.codes()[0]}\nAAAA-BBBB-CCCC-1", "condition": "frozen", "reserve": "?"}
    wrong = send(visitor, "inspect", said, expect=422)
    assert set(wrong["fields"]) == {"codes", "condition", "reserve"}  # type: ignore[call-overload]
    assert station.event_count() == before


def test_an_obstacle_is_recorded_and_closed(visitor: Visitor, station: Terminal) -> None:
    send(visitor, "incident", {"text": "Truck has a flat tyre", "place": "51.08.01", "stage": "transport"})
    [told] = station("incident", "--json").lines
    page = visitor.see("/records/incident-close")
    assert "Truck has a flat tyre" in page
    send(visitor, "incident-close", {"event": told["record"], "text": "The tyre was changed"})
    assert station("incident").out.startswith("No obstacle is open")
    assert "Truck has a flat tyre" not in visitor.see("/records/incident-close")


def test_seals_are_put_on_and_looked_at(visitor: Visitor, station: Terminal) -> None:
    code = station.codes()[0]
    page = str(
        send(visitor, "seal", {"code": code, "action": "apply", "serials": "A0001 A0002-A0003", "names": "Wayan"})[
            "page"
        ]
    )
    assert "3 seals" in page and "Two people should do this" in page
    unsaid = send(visitor, "seal", {"code": code, "action": "check", "serials": "A0001"}, expect=422)
    assert set(unsaid["fields"]) == {"result"}  # type: ignore[call-overload]
    looked = send(visitor, "seal", {"code": code, "action": "check", "serials": "A0001", "result": "broken"})
    assert "A0001" in str(looked["page"]) and last(station, code)["type"] == "seal"


def test_seals_are_scanned_in_one_a_line_and_a_camera_reads_their_codes_and_keeps_nothing(
    visitor: Visitor, station: Terminal
) -> None:
    import cv2

    box, before = station.codes()[0], station.event_count()
    code = cv2.resize(cv2.QRCodeEncoder.create().encode("A0007"), None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    white = cv2.copyMakeBorder(code, 200, 200, 300, 300, cv2.BORDER_CONSTANT, value=255)
    headers = {HEADER: visitor.token, **SAME_ORIGIN, "Content-Type": "image/jpeg"}
    jpeg = bytes(cv2.imencode(".jpg", white)[1])
    seen = visitor.client.post("/api/records/frames?eye=front", content=jpeg, headers=headers).json()
    assert seen["texts"] == ["A0007"] and len(seen["labels"]) == 1
    none = visitor.client.post("/api/records/frames?eye=front", content=b"no picture", headers=headers)
    assert none.status_code == 422 and station.event_count() == before
    page = visitor.see("/records/seal")
    assert page.count('data-scan="many"') == 1 and page.count('data-scan="one"') == 1 and 'id="form-camera"' in page
    assert 'id="form-camera"' not in visitor.see("/records/point")
    typed = {"code": f"{box}*01", "action": "apply", "serials": "A0007\nA0008\n", "names": "Wayan\nKetut"}
    assert "2 seals" in str(send(visitor, "seal", typed)["page"])


def test_a_checklist_asks_the_questions_of_the_office(visitor: Visitor, station: Terminal) -> None:
    (station.home / "checklist.csv").write_text(
        "key,question,about\nroof,Is the roof sound?,storage\ndoor,Does the door lock?,storage\n"
    )
    page = visitor.see("/records/checklist")
    assert "Is the roof sound?" in page and 'Remark<span class="hidden-words">: Does the door lock?' in page
    said = {"names": "Wayan", "answer:Is the roof sound?": "no", "remark:Is the roof sound?": "drips"}
    wrong = send(visitor, "checklist", said, expect=422)
    assert set(wrong["fields"]) == {"answer:Does the door lock?"}  # type: ignore[call-overload]
    done = str(send(visitor, "checklist", {**said, "answer:Does the door lock?": "yes"})["page"])
    assert "is not ready" in done and "drips" in done
    assert station("report", "readiness", "--json").json["rows"][0]["names"] == "Wayan"


def test_a_point_is_added_and_done(visitor: Visitor, station: Terminal) -> None:
    due = {"name": "TK-01", "title": "Ballots counted", "owner": "Made", "due": "2024-02-13 18:00 WITA"}
    send(visitor, "point", due)
    send(visitor, "point", {"name": "TK-01", "state": "done"})
    assert '<option value="TK-01">' in visitor.see("/records/point")
    [row] = station("point", "--json").lines
    assert (row["title"], row["status"]) == ("Ballots counted", "done")


def test_a_delivery_is_recorded_by_figures(visitor: Visitor, station: Terminal) -> None:
    said = {"vendor": "PT Karya", "kind": "box", "arrived": "1.200", "damaged": "3", "paper": "SJ-1", "giver": "Dewa"}
    assert "1,200 arrived, 3 damaged" in str(send(visitor, "delivery", said)["page"])
    assert "recorded before" in str(send(visitor, "delivery", said)["page"])
    wrong = send(visitor, "delivery", {**said, "arrived": "many", "kind": "unicorn"}, expect=422)
    assert set(wrong["fields"]) == {"arrived", "kind"}  # type: ignore[call-overload]


@pytest.mark.parametrize("text", ["1.5", "1,2", "-3", "1.20", "１２", "1e3", "12 34", "9" * 16, "1..200"])
def test_what_is_no_whole_number_is_not_taken_for_one(visitor: Visitor, text: str) -> None:
    wrong = send(visitor, "delivery", {"vendor": "PT", "kind": "box", "arrived": text}, expect=422)
    assert set(wrong["fields"]) == {"arrived"}  # type: ignore[call-overload]


def test_tables_of_deliveries_and_points_are_loaded_whole_or_not_at_all(visitor: Visitor, station: Terminal) -> None:
    head = b"point,title,owner,due,place,state\n"
    good = upload(visitor, head + b"TK-1,Print,Made,2024-02-12 18:00 WITA,,\n", "points.csv")
    assert "1 added" in str(send(visitor, "points", {}, files={"file": good})["page"])
    bad = upload(visitor, head + b"TK-2,Print,Made,never,,\n", "points.csv")
    refused = send(visitor, "points", {}, files={"file": bad}, expect=422)
    assert refused["faults"] and "fields" not in refused and str(station.home) not in str(refused)
    assert len(station("point", "--json").lines) == 1


def test_things_are_packed_and_a_pack_is_opened(visitor: Visitor, station: Terminal) -> None:
    outer, first, second = station.codes()[:3]
    send(visitor, "pack", {"code": outer, "action": "add", "codes": f"{first}\n{second}"})
    page = str(send(visitor, "pack", {"code": outer, "action": "check-full", "codes": first})["page"])
    assert "In it now: 1 item" in page
    wrong = send(visitor, "split", {"code": first, "each": "0"}, expect=422)
    assert set(wrong["fields"]) == {"each"}  # type: ignore[call-overload]
    send(visitor, "split", {"code": first, "each": "1"})
    again = send(visitor, "split", {"code": first, "each": "1"}, expect=422)
    assert "opened before" in str(again["error"])


def test_a_new_destination_is_recorded_with_its_reason(visitor: Visitor, station: Terminal) -> None:
    code = station.codes("--to", "51.08.01")[0]
    page = str(send(visitor, "reassign", {"codes": code, "to": "51.08.02", "reason": "flood"})["page"])
    assert "now bound for" in page and last(station, code)["type"] == "reassign"


def test_shortage_is_shown_before_moves_are_recorded(visitor: Visitor, station: Terminal) -> None:
    seen = send(visitor, "balance/look", {})
    assert "<table" in str(seen["page"]) or "There is nothing to record" in str(seen["page"])
    unseen = send(visitor, "balance", {}, version="0" * 16, expect=409)
    assert "changed since this was shown" in str(unseen["error"])


def test_labels_are_void_and_blank_ones_are_used(visitor: Visitor, station: Terminal, tmp_path: Path) -> None:
    code = station.codes("--kind", "box")[0]
    assert station("labels", "--kind", "box", "--out", tmp_path / "a.pdf").code == 0
    send(visitor, "void", {"labels": code, "reason": "spoiled", "second": "Ketut"})
    again = send(visitor, "void", {"labels": f"{code}*01", "reason": "lost"}, expect=422)
    assert "void already" in str(again["error"])
    [fresh] = blanks(station, 1)
    page = str(send(visitor, "claim", {"codes": fresh, "kind": "booth", "to": "51.08.01"})["page"])
    assert "1 item registered" in page


def test_what_hangs_on_a_record_is_shown_before_it_is_withdrawn(visitor: Visitor, station: Terminal) -> None:
    first, second = station.codes()[:2]
    bast = station.give([first, second], "51.08", "51.08.01").lines[-1]["bast"]
    station.give([first], "51.08.01", "51.08.01.2001")
    said = {"event": bast, "reason": "incorrect_data", "remove": second}
    seen = send(visitor, "correct/look", said)
    assert "It tells of 2 items" in str(seen["page"]) and "1 of them has newer records" in str(seen["page"])
    before = station.event_count()
    stale = send(visitor, "correct", said, version="x", expect=409)
    assert "nothing was recorded" in str(stale["error"]) and station.event_count() == before
    station.give([second], "51.08.01", "51.08.01.2001")
    assert send(visitor, "correct", said, version=seen["version"], expect=409)
    seen = send(visitor, "correct/look", said)
    page = str(send(visitor, "correct", said, version=seen["version"])["page"])
    assert "1 record withdrawn" in page and "recorded in its place" in page


def test_a_press_records_once_whatever_became_of_its_answer(visitor: Visitor, station: Terminal) -> None:
    said = {"text": "Power cut"}
    first = send(visitor, "incident", said, id="press-1")
    assert send(visitor, "incident", said, id="press-1")["page"] == first["page"]
    assert len(station("incident", "--json").lines) == 1
    asked = visitor.ask("POST", "/api/records/incident/asked", {"id": "press-1"})
    assert asked["page"] == first["page"]
    assert visitor.ask("POST", "/api/records/incident/asked", {"id": "press-2"}) == {"page": ""}
    late = send(visitor, "incident", said, id="press-2", expect=409)
    assert "given it up" in str(late["error"]) and len(station("incident", "--json").lines) == 1


def test_names_of_two_hundred_letters_and_hostile_texts_are_a_line_beside_their_field(visitor: Visitor) -> None:
    said = {"vendor": "x" * 200, "kind": "box", "arrived": "1", "giver": "a\u202eb", "note": "n" * 3000}
    wrong = send(visitor, "delivery", said, expect=422)
    assert set(wrong["fields"]) == {"vendor", "giver", "note"}  # type: ignore[call-overload]
    assert visitor.client.get(f"{HOST}/records/nothing", headers={"Accept": "text/html"}).status_code == 422
    asked = visitor.see("/records/incident?text=%3Cscript%3E&unknown=1")
    assert "<script>" not in asked.split("</head>")[1] and "&lt;script&gt;" in asked
