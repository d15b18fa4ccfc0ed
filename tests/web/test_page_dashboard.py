"""The dashboard: what it tells of a place and all below it, and that it tells it anew when something was recorded."""

import asyncio
import re
import time

import pytest

from custody.measures.progress import Amounts
from custody.measures.timing import DueRow, Pace
from custody.measures.trend import Ahead, Trend
from custody.plan.places import Place
from services.reporting import overview
from tables.output.private_files import is_open_to_others
from tests.support.command_examples import NOW, Terminal
from tests.support.hostile_pages import check
from tests.support.meet_pages import words
from tests.support.page_examples import PageAt, Visitor, site_at, wait_for
from web.live import overview_cache
from web.site import Site
from web.views.charts import clock_drawing, tree_drawing, trend_drawing
from web.views.overview_lists import late_groups
from web.views.overview_view import trend_words
from web.views.place_table import VIEWS, Asked, moving, place_table

LATE = "2024-02-12T11:00:00Z"


def test_it_leads_from_the_whole_down_to_one_item(visitor: Visitor, station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01.2001.001")
    station.give(codes[:6], "51.08", "51.08.01")
    station.give(codes[:4], "51.08.01", "51.08.01.2001")
    top = visitor.see("/dashboard")
    assert "22.2 %" in words(top) and "6 of 27 items" in words(top)
    for way in ("/dashboard/51.08.01", "/dashboard/51.08.01.2001", "/dashboard/51.08.01.2001.001"):
        assert f'href="{way}"' in top
        top = visitor.see(way)
        check(top)
    assert "4 of 18 items" in words(visitor.see("/dashboard/51.08.01.2001"))
    assert f'href="/items/{codes[0]}"' in top and "PPK Gerokgak" in top


def test_a_nations_dashboard_leads_down_to_one_item_without_folding_any(
    visitor: Visitor, station: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_asked: object) -> None:
        raise AssertionError("an item was folded")

    monkeypatch.setattr(overview, "MOST", 20)
    monkeypatch.setattr(overview.Overview, "_look", never)
    codes = station.codes("--to", "51.08.01.2001.001")
    station.give(codes[:6], "51.08", "51.08.01")
    top = visitor.see("/dashboard")
    assert "22.2 %" in words(top) and "6 of 27 items" in words(top)
    assert "Here are 27 things: what is due and what is irregular is on the dashboard of each regency." in words(top)
    for way in ("/dashboard/51.08.01", "/dashboard/51.08.01.2001", "/dashboard/51.08.01.2001.001"):
        assert f'href="{way}"' in top
        top = visitor.see(way)
        check(top)
    station.give(codes[:4], "51.08.01", "51.08.01.2001")
    assert "4 of 18 items" in words(visitor.see("/dashboard/51.08.01.2001"))
    for view in VIEWS:
        check(visitor.see(f"/dashboard?view={view}"))
    check(visitor.see("/"))


def test_what_is_late_and_what_is_irregular_is_told(station: Terminal, page_at: PageAt) -> None:
    codes = station.codes("--to", "51.08.01.2001.001")
    astray = station.codes("--to", "51.08.02")[0]
    station.give([*codes[:2], astray], "51.08", "51.08.01", "--condition", f"{codes[0]}=wet")
    with page_at(site_at(station.home, now=LATE)) as client:
        page = client.get("/dashboard").text
        said = words(page)
        assert "Late and soon late (2)" in said and "16 of 18 missing, due 12 Feb 2024 18:00" in said
        assert "Late 2 PPK 2" in said
        assert "Of 27, 27 were to be there by now; 2 are." in said, "the trend; one went astray"
        found = words(client.get("/dashboard?view=findings").text)
        assert "Open discrepancies (2)" in found and "was found wet" in found and "Critical:" in found
        page = client.get("/dashboard/51.08/irregular").text
        kinds = re.findall(r"/dashboard/51.08/irregular[?]kind=([A-Z_]+)", page)
        assert len(kinds) == 2 and len(set(kinds)) == 2, "each kind with its number, to look at it alone"
        of_one = words(client.get(f"/dashboard/51.08/irregular?kind={kinds[1]}").text)
        assert "Open discrepancies (1)" in of_one and "All kinds of findings" in of_one
        scores = words(client.get("/dashboard?view=scores").text)
        assert "nothing went wrong in the hands of PPK Gerokgak (things: 3, loads: 1)" in scores
        assert "PPK Gerokgak 3 1 100 % 0/3" in scores
        district = words(client.get("/dashboard/51.08.02?view=findings").text)
        assert "Open discrepancies (1)" in district and "late due 12 Feb 2024 18:00" in district
        wall = client.get("/dashboard/wall").text
        assert "PPK Gerokgak" in wall and "late" in wall


def test_the_wall_screen_has_nothing_to_press(visitor: Visitor) -> None:
    wall = visitor.see("/dashboard/wall")
    check(wall)
    assert not re.search(r"<(a|button|input|select|form|summary|nav)\b", wall)
    assert visitor.token not in wall, "it needs no secret to look"


def test_obstacles_readiness_and_critical_points_are_told(visitor: Visitor, station: Terminal) -> None:
    from commands.context import station_at
    from custody.compose.compose import NewEvent

    point = {"point": "seal", "title": "Seals", "owner": "Made", "place": "51.08", "note": "", "state": "open"}
    with station_at(str(station.home), None, lambda: NOW).store(write=True) as store:
        store.record(
            [
                NewEvent(
                    "incident",
                    {
                        "action": "open",
                        "opened": None,
                        "place": "51.08.01",
                        "stage": "road",
                        "items": [],
                        "text": "the road <b>is closed</b>",
                        "occurred": None,
                    },
                ),
                NewEvent(
                    "checklist",
                    {
                        "place": "51.08.02",
                        "about": "store",
                        "names": ["Ketut"],
                        "note": "",
                        "occurred": None,
                        "answers": [
                            {"question": "Is it dry?", "answer": "no", "note": "the roof leaks"},
                            {"question": "Is it locked?", "answer": "yes", "note": ""},
                        ],
                    },
                ),
                NewEvent("point", {**point, "due": "2024-02-10T00:00:00Z"}),
            ]
        )
    page = visitor.see("/dashboard?view=field")
    said = words(page)
    check(page)
    assert "Open obstacles (1)" in said and "the road &lt;b&gt;is closed&lt;/b&gt;" in page
    assert "Readiness (0 / 1)" in said and "Is it dry? no (the roof leaks)" in said and "locked" not in said
    assert "overdue Seals" in said and "Made" in said
    assert "Open obstacles (0)" in words(visitor.see("/dashboard/51.08.02?view=field"))
    assert "Readiness (0 / 0)" in words(visitor.see("/dashboard/51.08.01?view=field"))


def test_nothing_is_sent_again_until_something_was_recorded(visitor: Visitor, station: Terminal) -> None:
    first = visitor.client.get("/dashboard/part")
    known = {"If-None-Match": first.headers["etag"]}
    again = visitor.client.get("/dashboard/part", headers=known)
    assert again.status_code == 304 and not again.content
    station.give(station.codes("--to", "51.08.01")[:1], "51.08", "51.08.01")
    changed = visitor.client.get("/dashboard/part", headers=known)
    assert changed.status_code == 200 and "1 of 27 items" in words(changed.text)
    assert changed.headers["cache-control"] == "no-cache"


def test_both_languages_are_kept_apart(visitor: Visitor) -> None:
    assert "Dasbor" in visitor.see("/dashboard?lang=id") and "kendala" in visitor.see("/dashboard").lower()
    assert "Obstacles and checks" in visitor.see("/dashboard?lang=en")


def test_who_looks_is_told_of_what_another_program_records(
    site: Site, visitor: Visitor, station: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview_cache, "LOOK_S", 0.02)
    monkeypatch.setattr(overview_cache, "TELL_S", 0.02)
    visitor.see("/dashboard")
    mark = site.overview.events.mark()
    station.give(station.codes("--to", "51.08.01")[:1], "51.08", "51.08.01")

    async def first() -> str:
        async for event in site.overview.events.stream(mark, lambda: False):
            if "changed" in event:
                return event
        return ""

    assert "event: changed" in wait_for(asyncio.wait_for(first(), 60))


def test_it_shows_what_it_has_while_it_adds_up(visitor: Visitor, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "_BATCH", 2)
    monkeypatch.setattr(overview_cache, "_FIRST_STEP_S", 0.0)
    monkeypatch.setattr(overview_cache, "_STEP_S", 0.0)
    first = words(visitor.see("/dashboard"))
    assert re.search(r"Adding up: [1-9]?\d(\.\d)? %", first) and "0 of 27 items" in first
    end = time.monotonic() + 60
    while "Adding up" in words(visitor.see("/dashboard/part")):
        assert time.monotonic() < end
        time.sleep(0.02)
    assert site.overview.whole(lambda _store, kept: kept.share) == 1


def test_after_a_start_the_dashboard_stands_as_it_was_and_says_so_until_all_is_added_up(
    station: Terminal, page_at: PageAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = "These figures are from before the program was started"
    monkeypatch.setattr(overview_cache, "_WORTH_S", 0.0)
    monkeypatch.setattr(overview_cache, "_REST_S", 60.0)  # it adds up when it is told to
    codes = station.codes("--to", "51.08.01.2001.001")
    station.give(codes[:6], "51.08", "51.08.01")
    with page_at(site_at(station.home)) as client:
        assert before not in client.get("/dashboard").text
    station.give(codes[6:9], "51.08", "51.08.01")
    with page_at(site := site_at(station.home)) as client:
        for page in ("/dashboard", "/dashboard/part"):
            told = words(client.get(page).text)
            assert before in told and "6 of 27 items" in told
        assert before not in client.get("/dashboard?view=findings").text
        site.overview.whole(lambda _store, _overview: None)
        told = words(client.get("/dashboard").text)
        assert before not in told and "9 of 27 items" in told
    with page_at(site_at(station.home)) as client:
        assert "sebelum program" not in client.get("/dashboard?lang=id").text, "it is kept for each language"


@pytest.mark.parametrize("spoilt", ["{", '{"log": 1}', '{"log": "another", "sizes": {}, "pages": {}}', "younger"])
def test_a_dashboard_of_another_ledger_or_of_a_later_one_is_not_shown(
    station: Terminal, page_at: PageAt, monkeypatch: pytest.MonkeyPatch, spoilt: str
) -> None:
    monkeypatch.setattr(overview_cache, "_WORTH_S", 0.0)
    with page_at(site_at(station.home)) as client:
        client.get("/dashboard")
    kept = station.home / overview_cache.FILE
    assert not is_open_to_others(kept)
    text = kept.read_text("utf-8")
    if spoilt == "younger":
        spoilt = re.sub(r'"sizes":\{("[^"]*"):\d+', r'"sizes":{\1:999999', text)
        assert spoilt != text
    elif "another" in spoilt:
        spoilt = re.sub(r'"log":"[^"]*"', '"log":"another"', text)
    kept.write_text(spoilt, "utf-8")
    with page_at(site_at(station.home)) as client:
        assert "from before the program" not in client.get("/dashboard").text


def test_a_place_that_is_not_there_is_said(visitor: Visitor) -> None:
    answer = visitor.client.get("/dashboard/51.09", headers={"Accept": "text/html"})
    assert answer.status_code == 422 and "no place 51.09" in answer.text


def test_each_view_has_an_address_that_needs_no_script(visitor: Visitor, station: Terminal) -> None:
    station.give(station.codes("--to", "51.08.01.2001")[:2], "51.08", "51.08.01")
    top = visitor.see("/dashboard?q=gerok&sort=-there")
    for view in VIEWS:
        assert view == "table" or re.search(rf'href="\?view={view}&amp;sort=-there&amp;q=gerok#view"', top), view
        page = visitor.see(f"/dashboard?view={view}")
        assert page.count('aria-current="page">') == 2 and page.count("<h1") == 1, (view, "its tab, and Dashboard")
    assert "JavaScript" not in top
    assert visitor.client.get("/dashboard?view=nothing").status_code == 422
    assert visitor.client.get("/dashboard?sort=nothing").status_code == 422
    village = visitor.see("/dashboard/51.08.01?view=map")
    assert 'href="/dashboard/51.08.01.2001?view=map"' in village, "what lies below is shown in the same view"


def test_handovers_and_the_loads_on_the_road_are_told(station: Terminal, page_at: PageAt) -> None:
    codes = station.codes("--to", "51.08.01.2001")
    station.give(codes[:3], "51.08", "DK 1 A", "--bound", "51.08.01")
    station.give(codes[3:5], "51.08", "51.08.01")
    with page_at(site_at(station.home, now=LATE)) as client:
        page = client.get("/dashboard?view=handovers").text
        said = words(page)
        assert "On the way 3 1 load on the road" in said
        assert re.search(r"DK 1 A 3 Gudang PPK Gerokgak .* overdue", said)
        assert said.index("PPK Gerokgak 2 items · 0002/") < said.index("DK 1 A 3 items · 0001/"), "the newest first"
        assert 'href="/handover?number=0002%2FGUDANG-1%2F2024"' in page
        elsewhere = words(client.get("/dashboard/51.08.02?view=handovers").text)
        assert "0001/" not in elsewhere and "Nothing is on a truck." in elsewhere


def test_ends_that_are_late_are_one_line_for_each_village() -> None:
    village = Place("51.08.01.2001", "PPS Patas", "village", "51.08.01")
    ends = [Place(f"{village.code}.{number:03}", f"TPS {number}", "polling_station", village.code) for number in (1, 2)]
    due = "2024-02-13T10:00:00Z"
    rows = [DueRow(end, due, "late", 5, 1, 0, Pace(), 4, None) for end in ends]
    rows.append(DueRow(village, due, "soon", 10, 2, 0, Pace(), 8, None))
    area = Place("51.08.01", "PPK Gerokgak", "district", "51.08")
    rows.append(DueRow(area, due, "late", 10, 2, 0, Pace(), 8, None))
    found = late_groups(rows, {village.code: village}, "51.08", area.code)  # whose own row its heading has
    assert found["count"] == 3 and found["more"] == 0
    late, soon = found["groups"]
    assert (late["count"], late["place"], late["missing"], late["bound"]) == (2, "PPS Patas", 8, 10)
    assert [end["code"] for end in late["ends"]] == [end.code for end in ends], "each of them is behind the line"
    assert soon["ends"] == [] and soon["name"] == "PPS Patas", "a place above the ends has a line of its own"


def test_the_trend_and_its_band_stay_within_their_frame() -> None:
    plan = (("2024-02-12T04:00:00Z", 60), ("2024-02-12T08:00:00Z", 90))
    trend = Trend(100, plan, (("2024-02-12T02:00:00Z", 40),), (Ahead(60, 5, 20),))
    drawn = trend_drawing(trend, "2024-02-12T03:00:00Z", 8)
    assert drawn["band"] and drawn["left"] < drawn["now"] < drawn["right"] and drawn["ticks"]
    for x, y in re.findall(r"([\d.]+) ([\d.]+)", drawn["band"]):
        assert drawn["left"] <= float(x) <= drawn["right"] and drawn["top"] <= float(y) <= drawn["floor"]
    long_after = trend_drawing(trend, "2026-12-01T00:00:00Z")
    assert not long_after["band"] and long_after["now"] is None, "years later nothing is forecast"


@pytest.mark.parametrize(
    ("ahead", "told"),
    [(Ahead(60, 5, 5), "there at "), (Ahead(60, 5, 20), "there between ")],
)
def test_a_forecast_of_one_pace_names_one_moment(ahead: Ahead, told: str) -> None:
    trend = Trend(100, (("2024-02-12T08:00:00Z", 90),), (("2024-02-12T02:00:00Z", 40),), (ahead,))
    assert told in trend_words(trend, "2024-02-12T03:00:00Z", "51.08")


def row(
    code: str, due: str | None = None, expected: str | None = None, there: int = 0, state: str = ""
) -> dict[str, object]:
    return {
        "name": code,
        "code": code,
        "amounts": Amounts(4, there, there, there),
        "due_utc": due,
        "expected_utc": expected,
        "state": state,
    }


def test_the_table_sorts_and_filters_and_folds_what_has_had_nothing_sent() -> None:
    rows = [row("b", there=1), row("a", state="late"), row("c"), row("d", there=4, state="done")]

    def names(asked: Asked) -> tuple[list[str], list[str]]:
        table = place_table(rows, asked)
        return [one["name"] for one in table["rows"]], [one["name"] for one in table["still"]]

    assert names(Asked()) == (["a", "d", "b"], ["c"]), "what is late first; a late place is never folded"
    assert names(Asked(sort="-there")) == (["d", "b", "a"], ["c"])
    assert names(Asked(sort="name", q="A")) == (["a"], [])
    assert names(Asked(state="done")) == (["d"], [])
    [column] = [one for one in place_table(rows, Asked(sort="name"))["columns"] if one["order"]]
    assert column["order"] == "ascending" and column["link"] == "?sort=-name", "a second press turns it round"
    assert moving(rows, 2)[1] == 1 and [one["name"] for one in moving(rows, 4)[0]] == ["a", "d", "b", "c"]


def test_drawings_stay_within_their_frames() -> None:
    below = [row(f"v{number}") for number in range(70)]
    tree = tree_drawing(row("top"), [(row("a", there=4), below), (row("b"), [])])
    dots = [dot for node in tree["nodes"] for dot in node["dots"]]
    assert len({(dot["x"], dot["y"]) for dot in dots}) == 70
    assert all(dot["x"] + tree["dot"] <= tree["width"] and dot["y"] + tree["dot"] <= tree["height"] for dot in dots)
    assert [node["filled"] for node in tree["nodes"]] == [tree["node_width"], 0]
    rows = [row("a", LATE, "2031-01-01T00:00:00Z"), row("b"), row("c", LATE)]
    clock = clock_drawing(rows, "2024-02-12T01:00:00Z", 8)
    assert clock is not None and [line["is_beyond"] for line in clock["rows"]] == [True, False]
    assert clock["left"] <= clock["now"] < clock["rows"][0]["due"] < clock["rows"][0]["expected"] <= clock["width"]
    assert clock["ticks"] and all((int(tick["utc"][11:13]) + 8) % 3 == 0 for tick in clock["ticks"])
    assert clock_drawing([row("b")], LATE) is None
