"""A day reaches a hub over real TCP on lines that lose, delay and cut; `make bad-network` measures all of it."""

import socket
import time
from pathlib import Path

import pytest

from services.exchange.hub_client import CutError, HubAddress, HubClient
from tests.support.bad_day import LINES, day_over
from tests.support.bad_link import HUB, BadLine, line_between, why_not

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def namespaces() -> None:
    if reason := why_not():
        pytest.skip(reason)


@pytest.mark.parametrize("name", [name for name in LINES if name != "all of it at once"])
def test_a_move_costs_at_most_forty_bytes_with_all_that_tcp_and_tls_add(tmp_path: Path, name: str) -> None:
    day = day_over(LINES[name], tmp_path)
    assert day.is_whole and day.bytes_a_move <= (28 if name == "a good line" else 40)


def test_a_day_arrives_whole_and_once_over_the_worst_line(tmp_path: Path) -> None:
    assert day_over(LINES["all of it at once"], tmp_path, within_s=600).is_whole


def test_a_line_that_is_cut_while_an_answer_is_waited_for_is_not_waited_for_to_the_end() -> None:
    with line_between(BadLine(cut_every_s=3)) as (near, far):
        listening = far.do(lambda: socket.create_server((HUB, 0)))  # its system takes the request; nobody answers
        client = HubClient(HubAddress(HUB, listening.getsockname()[1], is_plain=True))
        began = time.monotonic()
        with pytest.raises(CutError):
            near.do(lambda: client.ask("GET", "/hub"))
        listening.close()
    assert time.monotonic() - began < 60  # the answer's time is 90 s
