"""Programs that send reports to a running server over HTTP, each with a key of its own; needs no Django."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Sequence
from typing import Any

PATH = "/api/city_management/reports"
TIMEOUT_S = 30


class Sender(threading.Thread):
    """One program: one connection kept open, one report after another. `done`: (key, code, milliseconds)."""

    def __init__(self, name: str, port: int, token: str, texts: Sequence[Any], stop_at: float) -> None:
        super().__init__(name=name)
        self.port, self.texts, self.stop_at = port, texts, stop_at
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.done: list[tuple[str, str, float]] = []
        self.refused: list[str] = []

    def run(self) -> None:
        connection, number = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S), 0
        while time.time() < self.stop_at:
            key, number = f"{self.name}-{number}", number + 1
            began = time.perf_counter()
            status, body = post(connection, self.headers, key, self.texts[number % len(self.texts)])
            if status == 201:
                self.done.append((key, body["code"], (time.perf_counter() - began) * 1e3))
            else:
                self.refused.append(f"{status} {body}"[:200])
        connection.close()


def post(
    connection: http.client.HTTPConnection, headers: dict[str, str], key: str, said: Sequence[Any], path: str = PATH
) -> tuple[int, Any]:
    """Status and answer of one report. Raises OSError or HTTPException where the connection breaks."""
    text, lon, lat = said
    body = json.dumps({"text": text, "lon": lon, "lat": lat})
    connection.request("POST", path, body, headers | {"Idempotency-Key": key})
    answer = connection.getresponse()
    found = answer.read()
    return answer.status, json.loads(found) if found.startswith(b"{") else found.decode("utf-8", "replace")
