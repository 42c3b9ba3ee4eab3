"""The program of agno.ts: an Agno agent, and the one line that Headroom is. The task comes on standard input."""

import json
import os
import sys

from agno.agent import Agent
from agno.models.openai import OpenAIChat
from agno.tools.function import Function
from headroom.integrations.agno import HeadroomAgnoModel

task = json.load(sys.stdin)
model = OpenAIChat(id=task["model"], base_url=task["baseURL"], api_key=os.environ["OPENAI_API_KEY"])
if task["hasHeadroom"]:
    model = HeadroomAgnoModel(model)


def tool(name, description, result):
    given = {"entrypoint": lambda: result, "skip_entrypoint_processing": True}
    return Function(name=name, description=description, parameters={"type": "object", "properties": {}}, **given)


agent = Agent(model=model, tools=[tool(**each) for each in task["tools"]], telemetry=False)
print(agent.run(task["question"]).content)
