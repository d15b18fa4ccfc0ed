"""A hub says how it is: to load balancers, to Prometheus, to whoever runs it."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from db.store import Store, open_store
from services.access.observers import Observers
from services.exchange.hub_client import Answer, HubClient
from services.exchange.invitation import remember_hub
from services.health import Looked, look_at_hub
from services.records.lag import Lag
from tests.support.hub_examples import Running, hub, own, remark, root, url
from tests.support.ledger_examples import around
from tests.support.merge_examples import join
from web import hub_health

FreshUrl = Callable[[], str]
__all__ = ["hub", "root", "url"]


def get(hub: Running, path: str, **headers: str) -> Answer:
    client = HubClient(hub.address)
    try:
        return client.ask("GET", path, None, headers)
    finally:
        client.close()


def figures(hub: Running, tmp_path: Path) -> dict[str, float]:
    _token, secret = Observers(tmp_path, around(1).now_utc).make("Prometheus")
    told = get(hub, "/metrics", authorization=f"Bearer {secret}")
    assert told.status == 200 and told.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        one.name.removeprefix("serah_hub_") + "".join(f"/{of}" for _name, of in sorted(one.labels.items())): one.value
        for family in text_string_to_metric_families(told.body.decode())
        for one in family.samples
    }


def test_a_hub_that_is_well_says_so_to_anybody(hub: Running) -> None:
    told = get(hub, "/healthz")
    assert (told.status, json.loads(told.body)) == (200, {"status": "ok", "waiting": 0, "behind_s": 0.0})


def test_a_hub_whose_disk_is_nearly_full_says_so(hub: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_health.shutil, "disk_usage", lambda _path: SimpleNamespace(free=1_000_000))
    told = get(hub, "/healthz")
    assert told.status == 503 and json.loads(told.body)["status"] == "full"


def test_a_hub_whose_ledger_hangs_says_so_and_answers_again_when_it_goes_on(
    hub: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_health, "PATIENCE_S", 0.2)
    goes_on = threading.Event()
    hangs = threading.Thread(target=lambda: hub.hub.site.worker.do(lambda _store: goes_on.wait(60)))
    hangs.start()
    get(hub, "/healthz")
    threads = threading.active_count()
    for _asked in range(5):
        told = get(hub, "/healthz")
        assert told.status == 503 and json.loads(told.body)["status"] == "stuck"
    assert threading.active_count() <= threads  # none that waits for each question
    goes_on.set()
    hangs.join()
    assert get(hub, "/healthz").status == 200


def test_what_was_sent_and_refused_is_counted(hub: Running, root: Store, sqlite_url: FreshUrl, tmp_path: Path) -> None:
    office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
    remark(office, 5)
    hub.sync(office)
    assert get(hub, "/entries?log=x&begin=0").status == 401
    told = figures(hub, tmp_path)
    assert told["entries_total"] == office.ledger.sizes()[own(office)] and told["receipts_total"] == 1
    assert told["requests_total//add-entries/200"] == 1
    assert told["refusals_total/station"] == 1
    assert told["waiting_entries"] == told["behind_seconds"] == told["buffered_bytes"] == 0


def test_figures_are_for_those_who_have_a_token(hub: Running) -> None:
    assert get(hub, "/metrics").status == 401
    assert get(hub, "/metrics", authorization="Bearer 0").status == 401


def test_what_lists_do_not_show_yet_is_told_with_its_age(hub: Running, root: Store, sqlite_url: FreshUrl) -> None:
    settles = hub.hub.site.settle
    hub.hub.site.settle = lambda most=0, may_wait=True: 0  # type: ignore[method-assign]
    office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
    hub.sync(office)  # a log's first entry says whose it is, and is in place at once
    remark(office, 3)
    hub.sync(office)
    told = json.loads(get(hub, "/healthz").body)
    assert told["waiting"] == 3 and told["behind_s"] >= 1  # a second each time its clock is read
    hub.hub.site.settle = settles  # type: ignore[method-assign]
    hub.settle()
    assert json.loads(get(hub, "/healthz").body) == {"status": "ok", "waiting": 0, "behind_s": 0}


def test_each_request_is_a_line_with_what_became_of_it(hub: Running) -> None:
    said = list[object]()
    hub.hub.site.health.log = said.append
    get(hub, "/hub")
    get(hub, "/entries")
    first, second = said
    assert isinstance(first, dict) and isinstance(second, dict)
    assert (first["path"], first["status"], first["reason"], first["address"]) == ("/hub", 200, "", "127.0.0.1")
    assert (second["path"], second["status"], second["reason"]) == ("/entries", 401, "station")


def test_the_doctor_asks_the_hub_that_a_station_knows(
    hub: Running, root: Store, sqlite_url: FreshUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, url = tmp_path / "office", sqlite_url()
    home.mkdir()
    join(url, 2, root, place="51.08.01", name="PPK 1")
    at = Looked(home, lambda: open_store(url, None, around(2)), around(2).now_utc)
    [none] = look_at_hub(at)
    assert none.health == "broken" and "knows no hub" in none.found
    remember_hub(home, hub.address)
    [well] = look_at_hub(at)
    assert well.health == "ok" and str(hub.address) in well.found
    monkeypatch.setattr(hub_health, "lag", lambda _store: Lag(7, 100))
    [behind] = look_at_hub(at)
    assert behind.health == "warning" and "7" in behind.found and "receipts do not wait" in behind.remedy
    monkeypatch.setattr(hub_health.shutil, "disk_usage", lambda _path: SimpleNamespace(free=1_000_000))
    [full] = look_at_hub(at)
    assert full.health == "broken" and "full disk" in full.remedy
    hub.hub.server.should_exit = True
    hub.hub.listening.close()
    time.sleep(1)
    [gone] = look_at_hub(at)
    assert gone.health == "broken"
