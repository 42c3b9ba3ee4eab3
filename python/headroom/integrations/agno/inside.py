"""What a wrapped model and its copies share: Headroom, the figures, what was decided and what was fetched."""

from __future__ import annotations

from typing import Any

from agno.models.message import Message

from ...client import Headroom
from ...config import HeadroomConfig
from .exchanges import Exchanges
from .savings import Savings
from .shortening import Shortening

# What is counted with where the program wants no look at the model's name.
UNDETECTED_MODEL = "gpt-4o"
# Those of the proxy that leave something out.
FETCHING_PROFILES = ("balanced", "aggressive")


class Inside:
    def __init__(self, config: HeadroomConfig, detects: bool) -> None:
        self.config = config
        self.detects = detects
        self.headroom = Headroom.at(config)
        self.savings = Savings()
        self.exchanges = Exchanges()
        self._shortening = Shortening(self.headroom, config, self.savings)

    def can_fetch(self) -> bool:
        return not self.config.only_measures and self.headroom.profile(self.config) in FETCHING_PROFILES

    def shorten(self, messages: list[Message], model: str, tools: list[Any], uses_compressed: bool) -> list[Message]:
        return self._shortening.shorten(messages, model if self.detects else UNDETECTED_MODEL, tools, uses_compressed)

    def retrieve(self, arguments: Any) -> str:
        return self.headroom.retrieve(arguments, self.config)
