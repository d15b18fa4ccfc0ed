"""News of a session: told in order, resumed where a page was away, and never mixed up with another server's."""

import asyncio
import json
from dataclasses import replace

import pytest
from starlette.types import Message

from tests.support.news_heard import first, heard
from tests.support.page_examples import wait_for
from web.live.server_events import ServerEvents
from web.security.entrances import HEADER, LocalEntrance, cookie_name
from web.security.guard import JSON, Guard


def test_a_page_that_was_away_hears_what_it_missed_in_order() -> None:
    news = ServerEvents()
    mark = news.mark()
    for number in range(5):
        news.publish("outcome", taken=number)
    events = heard(news, mark, 5)
    assert [json.loads(event.split("data: ")[1])["taken"] for event in events] == [0, 1, 2, 3, 4]
    last = events[2].split("\n")[0].removeprefix("id: ")
    assert heard(news, last, 2) == events[3:]


@pytest.mark.parametrize("mark", ["", "x", "-", "0000-1", "-5", "9" * 40])
def test_after_a_restart_a_page_is_told_that_it_missed_something(mark: str) -> None:
    news = ServerEvents()
    news.publish("outcome", taken=1)
    assert "event: missed" in heard(news, mark, 1)[0]


def test_too_long_away_is_told_too() -> None:
    news = ServerEvents()
    mark = news.mark()
    for number in range(600):
        news.publish("outcome", taken=number)
    assert "event: missed" in heard(news, mark, 1)[0]


def test_who_missed_something_is_told_how_things_stand_before_what_comes_next() -> None:
    news = ServerEvents()

    def now() -> dict[str, dict[str, str]]:
        news.publish("camera", state="on")  # it comes on while the page is told that it is lost
        return {"camera": {"state": "lost"}}

    stream = news.stream("0000-1", lambda: False, now=now)
    events = wait_for(asyncio.wait_for(first(stream, 3), 20))
    assert [event.split("data: ")[0].split("event: ")[1].strip() for event in events] == ["missed", "camera", "camera"]
    assert [json.loads(event.split("data: ")[1]).get("state") for event in events] == [None, "lost", "on"]


def test_what_is_told_by_another_thread_wakes_who_waits() -> None:
    news = ServerEvents()

    async def wait() -> str:
        stream = news.stream(news.mark(), lambda: False)
        waiting = asyncio.ensure_future(first(stream, 1))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(news.publish, "outcome", taken=7)
        return (await asyncio.wait_for(waiting, 20))[0]

    assert '"taken": 7' in wait_for(wait())


def test_a_stream_ends_with_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.live.server_events.BEAT_S", 60.0)  # it does not end because a beat is due
    news, is_closing = ServerEvents(), False

    async def watch() -> int:
        nonlocal is_closing
        stream = news.stream(news.mark(), lambda: is_closing)
        waiting = asyncio.ensure_future(first(stream, 99))
        await asyncio.sleep(0.05)
        is_closing = True
        news.wake()
        return len(await asyncio.wait_for(waiting, 20))

    assert wait_for(watch()) <= 1


def test_a_body_that_comes_too_slowly_is_let_go() -> None:
    token, sent = "0" * 64, list[Message]()

    async def app(_scope: object, receive: object, _send: object) -> None:
        await receive()  # type: ignore[operator]
        raise AssertionError("nothing comes")

    async def never() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    headers = {
        "host": "127.0.0.1:1",
        HEADER: token,
        "cookie": f"{cookie_name(token)}={token}",
        "content-type": "application/json",
        "content-length": "10",
    }
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    entrance = LocalEntrance(frozenset({"127.0.0.1:1"}), token)
    guard = Guard(app, entrance=entrance, language_code="en", json=replace(JSON, slowest_s=0.02))
    with pytest.raises(Exception, match="too slowly"):  # the application makes an answer of it
        wait_for(guard(scope, never, send))
    assert not sent
