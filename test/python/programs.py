"""Programs with Agno, with Headroom and without: one line of JSON asks for one, one line says how it went."""

import asyncio
import copy
import json
import logging
import os
import pathlib
import re
import socket
import sys
import tempfile
import threading
import time
import traceback
import warnings

# What frameworks print is not for whoever reads our answers.
answers, sys.stdout = sys.stdout, sys.stderr

from agno.agent import Agent
from agno.db.in_memory import InMemoryDb
from agno.models.message import Message
from agno.models.openai import OpenAIChat
from headroom import client, start
from headroom.integrations.agno import (
    HeadroomAgnoModel,
    HeadroomConfig,
    create_headroom_hooks,
    optimize_messages,
)
from headroom.integrations.agno.exchanges import Exchange, Exchanges
from headroom.integrations.agno.retrieval import RETRIEVAL_TOOL

warned = []
# Clients keep their connections: one loop for all calls.
loop = asyncio.new_event_loop()


class Recorder(logging.Handler):
    def emit(self, record):
        warned.append(record.getMessage())


logging.getLogger("headroom").addHandler(Recorder())
logging.getLogger("headroom").propagate = False
logging.getLogger("agno").setLevel(logging.CRITICAL)


def model_of(vendor, url, options):
    if vendor == "openai":
        return OpenAIChat(id="gpt-4o", api_key="sk-secret", base_url=f"{url}/v1", max_retries=0, **options)
    if vendor == "responses":
        from agno.models.openai import OpenAIResponses

        return OpenAIResponses(id="gpt-4o", api_key="sk-secret", base_url=f"{url}/v1", max_retries=0, **options)
    if vendor == "claude":
        from agno.models.anthropic import Claude

        client = {"base_url": url, "max_retries": 0}
        return Claude(id="claude-opus-5-5", api_key="sk-secret", client_params=client, **options)
    from agno.models.google import Gemini

    return Gemini(id="gemini-3-pro", api_key="secret", client_params={"http_options": {"base_url": url}}, **options)


def agent_of(asked):
    options = dict(asked.get("options", {}))
    model = model_of(asked["vendor"], asked["provider"], options)
    config = HeadroomConfig(
        base_url=asked.get("headroom", ""),
        starts=asked.get("starts", False),
        default_mode=asked.get("mode", "optimize"),
        timeout=60,
    )
    hooks = {}
    if asked.get("how") == "wrapped":
        model = HeadroomAgnoModel(model, config=config)
    elif asked.get("how") == "hooks":
        pre, post = create_headroom_hooks(config=config, token_alert_threshold=1)
        hooks = {"pre_hooks": [pre], "post_hooks": [post]}
    result = asked["result"]

    def list_rows(table: str = "users"):
        """Rows of a table."""
        return result

    def count_rows(table: str = "users") -> str:
        """How many rows a table has."""
        return "12"

    agent = Agent(
        model=model,
        tools=[list_rows, count_rows] if asked.get("tools", True) else None,
        instructions="You answer questions.",
        db=InMemoryDb(),
        add_history_to_context=True,
        num_history_runs=20,
        telemetry=False,
        **hooks,
    )
    return agent, hooks


async def asynchronously(agent, prompt, streams):
    if not streams:
        return [await agent.arun(prompt, session_id="s")]
    options = {"stream": True, "stream_events": True, "yield_run_output": True}
    return [event async for event in agent.arun(prompt, session_id="s", **options)]


def synchronously(agent, prompt, streams):
    if not streams:
        return [agent.run(prompt, session_id="s")]
    return list(agent.run(prompt, session_id="s", stream=True, stream_events=True, yield_run_output=True))


VOLATILE = {"ModelRequestStarted", "ModelRequestCompleted"}


def told(event):
    """An event as the program sees it, without what differs from run to run. Empty ones say nothing."""
    name = getattr(event, "event", type(event).__name__)
    tool = getattr(event, "tool", None)
    content = re.sub(r"completed in [\d.]+s", "completed", str(getattr(event, "content", None) or ""))
    return [name, content, getattr(tool, "tool_name", None)]


def run(agent, asked, prompt):
    streams = asked["way"] in ("stream", "astream")
    act = asynchronously if asked["way"] in ("async", "astream") else synchronously
    outcome = act(agent, prompt, streams)
    seen = loop.run_until_complete(outcome) if asyncio.iscoroutine(outcome) else outcome
    last = seen[-1]
    return {
        "content": last.content,
        "status": str(getattr(last.status, "value", last.status)),
        "tools": [[tool.tool_name, tool.tool_args, tool.result] for tool in last.tools or []],
        "events": [told(event) for event in seen[:-1] if getattr(event, "event", "") not in VOLATILE],
        "memory": [
            [one.role, one.content, [call["function"]["name"] for call in one.tool_calls or []]]
            for one in last.messages or []
        ],
        "inputTokens": last.metrics.input_tokens if last.metrics else None,
    }


kept = {}


