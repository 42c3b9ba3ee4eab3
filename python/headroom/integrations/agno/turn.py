"""
One turn of a model: its request made shorter, its calls for originals answered, until the turn is the program's again.
The program sees one answer; the tokens of all requests are counted in it.
"""

from __future__ import annotations

import inspect
import json
import logging
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agno.models.message import Message
from agno.models.response import ModelResponse

from .exchanges import Exchange, what_is_seen
from .retrieval import RETRIEVAL_TOOL, RETRIEVAL_TOOL_NAME, can_be_offered, is_ours

if TYPE_CHECKING:
    from .inside import Inside
    from .model import HeadroomAgnoModel

log = logging.getLogger("headroom")

MAX_ROUNDS = 5
LIMIT_REACHED = "headroom: the limit of retrievals in one turn is reached; continue with what you have."


class Sent(list):
    """Messages that are on their way to the provider: a model that calls itself is not helped twice."""


class Turn:
    def __init__(self, model: HeadroomAgnoModel, inside: Inside, request: dict[str, Any]) -> None:
        self._model = model
        self._inside = inside
        self._request = request
        self._turns: list[Message] = []
        self._shown: list[ModelResponse] = []
        self._rounds = 0
        self.is_offered = False

    def open(self) -> dict[str, Any]:
        """The request as it goes out. Asks Headroom; whatever fails there, the request goes out."""
        try:
            return self._opened()
        except Exception as problem:
            # What it says may be the conversation's: it is not for everybody's log.
            log.warning("headroom: a request goes out as it came: %s", type(problem).__name__)
            log.debug("headroom", exc_info=True)
            self.is_offered = False
            return {**self._request, "messages": Sent(self._request["messages"])}

    def _opened(self) -> dict[str, Any]:
        messages, tools = self._request["messages"], self._request.get("tools")
        inside = self._inside
        self.is_offered = can_be_offered(tools) and inside.exchanges.has_tool(messages, inside.can_fetch())
        if (own := self._request.get("assistant_message")) is not None:
            inside.exchanges.remember_offer(own.id, self.is_offered)
        # A copy: models write into the tools that they are given.
        sent = dict(self._request)
        if self.is_offered:
            sent["tools"] = [*(tools or []), deepcopy(RETRIEVAL_TOOL)]
        uses_compressed = bool(sent.get("compress_tool_results"))
        put_back = inside.exchanges.put_back(messages)
        sent["messages"] = Sent(inside.shorten(put_back, self._model.id, sent.get("tools") or [], uses_compressed))
        return sent

    def fetches(self, calls: list[dict[str, Any]]) -> bool:
        return self.is_offered and any(is_ours(call) for call in calls)

    def said(self, response: ModelResponse) -> Message:
        """An answer as later requests have it."""
        message = Message(role=self._model.assistant_message_role)
        own = replace(
            response, tool_calls=deepcopy(response.tool_calls), provider_data=deepcopy(response.provider_data)
        )
        return self._model._populate_assistant_message(assistant_message=message, provider_response=own)

    def after(self, sent: dict[str, Any], response: ModelResponse) -> dict[str, Any] | None:
        """The request that follows an answer; None when the turn is the program's."""
        self._shown.append(response)
        if self._rounds == 0 and not self.fetches(response.tool_calls or []):
            return None
        said = self.said(response)
        return self.next(sent, said, response.extra, what_is_seen(self._joined("content"), response.tool_calls))

    def next(
        self, sent: dict[str, Any], said: Message, extra: dict[str, Any] | None, seen: tuple[Any, ...]
    ) -> dict[str, Any] | None:
        """``seen``: what the program will have of the turn, should it end here."""
        ours = [call for call in said.tool_calls or [] if is_ours(call)] if self.is_offered else []
        is_programs = len(ours) < len(said.tool_calls or [])
        # It was told to go on without, and asks again.
        if ours and not is_programs and self._rounds > MAX_ROUNDS:
            said.tool_calls, ours = None, []
        own = self._request.get("assistant_message")
        # Some models write their calls there, too.
        if self.is_offered and own is not None and own.tool_calls:
            own.tool_calls = [call for call in own.tool_calls if not is_ours(call)] or None
        results: list[Message] = []
        if ours:
            self._rounds += 1
            answers = [self._answer(call) for call in ours]
            self._model.format_function_call_results(messages=results, function_call_results=answers, **(extra or {}))
        self._turns.extend([said, *results])
        if ours and not is_programs:
            return {**sent, "messages": Sent([*sent["messages"], said, *results])}
        self._keep(seen)
        return None

    def answer(self) -> ModelResponse:
        """What the program sees of all that was said."""
        last = self._shown[-1]
        if self._rounds == 0:
            return last
        texts = {key: self._joined(key) for key in ("content", "reasoning_content")}
        usages = [one.response_usage for one in self._shown if one.response_usage is not None]
        usage = sum(usages[1:], usages[0]) if usages else None
        calls = [call for call in last.tool_calls or [] if not is_ours(call)]
        return replace(last, tool_calls=calls, response_usage=usage, **texts)

    def _joined(self, key: str) -> Any:
        said = [text for one in self._shown if (text := getattr(one, key)) is not None]
        return "".join(said) if said and all(isinstance(text, str) for text in said) else getattr(self._shown[-1], key)

    def _keep(self, seen: tuple[Any, ...]) -> None:
        own = self._request.get("assistant_message")
        if self._rounds == 0 or own is None:
            return
        role = self._model.assistant_message_role
        turns = [turn for turn in self._turns if turn.role != role or turn.content or turn.tool_calls]
        self._inside.exchanges.keep(own.id, Exchange(seen, turns))

    def _answer(self, call: dict[str, Any]) -> Message:
        arguments = call.get("function", {}).get("arguments")
        return Message(
            role=self._model.tool_message_role,
            tool_call_id=call.get("id"),
            tool_name=RETRIEVAL_TOOL_NAME,
            tool_args=_read(arguments),
            content=self._inside.retrieve(arguments) if self._rounds <= MAX_ROUNDS else LIMIT_REACHED,
        )


def turn_for(model: HeadroomAgnoModel, call: Any, args: tuple[Any, ...], given: dict[str, Any]) -> Turn | None:
    """None for what is no request of Agno's, and for one that is on its way already."""
    request = {**dict(zip(inspect.signature(call).parameters, args)), **given}
    messages = request.get("messages")
    if not isinstance(messages, list) or isinstance(messages, Sent):
        return None
    return Turn(model, model._headroom, request)


def _read(arguments: Any) -> Any:
    try:
        return json.loads(arguments) if isinstance(arguments, str) else arguments
    except ValueError:
        return {}
