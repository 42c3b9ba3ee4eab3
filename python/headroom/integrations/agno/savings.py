"""What was saved: the figures are Headroom's, counted for each request of a model."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

MAX_HISTORY = 100


@dataclass(frozen=True)
class OptimizationMetrics:
    tokens_before: int
    tokens_after: int
    tokens_saved: int
    savings_percent: float
    transforms_applied: list[str]
    model: str
    request_id: str = field(default_factory=lambda: str(uuid4()))
    timestamp: datetime = field(default_factory=lambda: datetime.now(timezone.utc))


def metrics_of(model: str, answer: dict[str, Any]) -> OptimizationMetrics:
    before, after = int(answer.get("tokens_before") or 0), int(answer.get("tokens_after") or 0)
    applied = answer.get("transforms_applied")
    return OptimizationMetrics(
        tokens_before=before,
        tokens_after=after,
        tokens_saved=before - after,
        savings_percent=_percent(before - after, before),
        transforms_applied=[str(name) for name in applied] if isinstance(applied, list) else [],
        model=model,
    )


class Savings:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def add(self, model: str, answer: dict[str, Any] | None) -> None:
        """``answer``: what /v1/compress said; None where nothing was asked or answered."""
        with self._lock:
            self._requests += 1
            if answer is None:
                return
            metrics = metrics_of(model, answer)
            self._before += metrics.tokens_before
            self._after += metrics.tokens_after
            self._history.append(metrics)

    def reset(self) -> None:
        with self._lock:
            self._requests = self._before = self._after = 0
            self._history: deque[OptimizationMetrics] = deque(maxlen=MAX_HISTORY)

    @property
    def tokens_saved(self) -> int:
        return self._before - self._after

    @property
    def history(self) -> list[OptimizationMetrics]:
        with self._lock:
            return list(self._history)

    def summary(self) -> dict[str, Any]:
        with self._lock:
            return {
                "total_requests": self._requests,
                "total_tokens_saved": self._before - self._after,
                "average_savings_percent": _percent(self._before - self._after, self._before),
                "total_tokens_before": self._before,
                "total_tokens_after": self._after,
            }


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole > 0 else 0.0
