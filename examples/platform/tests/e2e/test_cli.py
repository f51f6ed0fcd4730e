"""The command line: in this process, and once as a process of its own."""

import os
import subprocess
import sys

import pytest

from billing.cli import main
from billing.invoices import Line
from billing.money import Money
from billing.service import Billing
from billing.store import Store

pytestmark = pytest.mark.e2e


@pytest.fixture
def run(own_database, capsys):
    def run_billing(*args):
        code = main(["--database", str(own_database), *args])
        return code, *capsys.readouterr()

    return run_billing


def test_statement(run, own_database):
    run("add-tenant", "initech", "Initech Inc", "US", "USD")
    with Store.opened(own_database) as store:
        Billing(store).invoice("initech", [Line("seats", Money(995, "USD"))])
    code, output, _ = run("statement", "initech")
    assert code == 0
    assert output.split() == ["invoice", "1", *["9.95", "USD"] * 2]


def test_an_error_is_one_line(run):
    assert run("statement", "nobody") == (1, "", "billing: tenant 'nobody': unknown\n")


def test_an_old_schema_is_refused(tmp_path, capsys):
    path = tmp_path / "old.sqlite3"
    assert main(["--database", str(path), "statement", "acme"]) == 1
    assert "run `billing migrate`" in capsys.readouterr().err


@pytest.mark.serial
def test_migrate_where_everyone_looks(host, capsys):
    """The real command on the host's own database, hence alone."""
    path = host.folder / "migrated.sqlite3"
    path.unlink(missing_ok=True)
    assert main(["--database", str(path), "migrate"]) == 0
    assert main(["--database", str(path), "migrate"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("applied 0,")


@pytest.mark.skipif(sys.platform == "win32", reason="no POSIX signals on Windows")
def test_serve_until_terminated(own_database, request):
    command = [sys.executable, "-m", "billing.cli", "--database", str(own_database)]
    environment = os.environ | {"PYTHONPATH": str(request.config.rootpath)}
    with subprocess.Popen(
        [*command, "serve", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout.readline().startswith("listening on http://127.0.0.1:")
        server.terminate()
    assert server.returncode != 0
