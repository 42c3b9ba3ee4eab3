"""
Hooks for ``Agent(pre_hooks=[…], post_hooks=[…])``, for those who would rather not touch the model: the pre-hook puts
Headroom into the agent's model before its first run, the post-hook counts what runs cost and says when one was dear.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import Any

from ...config import HeadroomConfig, config_from
from .model import HeadroomAgnoModel
from .savings import MAX_HISTORY, OptimizationMetrics

log = logging.getLogger("headroom")


class HeadroomPreHook:
    """``model`` is taken for old callers: each agent's own model says its name."""

    def __init__(self, config: Any = None, mode: Any = None, model: str = "gpt-4o") -> None:
        self.config: HeadroomConfig = config_from(config, mode)
        self.model = model
        self._models: dict[int, HeadroomAgnoModel] = {}
        self._lock = threading.Lock()

    def __call__(self, agent: Any = None, team: Any = None) -> None:
        owner = agent if agent is not None else team
        given = getattr(owner, "model", None)
        if owner is None or given is None:
            return
        with self._lock:
            if not isinstance(given, HeadroomAgnoModel):
                # Agents that share a model share what is decided for it.
                known = self._models.get(id(given))
                given = known if known is not None else HeadroomAgnoModel(given, config=self.config)
                owner.model = given
            self._models[id(given.underlying_model)] = given

    @property
    def total_tokens_saved(self) -> int:
        return sum(model.total_tokens_saved for model in self._models.values())

    @property
    def metrics_history(self) -> list[OptimizationMetrics]:
        found = [metrics for model in self._models.values() for metrics in model.metrics_history]
        return sorted(found, key=lambda metrics: metrics.timestamp)[-MAX_HISTORY:]

    def reset(self) -> None:
        for model in self._models.values():
            model.reset()


class HeadroomPostHook:
    """``token_alert_threshold``: a run with more tokens than this adds to ``alerts``."""

    def __init__(self, log_level: str = "INFO", token_alert_threshold: int | None = None) -> None:
        self.log_level = getattr(logging, log_level.upper(), logging.INFO)
        self.token_alert_threshold = token_alert_threshold
        self._lock = threading.Lock()
        self.reset()

    def __call__(self, run_output: Any = None) -> None:
        tokens = int(getattr(getattr(run_output, "metrics", None), "total_tokens", None) or 0)
        with self._lock:
            self._requests += 1
            self._tokens += tokens
            if self.token_alert_threshold is not None and tokens > self.token_alert_threshold:
                self._alerts.append(f"a run took {tokens} tokens, more than {self.token_alert_threshold}")
                log.warning("headroom: %s", self._alerts[-1])
        log.log(self.log_level, "headroom: run %d: %d tokens", self._requests, tokens)

    @property
    def total_requests(self) -> int:
        return self._requests

    @property
    def alerts(self) -> list[str]:
        """The last hundred."""
        with self._lock:
            return list(self._alerts)

    def get_summary(self) -> dict[str, Any]:
        with self._lock:
            return {
                "total_requests": self._requests,
                "total_tokens": self._tokens,
                "average_tokens": self._tokens / self._requests if self._requests else 0,
                "alerts": len(self._alerts),
            }

    def reset(self) -> None:
        with self._lock:
            self._requests = self._tokens = 0
            self._alerts: deque[str] = deque(maxlen=MAX_HISTORY)


def create_headroom_hooks(
    config: Any = None,
    mode: Any = None,
    model: str = "gpt-4o",
    log_level: str = "INFO",
    token_alert_threshold: int | None = None,
) -> tuple[HeadroomPreHook, HeadroomPostHook]:
    return HeadroomPreHook(config, mode, model), HeadroomPostHook(log_level, token_alert_threshold)
