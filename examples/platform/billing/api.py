"""Billing over HTTP: JSON in, JSON out.

The header X-Tenant says for whom a request speaks. A proxy in front is to vouch for it:
this server authenticates nobody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from billing.errors import BillingError, Conflict, NotFound
from billing.invoices import Invoice, Line
from billing.money import Money
from billing.service import Billing
from billing.store import Store
from billing.tenants import Tenant

Answer = tuple[HTTPStatus, dict]


class Forbidden(BillingError):
    """The request speaks for one tenant and asks for another."""


def health(store: Store, body: dict) -> Answer:
    return HTTPStatus.OK, {"tenants": store.count_tenants()}


def open_tenant(store: Store, body: dict) -> Answer:
    fields = {key: str(body.get(key, "")) for key in Tenant.__dataclass_fields__}
    tenant = Tenant(**fields)
    store.add_tenant(tenant)
    return HTTPStatus.CREATED, fields


def balance(store: Store, body: dict, slug: str) -> Answer:
    return HTTPStatus.OK, {"balance": str(Billing(store).balance(slug))}


def issue(store: Store, body: dict, slug: str) -> Answer:
    try:
        asked = [(str(line["text"]), str(line["amount"])) for line in body["lines"]]
    except (KeyError, TypeError):
        raise BillingError("lines: need a list of {text, amount}") from None
    lines = [Line(text, Money.parse(amount)) for text, amount in asked]
    return HTTPStatus.CREATED, _shown(Billing(store).invoice(slug, lines))


def pay(store: Store, body: dict, slug: str, number: str) -> Answer:
    return HTTPStatus.OK, _shown(Billing(store).pay(slug, int(number)))


def _shown(invoice: Invoice) -> dict:
    return {
        "number": invoice.number,
        "status": invoice.status.value,
        "total": str(invoice.gross),
    }


ROUTES: tuple[tuple[str, re.Pattern[str], Callable[..., Answer]], ...] = (
    ("GET", re.compile(r"/health"), health),
    ("POST", re.compile(r"/tenants"), open_tenant),
    ("GET", re.compile(r"/tenants/([^/]+)/balance"), balance),
    ("POST", re.compile(r"/tenants/([^/]+)/invoices"), issue),
    ("POST", re.compile(r"/tenants/([^/]+)/invoices/(\d+)/payment"), pay),
)
STATUS_OF = (
    (Forbidden, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (BillingError, HTTPStatus.BAD_REQUEST),
)


def answer(store: Store, method: str, path: str, caller: str, body: dict) -> Answer:
    """Find the route, make sure that the caller may take it, and go."""
    try:
        for verb, pattern, handler in ROUTES:
            found = pattern.fullmatch(path)
            if found and verb == method:
                if found.groups() and found[1] != caller:
                    raise Forbidden(f"tenant {found[1]!r}: not for {caller!r} to see")
                return handler(store, body, *found.groups())
        raise NotFound(f"{method} {path}: no such route")
    except BillingError as error:
        status = next(code for kind, code in STATUS_OF if isinstance(error, kind))
        return status, {"error": str(error)}


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        try:
            body = json.loads(self.rfile.read(length) or b"{}")
        except ValueError:
            body = None
        if isinstance(body, dict):
            self._serve(body)
        else:
            self._send(HTTPStatus.BAD_REQUEST, {"error": "body: need a JSON object"})

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the proxy in front keeps the log."""

    def _serve(self, body: dict) -> None:
        caller = self.headers.get("X-Tenant", "")
        with Store.opened(self.server.database) as store:
            self._send(*answer(store, self.command, self.path, caller, body))

    def _send(self, status: HTTPStatus, body: dict) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """Serves one database on the loopback interface; port 0 takes any free one."""

    def __init__(self, database: Path, port: int = 0) -> None:
        with Store.opened(database):
            pass  # An old schema is better met now than by the first request.
        super().__init__(("127.0.0.1", port), _Handler)
        self.database = database

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"
