"""
Shorter tool results for the messages of a request. Only the texts of tool results are touched, in copies of their
messages, and each is decided once: what a result was when it first went out, it stays, with Headroom or after it has
gone.
"""

from __future__ import annotations

import ast
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, NamedTuple

from agno.models.message import Message

from ...client import Headroom
from ...config import HeadroomConfig
from .retrieval import RETRIEVAL_TOOL_NAME, name_of
from .savings import Savings

# Nothing so short is worth a question.
MIN_CHARS = 200
# Conversations that go on are asked for again; what is forgotten is decided anew.
MAX_DECISIONS = 20_000
# Under this name Headroom takes the tool for one that the program answers, and adds none of its own.
TOOL_NAME_IN_QUESTIONS = f"mcp__headroom__{RETRIEVAL_TOOL_NAME}"


class Slot(NamedTuple):
    """A text of a tool result: the content itself, or one block of it."""

    message: int
    block: int | None
    text: str


class Decisions:
    """What became of each result: the shorter text, or that it stays."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int | None, str], str | None] = OrderedDict()
        self._lock = threading.Lock()

    def first(self, key: tuple[str, int | None, str], text: str | None) -> str | None:
        """The first one counts, also where two threads decide at the same time."""
        with self._lock:
            decided = self._kept.setdefault(key, text)
            self._kept.move_to_end(key)
            while len(self._kept) > MAX_DECISIONS:
                self._kept.popitem(last=False)
            return decided


class Shortening:
    def __init__(self, headroom: Headroom, config: HeadroomConfig, savings: Savings) -> None:
        self._headroom = headroom
        self._config = config
        self._savings = savings
        self._decisions = Decisions()

    def shorten(
        self, messages: list[Message], model: str, tools: list[Any], uses_compressed: bool = False
    ) -> list[Message]:
        """A list of its own. ``tools``: with the retrieval tool among them, results may become views."""
        slots = [slot for slot in _slots(messages, uses_compressed) if len(slot.text) >= MIN_CHARS]
        answer = self._ask(messages, slots, model, tools)
        self._savings.add(model, answer)
        if self._config.only_measures:
            return list(messages)
        said = answer["messages"] if answer else []
        shorter: dict[Slot, str] = {}
        for slot in slots:
            text = self._decisions.first(_key(messages, slot), _answered(said, messages, slot))
            if text is not None:
                shorter[slot] = text
        return _with_texts(messages, shorter)

    def _ask(self, messages: list[Message], slots: list[Slot], model: str, tools: list[Any]) -> dict[str, Any] | None:
        if not slots or self._headroom.profile(self._config) in (None, "off"):
            return None
        body: dict[str, Any] = {"model": model, "messages": [_in_chat(message) for message in messages]}
        for slot in slots:
            _put(body["messages"][slot.message], slot, _spelling(slot.text))
        if tools:
            body["tools"] = [
                _renamed(tool) for tool in tools if isinstance(tool, dict) and tool.get("type") == "function"
            ]
        if self._config.only_measures:
            body["config"] = {"default_mode": "simulate"}
        return self._headroom.compress(body, self._config)


def _slots(messages: list[Message], uses_compressed: bool) -> Iterable[Slot]:
    for index, message in enumerate(messages):
        if not is_result(message) or message.tool_name == RETRIEVAL_TOOL_NAME:
            continue
        # Agno's own compression has been there.
        if uses_compressed and message.compressed_content is not None:
            continue
        if isinstance(message.content, str):
            yield Slot(index, None, message.content)
        elif isinstance(message.content, list):
            for place, block in enumerate(message.content):
                if isinstance(block, dict) and block.get("type") == "text" and isinstance(block.get("text"), str):
                    yield Slot(index, place, block["text"])


def is_result(message: Message) -> bool:
    # Older releases put the results of several calls into one message: that one is left alone.
    return message.role == "tool" and not message.tool_calls


def _key(messages: list[Message], slot: Slot) -> tuple[str, int | None, str]:
    message = messages[slot.message]
    digest = hashlib.sha256(slot.text.encode("utf-8", "surrogatepass")).hexdigest()
    return (message.id or message.tool_call_id or "", slot.block, digest)


def _in_chat(message: Message) -> dict[str, Any]:
    """What a message says, for Headroom to read: never what goes to the model."""
    said: dict[str, Any] = {"role": message.role, "content": _text_of(message.content)}
    if message.role == "assistant" and message.tool_calls:
        said["tool_calls"] = [_call(call) for call in message.tool_calls]
    if message.role == "tool":
        said["tool_call_id"] = message.tool_call_id or message.id
        blocks = message.content if isinstance(message.content, list) else []
        if blocks:
            said["content"] = [{"type": "text", "text": _text_of(block)} for block in blocks]
    return said


def _call(call: dict[str, Any]) -> dict[str, Any]:
    function = call.get("function") or {}
    arguments = function.get("arguments")
    text = arguments if isinstance(arguments, str) else json.dumps(arguments or {}, default=str)
    return {
        "id": call.get("id") or call.get("call_id") or "",
        "type": "function",
        "function": {"name": function.get("name") or "", "arguments": text},
    }


def _text_of(content: Any) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, dict) and isinstance(content.get("text"), str):
        return content["text"]
    return json.dumps(content, ensure_ascii=False, default=str)


def _put(said: dict[str, Any], slot: Slot, text: str) -> None:
    if slot.block is None:
        said["content"] = text
    else:
        said["content"][slot.block]["text"] = text


def _spelling(text: str) -> str:
    """
    Agno spells what a tool returns as Python does. Where JSON says the very same, and Python would spell it back to the
    letter, Headroom reads the JSON; else the text as it is.
    """
    if text[:1] not in ("{", "["):
        return text
    try:
        value = ast.literal_eval(text)
        spelt = json.dumps(value, ensure_ascii=False, allow_nan=False)
        return spelt if repr(json.loads(spelt)) == text else text
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def _renamed(tool: dict[str, Any]) -> dict[str, Any]:
    if name_of(tool) != RETRIEVAL_TOOL_NAME:
        return tool
    return {**tool, "function": {**tool["function"], "name": TOOL_NAME_IN_QUESTIONS}}


def _answered(said: list[Any], messages: list[Message], slot: Slot) -> str | None:
    """The shorter text, read where the result stood; None where nothing else stands there, or something else."""
    if len(said) != len(messages):
        return None
    message = said[slot.message]
    original = messages[slot.message]
    if not isinstance(message, dict) or message.get("tool_call_id") != (original.tool_call_id or original.id):
        return None
    content = message.get("content")
    if slot.block is not None:
        block = content[slot.block] if isinstance(content, list) and slot.block < len(content) else None
        content = block.get("text") if isinstance(block, dict) else None
    if not isinstance(content, str) or content == "":
        return None
    # JSON that is only another spelling of the same is no reason to change anything.
    return content if content not in (slot.text, _spelling(slot.text)) else None


def _with_texts(messages: list[Message], shorter: dict[Slot, str]) -> list[Message]:
    changed = list(messages)
    for slot, text in shorter.items():
        message = changed[slot.message]
        content: Any = text
        if slot.block is not None and isinstance(message.content, list):
            content = list(message.content)
            content[slot.block] = {**content[slot.block], "text": text}
        changed[slot.message] = message.model_copy(update={"content": content})
    return changed
