"""`billing`: the command that looks after a database and asks it questions."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from billing import migrations
from billing.api import Server
from billing.errors import BillingError
from billing.service import Billing
from billing.store import Store, connect
from billing.tenants import Tenant


def migrate(args: argparse.Namespace) -> None:
    with closing(connect(args.database)) as connection:
        applied = migrations.migrate(connection)
    print(f"applied {len(applied)}, schema {migrations.LATEST}")


def add_tenant(args: argparse.Namespace) -> None:
    with Store.opened(args.database) as store:
        store.add_tenant(Tenant(args.slug, args.name, args.country, args.currency))


def statement(args: argparse.Namespace) -> None:
    with Store.opened(args.database) as store:
        for line in Billing(store).statement(args.slug):
            print(f"{line.memo:<30}{line.amount!s:>16}{line.balance!s:>16}")


def serve(args: argparse.Namespace) -> None:
    with Server(args.database, args.port) as server:
        print(f"listening on {server.url}", flush=True)
        server.serve_forever()


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="billing", description=__doc__)
    top.add_argument("--database", type=Path, required=True)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("migrate").set_defaults(run=migrate)
    adding = commands.add_parser("add-tenant")
    for field in ("slug", "name", "country", "currency"):
        adding.add_argument(field)
    adding.set_defaults(run=add_tenant)
    stating = commands.add_parser("statement")
    stating.add_argument("slug")
    stating.set_defaults(run=statement)
    serving = commands.add_parser("serve")
    serving.add_argument("--port", type=int, default=8080)
    serving.set_defaults(run=serve)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    args = parser().parse_args(argv)
    try:
        args.run(args)
    except BillingError as error:
        print(f"billing: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
