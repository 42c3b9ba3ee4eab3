"""The tool with which a model fetches originals, as Agno hands tools to its models."""

from __future__ import annotations

from typing import Any

RETRIEVAL_TOOL_NAME = "headroom_retrieve"
_TEXT = {"type": "string"}

# As in src/retrieval/tool.ts; a test compares the two.
RETRIEVAL_TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": RETRIEVAL_TOOL_NAME,
        "description": "Original of a shortened result or lines 5-9",
        "parameters": {
            "type": "object",
            "properties": {
                "hash": _TEXT,
                "query": _TEXT,
                "lines": _TEXT,
                "rows": _TEXT,
                "path": _TEXT,
                "limit": {"type": "integer"},
            },
        },
    },
}


def name_of(tool: Any) -> str:
    """Of a tool as it is offered, or of a call of one."""
    function = tool.get("function") if isinstance(tool, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    return name if isinstance(name, str) else ""


def can_be_offered(tools: list[Any] | None) -> bool:
    """To programs with function tools of their own; who has one of this name answers it himself."""
    functions = [tool for tool in tools or [] if isinstance(tool, dict) and tool.get("type") == "function"]
    return bool(functions) and all(name_of(tool) != RETRIEVAL_TOOL_NAME for tool in functions)


def is_ours(call: dict[str, Any]) -> bool:
    return name_of(call) == RETRIEVAL_TOOL_NAME