def converse(asked):
    """``keep``: the agent goes on where it stopped the last time."""
    name = asked.get("keep")
    agent, hooks = kept.get(name) or agent_of(asked)
    if name:
        kept[name] = (agent, hooks)
    warned.clear()
    runs = [run(agent, asked, prompt) for prompt in asked["prompts"]]
    answer = {"runs": runs, "warned": list(warned), "class": type(agent.model).__name__}
    if isinstance(agent.model, HeadroomAgnoModel):
        answer["savings"] = agent.model.get_savings()
        answer["history"] = len(agent.model.metrics_history)
    if hooks:
        pre, post = hooks["pre_hooks"][0], hooks["post_hooks"][0]
        answer["hooks"] = {"saved": pre.total_tokens_saved, **post.get_summary(), "said": post.alerts}
    return answer


def surface(asked):
    """What a wrapped model looks like to Agno and to its program."""
    from agno.models.anthropic import Claude

    plain = Claude(id="claude-opus-5-5", thinking={"type": "enabled", "budget_tokens": 1024})
    wrapped = HeadroomAgnoModel(wrapped_model=plain, auto_detect_provider=True)
    wrapped.max_tokens = 99
    deep = copy.deepcopy(wrapped)
    deep.id = "other"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        HeadroomAgnoModel(plain, headroom_mode="audit")
    try:
        HeadroomAgnoModel(None)
        refused = ""
    except TypeError as problem:
        refused = str(problem)
    return {
        "isClaude": isinstance(wrapped, Claude),
        "isWrapped": isinstance(deep, HeadroomAgnoModel),
        "name": [type(wrapped).__name__, wrapped.id, wrapped.name, wrapped.provider, wrapped.get_provider()],
        "underlying": wrapped.underlying_model is plain and wrapped.wrapped_model is plain,
        "maxTokens": plain.max_tokens,
        "copies": [deep.id, wrapped.id, deep.underlying_model.id, copy.copy(wrapped).id],
        "thinking": [wrapped.thinking, wrapped.has_extended_thinking_enabled()],
        "flags": HeadroomAgnoModel(OpenAIChat(id="o3", reasoning_effort="high")).reasoning_effort,
        "structured": HeadroomAgnoModel(OpenAIChat(id="gpt-4o")).supports_native_structured_outputs,
        "again": HeadroomAgnoModel(wrapped).underlying_model is plain,
        "byName": type(HeadroomAgnoModel("openai:gpt-4o").underlying_model).__name__,
        "deprecated": [str(one.category.__name__) for one in caught],
        "refused": refused,
        "tool": RETRIEVAL_TOOL["function"],
    }


def shorten(asked):
    config = HeadroomConfig(base_url=asked["headroom"], starts=False)
    given = asked["messages"]
    dicts, metrics = optimize_messages(given, config=config, model="gpt-4o")
    messages = [Message(**message) for message in given]
    objects, _ = optimize_messages(messages, config=config, model="gpt-4o")
    untouched = objects[0] is messages[0] and messages[2].content == given[2]["content"]
    metrics["timestamp"] = str(metrics["timestamp"])
    return {"dicts": dicts, "metrics": metrics, "contents": [one.content for one in objects], "untouched": untouched}


def peek(asked):
    """What a stream has brought when its provider has not ended it."""
    agent, _ = agent_of(asked)
    options = {"stream": True, "session_id": "s"}

    async def first():
        async for event in agent.arun("hi", **options):
            if event.content:
                return event.content

    if asked["way"] == "astream":
        return {"content": loop.run_until_complete(first())}
    return {"content": next(event.content for event in agent.run("hi", **options) if event.content)}


def outlast(asked):
    """A conversation that goes on while others begin."""
    exchanges = Exchanges()
    mine = Message(id="mine", role="assistant", content="found")
    unseen = Message(role="assistant", content="fetched")
    for other in range(5_000):
        exchanges.keep(str(other) if other else "mine", Exchange(("found", ()), [unseen, mine]))
        if exchanges.put_back([mine]) != [unseen, mine]:
            return {"lost": other}
    return {"lost": None}


def together(asked):
    """Many calls fail at the same time, and a moment later the proxy is there."""
    usual, client.REST_SECONDS = client.REST_SECONDS, 0.2
    config = HeadroomConfig(base_url=asked["headroom"], starts=False)
    headroom = client.Headroom(asked["nobody"])
    client.REST_SECONDS = usual
    threads = [threading.Thread(target=headroom.compress, args=({}, config)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    headroom.base_url = asked["headroom"]
    time.sleep(0.5)
    return {"profile": headroom.profile(config)}


def stranger(asked):
    """Whatever listens where a proxy has left its entry."""
    server = socket.create_server(("127.0.0.1", 0))
    entry = {"port": server.getsockname()[1], "secret": "s"}
    with tempfile.TemporaryDirectory() as home:
        os.environ["HEADROOM_HOME"] = home
        os.mkdir(f"{home}/run")
        pathlib.Path(home, "run", "proxy-1.json").write_text(json.dumps(entry))
        answering = threading.Thread(target=lambda: server.accept()[0].sendall(asked["says"].encode() + b"\n"))
        answering.start()
        line = start.Line.to("http://127.0.0.1:8787")
        answering.join()
    return {"line": line is not None}


PROGRAMS = {
    "ready": lambda asked: {},
    "peek": peek,
    "converse": converse,
    "surface": surface,
    "shorten": shorten,
    "outlast": outlast,
    "together": together,
    "stranger": stranger,
}


def main():
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = PROGRAMS[asked["program"]](asked)
        except Exception:
            answer = {"failed": traceback.format_exc()}
        print(json.dumps(answer, default=str), file=answers, flush=True)


main()
