"""
``HeadroomAgnoModel(model)``: the same model, its requests shorter. What comes back is of the given model's own class
too, with the given model's own attributes, so whatever Agno asks of it or sets on it is as without; only the four
calls that go to the provider pass Headroom.
"""

from __future__ import annotations

import asyncio
import copy
import warnings
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from agno.models.base import Model
from agno.models.response import ModelResponse

from ...config import config_from
from .inside import Inside
from .savings import OptimizationMetrics
from .streaming import Shown, StreamedAnswer, WholeCall
from .turn import turn_for
from .weaving import author_of, is_woven, join, model_in, woven


class HeadroomAgnoModel(Model):
    """Wraps any Agno model. ``config`` and ``headroom_config`` are the same; ``headroom_mode`` is deprecated."""

    # The attributes are the wrapped model's; these two are not, and do not stand among them.
    __slots__ = ("_headroom", "_wrapped")

    if TYPE_CHECKING:
        _headroom: Inside
        _wrapped: Model
        # The wrapped model's class has them.
        _parse_provider_response: Any
        _parse_provider_response_delta: Any

    def __new__(cls, wrapped_model: Any = None, *_args: Any, **_options: Any) -> HeadroomAgnoModel:
        if is_woven(cls):
            return object.__new__(cls)
        return object.__new__(woven(cls, model_in(wrapped_model)))

    def __init__(
        self,
        wrapped_model: Model | str | None = None,
        headroom_config: Any = None,
        headroom_mode: Any = None,
        auto_detect_provider: bool = True,
        *,
        config: Any = None,
    ) -> None:
        if headroom_mode is not None:
            warnings.warn(
                "headroom_mode is deprecated: say config=HeadroomConfig(default_mode=…)",
                DeprecationWarning,
                stacklevel=2,
            )
        chosen = config if config is not None else headroom_config
        join(self, model_in(wrapped_model), Inside(config_from(chosen, headroom_mode), auto_detect_provider))

    @property
    def underlying_model(self) -> Model:
        return self._wrapped

    @property
    def wrapped_model(self) -> Model:
        return self._wrapped

    @property
    def total_tokens_saved(self) -> int:
        return self._headroom.savings.tokens_saved

    @property
    def metrics_history(self) -> list[OptimizationMetrics]:
        """Of the last 100 requests that had tool results."""
        return self._headroom.savings.history

    def get_savings(self) -> dict[str, Any]:
        return self._headroom.savings.summary()

    def get_savings_summary(self) -> dict[str, Any]:
        return self._headroom.savings.summary()

    def reset(self) -> None:
        """The figures begin anew. What was decided for results stays: the provider has them in its cache."""
        self._headroom.savings.reset()

    def has_extended_thinking_enabled(self) -> bool:
        thinking = getattr(self, "thinking", None)
        if isinstance(thinking, dict):
            return thinking.get("type") in ("enabled", "adaptive")
        budget = getattr(self, "thinking_budget", None)
        return bool(
            thinking or budget or getattr(self, "thinking_level", None) or getattr(self, "include_thoughts", None)
        )

    def invoke(self, *args: Any, **kwargs: Any) -> ModelResponse:
        call = super().invoke  # type: ignore[safe-super]
        turn = turn_for(self, call, args, kwargs)
        if turn is None:
            return call(*args, **kwargs)
        request: dict[str, Any] | None = turn.open()
        while request is not None:
            request = turn.after(request, call(**request))
        return turn.answer()

    async def ainvoke(self, *args: Any, **kwargs: Any) -> ModelResponse:
        call = super().ainvoke  # type: ignore[safe-super]
        turn = turn_for(self, call, args, kwargs)
        if turn is None:
            return await call(*args, **kwargs)
        request: dict[str, Any] | None = await asyncio.to_thread(turn.open)
        while request is not None:
            response = await call(**request)
            request = await asyncio.to_thread(turn.after, request, response)
        return turn.answer()

    def invoke_stream(self, *args: Any, **kwargs: Any) -> Iterator[ModelResponse]:
        call = super().invoke_stream  # type: ignore[safe-super]
        turn = turn_for(self, call, args, kwargs)
        if turn is None:
            yield from call(*args, **kwargs)
            return
        shown = Shown()
        request: dict[str, Any] | None = turn.open()
        while request is not None:
            answer = StreamedAnswer(self, turn)
            for delta in call(**request):
                yield from answer.pass_on(delta)
            request = turn.next(request, *answer.end(shown))
            yield from answer.rest(goes_on=request is not None)

    async def ainvoke_stream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ModelResponse]:
        call = super().ainvoke_stream  # type: ignore[safe-super]
        turn = turn_for(self, call, args, kwargs)
        if turn is None:
            async for delta in call(*args, **kwargs):
                yield delta
            return
        shown = Shown()
        request: dict[str, Any] | None = await asyncio.to_thread(turn.open)
        while request is not None:
            answer = StreamedAnswer(self, turn)
            async for delta in call(**request):
                for visible in answer.pass_on(delta):
                    yield visible
            request = await asyncio.to_thread(turn.next, request, *answer.end(shown))
            for visible in answer.rest(goes_on=request is not None):
                yield visible

    def parse_tool_calls(self, tool_calls_data: Any) -> Any:
        calls = list(tool_calls_data or [])
        if calls and all(isinstance(call, WholeCall) for call in calls):
            return [dict(call) for call in calls]
        return super().parse_tool_calls(tool_calls_data)

    def __copy__(self) -> HeadroomAgnoModel:
        return join(object.__new__(type(self)), copy.copy(self._wrapped), self._headroom)

    def __deepcopy__(self, memo: dict[int, Any]) -> HeadroomAgnoModel:
        return join(object.__new__(type(self)), copy.deepcopy(self._wrapped, memo), self._headroom)

    def __reduce__(self) -> Any:
        return (_wrap, (author_of(type(self)), self._wrapped, self._headroom.config, self._headroom.detects))


def _wrap(cls: type[HeadroomAgnoModel], wrapped: Model, config: Any, detects: bool) -> HeadroomAgnoModel:
    return cls(wrapped, config=config, auto_detect_provider=detects)
