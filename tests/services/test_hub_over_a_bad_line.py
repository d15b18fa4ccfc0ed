"""A day reaches a hub over real TCP on lines that lose, delay and cut; `make bad-network` measures all of it."""

from pathlib import Path

import pytest

from tests.support.bad_day import LINES, day_over
from tests.support.bad_link import why_not

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def namespaces() -> None:
    if reason := why_not():
        pytest.skip(reason)


def test_a_move_costs_at_most_forty_bytes_with_everything_that_tcp_and_tls_add(tmp_path: Path) -> None:
    day = day_over(LINES["a good line"], tmp_path)
    assert day.is_whole and day.bytes_a_move <= 40


@pytest.mark.parametrize("name", ["30 % of all packets lost", "all of it at once"])
def test_a_shorter_day_arrives_whole_and_once_over_the_worst_lines(tmp_path: Path, name: str) -> None:
    assert day_over(LINES[name], tmp_path, handovers=10, within_s=600).is_whole
