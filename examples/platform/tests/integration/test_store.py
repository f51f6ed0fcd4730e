"""The store, over a database that belongs to this process.

`store` is one for the module: tests add tenants of their own and leave the rest be.
"""

import os
from threading import Event, Thread
from time import sleep
from urllib.parse import unquote

import pytest

from billing.errors import Conflict, NotFound
from billing.ledger import invoiced
from billing.money import Money
from billing.store import Store
from billing.tenants import Tenant

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def zenith(store):
    tenant = Tenant("zenith", "Zenith SARL", "FR", "EUR")
    store.add_tenant(tenant)
    return tenant


def test_the_database_is_named_after_the_process(own_database, host):
    assert host.worker_id == os.environ.get("PYTEST_XDIST_WORKER", "master")
    assert host.worker_id == unquote(own_database.parent.name)


def test_tenant_is_kept(store, zenith):
    assert store.tenant("zenith") == zenith


def test_tenant_slugs_are_unique(store, zenith):
    with pytest.raises(Conflict, match="'zenith': exists already"):
        store.add_tenant(zenith)


def test_unknown_tenant(store):
    with pytest.raises(NotFound, match="'nobody': unknown"):
        store.tenant("nobody")


def test_a_failed_transaction_leaves_nothing_behind(store, zenith):
    before = store.transactions(zenith)
    with pytest.raises(RuntimeError), store.writing():
        store.record(zenith, invoiced("lost", Money(10, "EUR"), Money(2, "EUR")))
        raise RuntimeError("power cut")
    assert store.transactions(zenith) == before


def test_a_writer_waits_for_another_to_finish(own_database, store):
    rival = Tenant("rival", "Rival Inc", "US", "USD")
    begun = Event()

    def write_slowly():
        with Store.opened(own_database) as other, other.writing():
            begun.set()
            sleep(0.1)
            other.add_tenant(rival)

    writer = Thread(target=write_slowly)
    writer.start()
    assert begun.wait(timeout=5)
    with store.writing():
        assert store.tenant("rival") == rival
    writer.join()
