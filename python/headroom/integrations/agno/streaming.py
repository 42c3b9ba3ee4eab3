"""
Answers as they stream: words pass at once, calls of tools wait until it is known whose they are. Agno runs them only
when the stream has ended, so nobody waits longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agno.models.base import MessageData
from agno.models.message import Message
from agno.models.response import ModelResponse

from .exchanges import what_is_seen
from .retrieval import is_ours
from .turn import Turn

if TYPE_CHECKING:
    from .model import HeadroomAgnoModel


class WholeCall(dict):
    """A call in its final form, among those that a stream brings in pieces."""


class StreamedAnswer:
    """One answer of a model as it streams: words pass, calls wait until it is known whose they are."""

    def __init__(self, model: HeadroomAgnoModel, turn: Turn) -> None:
        self._model = model
        self._turn = turn
        self._data = MessageData()
        self._held: list[ModelResponse] = []
        self._calls: list[dict[str, Any]] = []

    def pass_on(self, delta: Any) -> Iterator[Any]:
        if not self._turn.is_offered or not isinstance(delta, ModelResponse):
            yield delta
            return
        own = replace(delta, provider_data=deepcopy(delta.provider_data), extra=deepcopy(delta.extra))
        for _ in self._model._populate_stream_data(stream_data=self._data, model_response_delta=own):
            pass
        lists, scalars = _lists_apart(delta.provider_data)
        has_words = bool(delta.content or delta.reasoning_content)
        if delta.tool_calls or lists:
            if has_words:
                yield replace(delta, tool_calls=[], provider_data=scalars, extra=None)
                delta = ModelResponse(tool_calls=delta.tool_calls, provider_data=lists, extra=delta.extra)
            self._held.append(delta)
        elif _only_opens(delta):
            self._held.append(delta)
        else:
            if has_words:
                yield from self._openings()
            yield delta

    def _openings(self) -> list[ModelResponse]:
        if not all(_only_opens(delta) for delta in self._held):
            return []
        openings, self._held = self._held, []
        return openings

    def end(self, shown: Shown) -> tuple[Message, dict[str, Any] | None, tuple[Any, ...]]:
        """What was said, what its results need to know, and what the program has seen of the turn so far."""
        said = Message(role=self._model.assistant_message_role)
        self._model._populate_assistant_message_from_stream_data(assistant_message=said, stream_data=self._data)
        self._calls = said.tool_calls or []
        return said, self._data.extra, shown.with_last(said)

    def rest(self, goes_on: bool) -> Iterator[ModelResponse]:
        """What waited: all of it, or without what is not the program's."""
        if goes_on:
            yield from self._unseen()
        elif self._turn.fetches(self._calls):
            yield from self._programs()
        else:
            yield from self._held

    def _unseen(self) -> Iterator[ModelResponse]:
        """Of an answer that is not the last: what it cost."""
        for delta in self._held:
            if delta.response_usage is not None:
                yield ModelResponse(response_usage=delta.response_usage)

    def _programs(self) -> Iterator[ModelResponse]:
        """Of calls for both: the program's, in pieces as they came where each was one, else put together."""
        came = self._data.response_tool_calls
        are_whole = len(came) == len(self._calls) and all(isinstance(call, dict) for call in came)
        for delta in self._held:
            calls = [call for call in delta.tool_calls or [] if are_whole and not is_ours(call)]
            if calls or not delta.tool_calls or delta.content or delta.reasoning_content:
                yield replace(delta, tool_calls=calls)
            elif delta.response_usage or delta.provider_data:
                yield ModelResponse(response_usage=delta.response_usage, provider_data=delta.provider_data)
        theirs: list[dict[str, Any]] = (
            [] if are_whole else [WholeCall(call) for call in self._calls if not is_ours(call)]
        )
        if theirs:
            yield ModelResponse(tool_calls=theirs)


class Shown:
    """The words of a stream, over all of its answers."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def with_last(self, said: Message) -> tuple[Any, ...]:
        self._texts.append(said.get_content_string())
        return what_is_seen("".join(self._texts), said.tool_calls)


def _lists_apart(data: dict[str, Any] | None) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Lists of a stream add up, and would hold what was never shown."""
    lists = {key: value for key, value in (data or {}).items() if isinstance(value, list)}
    scalars = {key: value for key, value in (data or {}).items() if key not in lists}
    return lists or None, scalars or None


def _only_opens(delta: ModelResponse) -> bool:
    """It has no words, but says that they follow, or whose they are: it is shown with them."""
    if delta.content or delta.reasoning_content or delta.redacted_reasoning_content:
        return False
    if delta.tool_calls or delta.audio or delta.images or delta.videos or delta.files:
        return False
    return not _lists_apart(delta.provider_data)[0]
