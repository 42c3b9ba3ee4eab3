"""
What a model fetched unseen, kept by the message that the program saw: later requests have it again where it was, so
that the provider finds the prefix that it knows. In another process it is gone, which costs that prefix and nothing
else.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any, NamedTuple

from agno.models.message import Message

from .retrieval import is_ours

MAX_KEPT = 2_000


class Exchange(NamedTuple):
    """``seen``: the message as the program saw it. ``turns``: what goes out in its place."""

    seen: tuple[Any, ...]
    turns: list[Message]


class Exchanges:
    def __init__(self) -> None:
        self._kept: OrderedDict[str, Exchange] = OrderedDict()
        self._offers: OrderedDict[str, bool] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, message_id: str, exchange: Exchange) -> None:
        with self._lock:
            _keep(self._kept, message_id, exchange, MAX_KEPT)

    def put_back(self, messages: list[Message]) -> list[Message]:
        turns: list[Message] = []
        for message in messages:
            kept = self._find(message.id) if message.role == "assistant" else None
            turns.extend(
                kept.turns if kept and kept.seen == what_is_seen(message.content, message.tool_calls) else [message]
            )
        return turns

    def _find(self, message_id: str) -> Exchange | None:
        """What is asked for stays: conversations that go on do."""
        with self._lock:
            kept = self._kept.get(message_id)
            if kept is not None:
                self._kept.move_to_end(message_id)
            return kept

    def has_tool(self, messages: list[Message], can_fetch: bool) -> bool:
        """A conversation that began with the tool keeps it, and one that began without never gets it."""
        with self._lock:
            for message in messages:
                if message.role == "assistant" and message.id in self._offers:
                    return self._offers[message.id]
        return can_fetch

    def remember_offer(self, message_id: str, is_offered: bool) -> None:
        with self._lock:
            _keep(self._offers, message_id, is_offered, 10 * MAX_KEPT)


def what_is_seen(content: Any, calls: list[dict[str, Any]] | None) -> tuple[Any, ...]:
    """A message that its program has changed is the program's own."""
    text = content if isinstance(content, str) else ""
    return (text, tuple(call.get("id") for call in calls or [] if not is_ours(call)))


def _keep(kept: OrderedDict[str, Any], key: str, value: Any, limit: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > limit:
        kept.popitem(last=False)
