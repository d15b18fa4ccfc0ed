"""Where a hint names a command, the page says where it does the same."""

import language
from custody.errors import InputError
from web.site import NAVIGATION
from web.ways import WAYS, hint_on_page


def test_a_hint_that_names_a_command_says_where_the_page_does_it() -> None:
    language.use("en")
    hint = "Load a table of places first: python main.py load FILE"
    assert hint_on_page(InputError("no", hint=hint)) == f"{hint} On this page: Plan."
    other = "Begin one with: python main.py init --place CODE --station NAME"
    assert hint_on_page(InputError("no", hint=other)) == other


def test_the_ways_are_those_at_the_top_of_the_page() -> None:
    assert set(WAYS.values()) <= {name for _way, name in NAVIGATION}
