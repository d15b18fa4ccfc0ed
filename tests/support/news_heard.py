"""The news of a session, as a page hears them."""

import asyncio
from collections.abc import AsyncIterator

from tests.support.page_examples import wait_for
from web.live.server_events import ServerEvents


async def first(stream: AsyncIterator[str], count: int) -> list[str]:
    """So many events, without the line that says when to come again."""
    events: list[str] = []
    async for event in stream:
        if not event.startswith("retry"):
            events.append(event)
        if len(events) == count:
            break
    return events


def heard(news: ServerEvents, after: str, count: int) -> list[str]:
    return wait_for(asyncio.wait_for(first(news.stream(after, lambda: False), count), 20))
