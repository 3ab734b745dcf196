"""A server on loopback that speaks OpenAI's chat completions the way a test scripts it, and remembers every request."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from support_http import Asked, Loopback, Script, answer, serve

PATH = "/v1/chat/completions"
Behaviour = Callable[["Request"], Script]


@dataclass(frozen=True)
class Request:
    """One request as the server saw it; `number` counts from 1."""

    number: int
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def form(self) -> str:
        return str(self.body.get("response_format", {}).get("type", "none"))

    @property
    def system(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def user(self) -> str:
        return str(self.body["messages"][1]["content"])

    @property
    def article(self) -> str:
        """What stands between the marks, without them."""
        match = re.fullmatch(r"\[(\w+)\]\n(.*)\n\[/\1\]", self.user, re.DOTALL)
        assert match, self.user
        return match[2]

    @property
    def text(self) -> str:
        return self.article.partition("\n\n")[2]


@dataclass
class ModelServer:
    """`behaviour` decides each answer; `requests` is what came in."""

    loopback: Loopback
    behaviour: Behaviour
    requests: list[Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.loopback.url("/v1")

    @property
    def most_at_once(self) -> int:
        return self.loopback.most_at_once

    def _script(self, asked: Asked, connection: socket.socket) -> None:
        request = Request(len(self.requests) + 1, json.loads(asked.body), asked.headers)
        self.requests.append(request)
        self.behaviour(request)(asked, connection)


@contextmanager
def model_server(behaviour: Behaviour) -> Iterator[ModelServer]:
    with serve() as loopback:
        server = ModelServer(loopback, behaviour)
        loopback.routes[PATH] = server._script
        yield server


def completion(content: Any, *, tokens: int | None = 500, finish: str = "stop", **message: Any) -> Script:
    """A chat completion whose message is `content` as it stands."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content, **message}}
    body: dict[str, Any] = {"id": "1", "object": "chat.completion", "choices": [choice]}
    if tokens is not None:
        body["usage"] = {"prompt_tokens": tokens - 1, "completion_tokens": 1, "total_tokens": tokens}
    return answer(200, json.dumps(body).encode(), {"Content-Type": "application/json"})


def says(summary: Any, **more: Any) -> Script:
    """A completion that keeps to the schema."""
    return completion(json.dumps({"summary": summary}), **more)


def faithful(request: Request) -> Script:
    """The second sentence of the article: true, whole, and another text than the extract's two."""
    return says(sentences_of(request)[1])


def sentences_of(request: Request) -> list[str]:
    return re.findall(r"[^.]+\.", " ".join(request.text.split()))


def always(script: Script) -> Behaviour:
    return lambda request: script


def drip(byte_every_s: float) -> Script:
    """A complete-looking answer that arrives a byte at a time."""

    def script(asked: Asked, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n")
        for _ in range(5000):
            connection.sendall(b" ")
            time.sleep(byte_every_s)

    return script
