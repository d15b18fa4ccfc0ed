"""The interface for programs: what it tells is what commands and page tell; what it records, it records once."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from custody.format.codes import item_payload
from custody.format.encoding import key_fingerprint
from db.station_key import load_key
from tests.support.command_examples import ITEMS, Terminal, told_last
from tests.support.page_examples import SAME_ORIGIN, Visitor, begun_draft
from web.dependencies import HEADER
from web.security.entrances import HEADER as TOKEN

HANDOVER_ID = "0b51ba32-0b51-4a32-8b51-0b51ba320b51"


def get(client: TestClient, path: str, *, expect: int = 200, **query: Any) -> Any:
    answer = client.get(f"/api/v1{path}", params=query)
    assert answer.status_code == expect, (answer.status_code, answer.text)
    return answer.json()


def test_it_tells_what_the_commands_tell(client: TestClient, station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01.2001.001")
    astray = station.codes("--to", "51.08.02")[0]
    station.give([*codes[:3], astray], "51.08", "51.08.01", "--condition", f"{codes[0]}=wet")
    assert get(client, f"/items/{codes[0]}/chain") == station("custody", "--json", codes[0]).json
    assert get(client, "/progress") == station("report", "progress", "--json").lines
    assert get(client, "/late") == station("report", "late", "--json").json["rows"]
    assert get(client, "/late", to="51.08.02")[0]["place"] == "51.08.02"
    found = get(client, "/findings")
    assert [(one["code"], one["item"], one["place"]) for one in found["findings"]] == [
        ("WRONG_DESTINATION", astray, "51.08.02.2001.001"),
        ("DAMAGED", codes[0], "51.08.01.2001.001"),
    ]
    assert get(client, "/findings", to="51.08.02")["total"] == 1
    verified, checked = get(client, "/verify"), station("verify", "--json").json
    assert verified["ok"] and {name: checked[name] for name in verified} == verified
    heads = get(client, "/heads")
    assert heads["logs"][0]["size"] == heads["unwitnessed"] and "serah/pemilu-2024/gudang-1" in heads["signed"]
    assert get(client, "/station")["role"] == "supervisor"


def test_what_waits_for_admission_is_in_the_head_of_each_answer_and_a_field_of_each_object(
    client: TestClient, visitor: Visitor, station: Terminal, tmp_path: Path
) -> None:
    def head(path: str) -> str:
        return client.get(f"/api/v1{path}").headers[HEADER]

    lists, objects = ("/progress", "/late", "/incidents", "/places"), ("/station", "/items", "/findings")
    assert [head(path) for path in (*lists, *objects)] == ["0"] * 7
    assert [get(client, path)["waiting"] for path in objects] == [[]] * 3
    other = Terminal(tmp_path / "other", station._capsys, station._monkeypatch)
    root = get(client, "/station")["root"]
    begun = other("init", "--place", "51.08.01", "--station", "PPK", "--root", root, "--election", "Pemilu 2024")
    assert begun.code == 0
    assert other("incident", "Jembatan putus").code == 0
    assert other("export", "--out", tmp_path / "ppk.serah").code == 0
    assert station("import", tmp_path / "ppk.serah").code == 0
    assert [head(path) for path in (*lists, *objects)] == ["2"] * 7
    key = load_key(other.home, lambda: "").public_key
    [waits] = get(client, "/station")["waiting"]
    assert waits == {
        "station": "PPK",
        "place": "51.08.01",
        "records": 2,
        "own": False,
        "fingerprint": key_fingerprint(key),
    }
    assert [get(client, path)["waiting"] for path in objects] == [[waits]] * 3
    body = {"id": HANDOVER_ID, "from": "51.08", "to": "51.08.01", "items": station.codes()[:1]}
    recorded = visitor.client.post("/api/v1/handovers", json=body, headers={TOKEN: visitor.token, **SAME_ORIGIN})
    assert recorded.status_code == 200 and recorded.headers[HEADER] == "2"
    begun = visitor.ask("POST", "/api/v1/drafts", {"giver": "51.08", "receiver": "51.08.01"}, expect=201)
    way = f"/api/v1/drafts/{begun['id']}"
    visitor.ask("POST", f"{way}/lines", {"line": station.codes()[1]})
    seen = {"version": visitor.ask("GET", way)["version"]}
    recorded = visitor.client.post(f"{way}/record", json=seen, headers={TOKEN: visitor.token, **SAME_ORIGIN})
    assert recorded.status_code == 200 and recorded.headers[HEADER] == "2"
    described = client.get("/openapi.json").json()["paths"]
    assert HEADER in described["/api/v1/progress"]["get"]["responses"]["200"]["headers"]
    assert station("admit", other.home / "station-card.json").code == 0
    assert head("/incidents") == "0" and get(client, "/items")["waiting"] == []


def test_items_come_page_by_page_and_each_once(client: TestClient, station: Terminal) -> None:
    found, after = [], ""
    while after is not None:
        page = get(client, "/items", most=10, after=after)
        assert page["total"] == ITEMS and len(page["items"]) <= 10
        found += [item["code"] for item in page["items"]]
        after = page["after"]
    assert sorted(found) == sorted(station.codes())
    assert {item["kind"] for item in get(client, "/items", kind="box", to="51.08.02")["items"]} == {"box"}
    assert {item["kind"] for item in get(client, "/items", kind="Kotak suara")["items"]} == {"box"}
    assert get(client, "/items", held_by="51.08.01")["items"] == []


def test_places_are_told(client: TestClient) -> None:
    assert [place["code"] for place in get(client, "/places", below="51.08.01")] == ["51.08.01.2001"]
    assert get(client, "/places", q="tps 002 pat")[0]["code"] == "51.08.01.2001.002"
    assert get(client, "/places/51.08.01")["due"] == "2024-02-12T10:00:00Z" and len(get(client, "/places")) == 8


def test_a_handover_is_recorded_once_for_its_id(visitor: Visitor, station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01.2001.001")
    body = {
        "id": HANDOVER_ID,
        "from": "51.08",
        "to": "51.08.01",
        "items": [item_payload(codes[0], 1), codes[1]],
        "giver_name": "Made",
        "counted": 3,
        "witnesses": ["Wayan"],
    }
    assert station("inspect", codes[0], "--condition", "light").code == 0
    first = visitor.ask("POST", "/api/v1/handovers", body)
    assert first["new"] and first["scanned"] == 2 and first["expected"] == 18
    assert "COUNT" in [finding["code"] for finding in first["findings"]]
    assert first["conditions"] == {codes[0]: "light"}, "what stood before holds"
    before = station.event_count()
    again = visitor.ask("POST", "/api/v1/handovers", body | {"items": codes[2:4]})
    assert not again["new"] and again["bast"] == first["bast"] and station.event_count() == before
    assert again["conditions"] == first["conditions"]
    chain = station("custody", "--json", codes[0]).json
    assert chain["held_by"] == "51.08.01" and chain["chain"][-1]["giver"] == "Made"
    assert station("verify").code == 0


def test_a_program_is_told_who_has_two_parts_in_a_handover(visitor: Visitor, station: Terminal) -> None:
    body = {"from": "51.08", "to": "51.08.01", "items": station.codes("--to", "51.08.01")[:1]} | {
        "id": "7b1f4a52-0000-4000-8000-000000000001",
        "giver_name": "Made",
        "receiver_name": "Pak made",
    }
    twice = [{"role": "receiver", "name": "Pak made"}]
    assert visitor.ask("POST", "/api/v1/handovers", body)["named_twice"] == twice
    again = visitor.ask("POST", "/api/v1/handovers", body)
    assert (again["new"], again["named_twice"]) == (False, twice)


def test_a_handover_with_a_wrong_code_is_refused_whole_with_each_line_named(
    visitor: Visitor, station: Terminal
) -> None:
    code = station.codes()[0]
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    body = {"id": HANDOVER_ID, "from": "51.08", "to": "51.08.01", "items": [code, wrong, "P:51.08.01", "hello"]}
    before = station.event_count()
    refused = visitor.ask("POST", "/api/v1/handovers", body, expect=422)
    assert len(refused["faults"]) == 3 and "2" in refused["faults"][0] and station.event_count() == before
    for change in (
        {"to": "51.09"},
        {"to": "51.08"},
        {"items": []},
        {"occurred": "2031-01-01T00:00:00Z"},
        {"occurred": "yesterday"},
        {"id": "x"},
        {"more": 1},
    ):
        assert visitor.ask("POST", "/api/v1/handovers", {**body, "items": [code], **change}, expect=422)["error"]
    assert station.event_count() == before


def test_a_program_is_not_asked_and_is_told_what_is_irregular(visitor: Visitor, station: Terminal) -> None:
    astray = station.codes("--to", "51.08.02")[0]
    body = {"id": HANDOVER_ID, "from": "51.08", "to": "51.08.01", "items": [astray]}
    told = visitor.ask("POST", "/api/v1/handovers", body)
    assert told["new"] and "WRONG_DESTINATION" in [finding["code"] for finding in told["findings"]]


def test_what_a_program_leaves_out_stays_as_it_was_said_in_the_session(visitor: Visitor, station: Terminal) -> None:
    draft = begun_draft(visitor)
    visitor.ask("POST", f"/api/v1/drafts/{draft}/lines", {"line": station.codes("--to", "51.08.01")[0]})
    said = {"giver_name": "Made", "receiver_name": "Ketut", "vehicle": "DK 1 A", "counted": 1, "witness_1": "Putu"}
    visitor.ask("PUT", f"/api/drafts/{draft}/said", said)
    version = visitor.ask("GET", f"/api/v1/drafts/{draft}")["version"]
    visitor.ask("POST", f"/api/v1/drafts/{draft}/record", {"version": version, "receiver_name": "Gede", "vehicle": ""})
    (told,) = told_last(station)
    assert (told["parties"]["giver"], told["parties"]["receiver"]) == ("Made", "Gede")
    assert (told["carriage"]["vehicle"], told["counted"], told["witnesses"]) == ("", 1, ["Putu"])


def test_a_session_is_filled_and_recorded_by_the_version_that_was_seen(visitor: Visitor, station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01.2001.001")
    begun = visitor.ask("POST", "/api/v1/drafts", {"giver": "51.08", "receiver": "51.08.01"}, expect=201)
    way = f"/api/v1/drafts/{begun['id']}"
    assert visitor.ask("POST", f"{way}/lines", {"line": codes[0]})["taken"] == 1
    seen = visitor.ask("GET", way)
    assert seen["items"] == [codes[0]] and visitor.ask("GET", "/api/v1/drafts")[0]["taken"] == 1
    visitor.ask("POST", f"{way}/lines", {"line": codes[1]})
    assert visitor.ask("POST", f"{way}/record", {"version": seen["version"]}, expect=409)["error"]
    version = visitor.ask("GET", way)["version"]
    told = visitor.ask("POST", f"{way}/record", {"version": version, "giver_name": "Made"})
    again = visitor.ask("POST", f"{way}/record", {"version": version})
    assert told["new"] and not again["new"] and told["bast"] == again["bast"]
    other = visitor.ask("POST", "/api/v1/drafts", {}, expect=201)["id"]
    assert visitor.ask("DELETE", f"/api/v1/drafts/{other}")["taken"] == 0
    visitor.ask("DELETE", f"/api/v1/drafts/{other}", expect=422)


def test_obstacles_are_opened_closed_and_told(visitor: Visitor, station: Terminal) -> None:
    code = station.codes()[0]
    body = {"text": "The road is closed", "place": "51.08.01", "stage": "transport", "items": [code]}
    made = visitor.ask("POST", "/api/v1/incidents", body, expect=201)
    told = visitor.ask("GET", "/api/v1/incidents")
    assert [(one["state"], one["text"], one["items"]) for one in told] == [("open", "The road is closed", [code])]
    assert told[0]["record"] == made["record"] and visitor.ask("GET", "/api/v1/incidents?to=51.08.02") == []
    visitor.ask("POST", "/api/v1/incidents/close", {"record": made["record"], "text": "Open again"})
    assert visitor.ask("GET", "/api/v1/incidents")[0]["closed_text"] == "Open again"
    visitor.ask("POST", "/api/v1/incidents/close", {"record": made["record"], "text": "Twice"}, expect=422)


@pytest.mark.parametrize(
    "path",
    [
        "/items/7Q2M",
        "/items/0000000000001/chain",
        "/places/51.09",
        "/items?to=51.09",
        "/progress?to=x",
        "/late?within_h=-1",
        "/drafts/none",
        "/items?most=0",
    ],
)
def test_what_is_not_there_is_refused_with_a_sentence(client: TestClient, path: str) -> None:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 422 and answer.json()["error"], answer.text
    assert client.get(f"/api/v1{path}", params={"lang": "id"}).headers["content-type"] == "application/json"


def test_it_is_described_with_types_and_examples(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    paths = {path: methods for path, methods in described["paths"].items() if path.startswith("/api/v1/")}
    assert len(paths) > 15
    for path, methods in paths.items():
        for method, told in methods.items():
            assert told["summary"] and told["tags"], (method, path)
            answer = next(told["responses"][code] for code in ("200", "201") if code in told["responses"])
            assert answer["content"]["application/json"]["schema"], (method, path)
            assert told["responses"]["403"]["content"] and told["responses"]["422"]["content"], (method, path)
    assert "examples" in json.dumps(described["components"]["schemas"]["NewHandover"])
    assert described["components"]["securitySchemes"]["observer"]["scheme"] == "bearer"
    assert described["info"]["description"]


def test_a_program_that_sends_no_secret_changes_nothing(client: TestClient, station: Terminal) -> None:
    before = station.event_count()
    body = {"id": HANDOVER_ID, "from": "51.08", "to": "51.08.01", "items": station.codes()[:1]}
    assert client.post("/api/v1/handovers", json=body, headers=SAME_ORIGIN).status_code == 403
    assert station.event_count() == before
