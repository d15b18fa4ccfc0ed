"""Work that meets other work, on the server itself: never a success that was not, never a failure that was not."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from services.access.pins import Pins
from tests.support.browser_examples import Served
from tests.support.command_examples import Terminal
from web.security.entrances import HEADER, cookie_name

PPK = "51.08.01"


@pytest.fixture
def served(station: Terminal) -> Iterator[Served]:
    """The page of the small station, on a socket."""
    running = Served(station)
    yield running
    running.stop()


class Screen:
    """One browser of that server; each has its own cookies."""

    def __init__(self, served: Served) -> None:
        self.url, self.token = served.url, served.site.token
        self.who = served.site.workers.cookie
        self.cookies = {cookie_name(self.token): self.token}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and answer; a cookie that says who works here is kept."""
        headers = {
            HEADER: self.token,
            "Origin": self.url,
            "Sec-Fetch-Site": "same-origin",
            "Accept": "text/html" if method == "GET" and not path.startswith("/api") else "application/json",
            "Content-Type": "application/json",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(self.url + path, data, headers, method=method), timeout=120) as answer:
                for line in answer.headers.get_all("Set-Cookie") or ():
                    name, _is, value = line.partition(";")[0].partition("=")
                    self.cookies[name] = value
                text, status = answer.read().decode(), answer.status
        except HTTPError as error:
            text, status = error.read().decode(), error.code
        return status, json.loads(text) if text[:1] in "{[" else text


def finished(screen: Screen, path: str, body: Any) -> tuple[int, Any]:
    """What comes of some work that may take long."""
    status, answer = screen.ask("POST", path, body)
    while status == 200 and answer["state"] == "running":
        status, answer = screen.ask("GET", f"/api/jobs/{answer['job']}?wait=1")
    return status, answer


def at_once(*jobs: Any) -> list[Any]:
    """What each gives, begun together."""
    barrier = threading.Barrier(len(jobs))

    def run(job: Any) -> Any:
        barrier.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def supervisors(served: Served) -> tuple[Screen, Screen]:
    """Two supervisors, each at a browser."""
    for name, pin in (("Made", "7392"), ("Komang", "4417")):
        Pins(served.station.home, lambda: 0.0, log2_n=4).hire(name, "supervisor", pin)
    screens = Screen(served), Screen(served)
    for screen, name, pin in zip(screens, ("Made", "Komang"), ("7392", "4417"), strict=True):
        assert screen.ask("POST", "/api/who", {"name": name, "pin": pin})[0] == 200
    return screens


@pytest.fixture(autouse=True)
def cheap_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pins.__init__, "__kwdefaults__", {"log2_n": 4})


def test_two_supervisors_put_the_same_record_right_at_once_and_one_is_told(served: Served) -> None:
    first, second = supervisors(served)
    [told] = [served.station.give(served.station.codes()[:2], "51.08", PPK, "--json").json]
    record, before = told["record"] if "record" in told else told["events"][0], served.station.event_count()
    event = record if isinstance(record, str) else f"{record['log']}:{record['seq']}"
    typed = {"event": event, "reason": "did_not_occur"}
    versions = [screen.ask("POST", "/api/records/correct/look", {"typed": typed})[1] for screen in (first, second)]
    answers = at_once(
        *(
            lambda screen=screen, seen=seen: screen.ask(
                "POST", "/api/records/correct", {"typed": typed, "version": seen["version"]}
            )
            for screen, seen in zip((first, second), versions, strict=True)
        )
    )
    assert sorted(status for status, _answer in answers)[0] == 200
    done = [answer for status, answer in answers if status == 200]
    refused = [answer for status, answer in answers if status != 200]
    assert len(done) == 1 and len(refused) == 1 and "\n" not in refused[0]["error"], refused
    assert served.station.event_count() == before + 1


