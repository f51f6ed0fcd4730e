"""The service as a process outside would meet it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from billing.api import Server

Call = Callable[..., tuple[int, dict]]


@contextmanager
def serving(database: Path) -> Iterator[Call]:
    """Serve a database over loopback; yields a function that calls the server."""
    opener = build_opener(ProxyHandler({}))  # never by way of the machine's proxy

    def call(path: str, body: dict | None = None, caller: str = "") -> tuple[int, dict]:
        data = None if body is None else json.dumps(body).encode()
        request = Request(server.url + path, data, {"X-Tenant": caller})
        try:
            with opener.open(request, timeout=10) as response:
                return response.status, json.load(response)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)

    with Server(database) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield call
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="class")
def api(own_database: Path) -> Iterator[Call]:
    """A server of the class's own, over this process's database."""
    with serving(own_database) as call:
        yield call


@pytest.fixture(scope="class")
def shared_api(shared_database: Path) -> Iterator[Call]:
    with serving(shared_database) as call:
        yield call
