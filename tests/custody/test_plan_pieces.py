"""A plan is written in as many events as its rows need, each of at most 64 KiB, whatever the names in it."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.compose.item_events import ROWS_PER_EVENT, plan_events
from custody.format.encoding import canonical
from custody.plan.places import Place
from tests.support.sampling import examples

TEXT = st.sampled_from(["TPS 001", "N" * 150, 'a"\\\u2028' * 100, "\u00e9" * 1000, "\U0001f5f3" * 1000])


@settings(max_examples=examples(20))
@given(st.lists(st.tuples(TEXT, st.none() | TEXT), max_size=12), st.integers(0, 8))
@example([("\U0001f5f3" * 1000, "\U0001f5f3" * 1000)] * 12, 8)
@example([('a"\\\u2028' * 100, None)] * 12, 8)
@example([], 0)
def test_every_row_of_a_plan_is_written_once_in_events_that_fit(kinds, times) -> None:
    named = kinds * times
    places = [Place(f"51.{n}", name, "district", "51", None, dapil) for n, (name, dapil) in enumerate(named)]
    events = plan_events(places, [], source="places.csv", digest="0" * 64)
    assert all(canonical(event.fields) for event in events)  # which refuses what is over the limit
    assert [row["code"] for event in events for row in event.fields["rows"]] == [place.code for place in places]
    assert [(e.fields["part"], e.fields["parts"]) for e in events] == [(n + 1, len(events)) for n in range(len(events))]


def test_ordinary_places_fill_an_event_to_its_count() -> None:
    places = [
        Place(
            f"51.08.01.2009.{n:03d}",
            f"TPS {n:03d} Sumberklampok",
            "polling_station",
            "51.08.01.2009",
            "2024-02-13T15:59:00Z",
            "Contoh 4",
        )
        for n in range(ROWS_PER_EVENT + 1)
    ]
    counts = [len(event.fields["rows"]) for event in plan_events(places, [], source="p.csv", digest="0" * 64)]
    assert counts == [ROWS_PER_EVENT, 1]