def test_two_supervisors_load_the_same_plan_at_once_and_it_is_there_once(served: Served, tmp_path: Any) -> None:
    first, second = supervisors(served)
    table = "code,name,level,parent\n51.08.77,PPK Baru,district,51.08\n"

    def load(screen: Screen) -> tuple[int, Any]:
        sent = Request(
            f"{screen.url}/api/uploads?name=places.csv",
            table.encode(),
            {
                HEADER: screen.token,
                "Origin": screen.url,
                "Sec-Fetch-Site": "same-origin",
                "Content-Type": "application/octet-stream",
                "Cookie": "; ".join(f"{name}={value}" for name, value in screen.cookies.items()),
            },
        )
        with urlopen(sent, timeout=60) as answer:
            key = json.load(answer)["upload"]
        seen = finished(screen, "/api/plan/preview", {"uploads": [key]})[1]
        barrier.wait()
        return finished(screen, "/api/plan/load", {"uploads": [key], "version": seen["version"]})

    before, barrier = served.station.event_count(), threading.Barrier(2)
    answers = at_once(lambda: load(first), lambda: load(second))
    assert {status for status, _answer in answers} <= {200, 409}, answers
    assert 200 in {status for status, _answer in answers}
    assert served.station.event_count() == before + 1, "the second finds it there already"


def test_ten_wrong_pins_in_a_row_are_slowed_and_said_and_others_work_on(served: Served) -> None:
    first, _second = supervisors(served)
    stranger = Screen(served)
    lines = [stranger.ask("POST", "/api/who", {"name": "Komang", "pin": "0000"})[1]["error"] for _try in range(10)]
    assert "that is not the PIN of Komang" in lines[0] and "too many wrong PINs for Komang: wait" in lines[-1]
    status, locked = stranger.ask("POST", "/api/who", {"name": "Komang", "pin": "4417"})
    assert status == 422 and "wait" in locked["error"], "the right one must wait, too"
    assert first.ask("GET", "/")[0] == 200
    assert first.ask("POST", "/api/people", {"name": "Komang", "role": "supervisor", "pin": "8461"})[0] == 200
    assert stranger.ask("POST", "/api/who", {"name": "Komang", "pin": "8461"})[0] == 200


def test_nothing_is_restored_over_a_running_station_and_its_session_stays(served: Served) -> None:
    screen, code = Screen(served), served.station.codes()[0]
    draft = screen.ask("POST", "/api/drafts", {"giver": "51.08", "receiver": PPK})[1]["draft"]
    assert screen.ask("POST", f"/api/drafts/{draft}/lines", {"line": code})[0] == 200
    before = (served.station.home / "station.key").read_bytes(), served.station.event_count()
    status, refused = screen.ask("POST", "/api/first/restore", {"uploads": ["0" * 32]})
    assert status == 409 and "has begun here already" in refused["error"]
    assert (served.station.home / "station.key").read_bytes() == before[0]
    again = screen.ask("POST", f"/api/drafts/{draft}/lines", {"line": served.station.codes()[1]})
    assert again[0] == 200 and again[1]["taken"] == 2 and served.station.event_count() == before[1]


def test_a_report_is_written_while_handovers_are_recorded_and_both_are_whole(served: Served) -> None:
    screen, codes = Screen(served), served.station.codes()
    before = served.station.event_count()

    def record() -> list[int]:
        return [
            screen.ask(
                "POST", "/api/v1/handovers", {"id": f"handover-{at}", "from": "51.08", "to": PPK, "items": [code]}
            )[0]
            for at, code in enumerate(codes[:6])
        ]

    def report() -> list[int]:
        return [Screen(served).ask("GET", f"/dashboard?x={at}")[0] for at in range(3)] + [
            finished(Screen(served), "/api/items/custody", {"all": True, "form": "csv"})[0] for _again in range(3)
        ]

    recorded, reported = at_once(record, report)
    assert set(recorded) <= {200, 201} and set(reported) == {200}
    assert served.station.event_count() == before + 6
    assert served.station("verify").code == 0
