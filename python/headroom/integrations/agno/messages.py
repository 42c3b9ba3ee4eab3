"""Shortens a list of messages, for those who call their model themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from agno.models.message import Message

from ...client import Headroom
from ...config import config_from
from .savings import Savings, metrics_of
from .shortening import Shortening


def optimize_messages(
    messages: list[Any], config: Any = None, mode: Any = None, model: str = "gpt-4o"
) -> tuple[list[Any], dict[str, Any]]:
    """
    Agno messages or dicts of the Chat Completions API; the same come back, and what was saved. Nothing is left out,
    because whoever reads them cannot fetch it.
    """
    chosen = config_from(config, mode)
    savings = Savings()
    read = [message if isinstance(message, Message) else Message(**message) for message in messages]
    shorter = Shortening(Headroom.at(chosen), chosen, savings).shorten(read, model, [])
    optimized = [
        after if isinstance(given, Message) else {**given, "content": after.content} if after is not before else given
        for given, before, after in zip(messages, read, shorter)
    ]
    metrics = savings.history[-1] if savings.history else metrics_of(model, {})
    return optimized, asdict(metrics)
