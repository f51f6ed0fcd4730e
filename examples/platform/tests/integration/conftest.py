"""Stores over real databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from billing.service import Billing
from billing.store import Store
from billing.tenants import Tenant


@pytest.fixture(scope="module")
def store(own_database: Path) -> Iterator[Store]:
    """One store for all tests of a module: opening and migrating it takes a while."""
    with Store.opened(own_database) as opened:
        yield opened


@pytest.fixture
def shared_store(shared_database: Path) -> Iterator[Store]:
    with Store.opened(shared_database) as opened:
        yield opened


@pytest.fixture
def shared_billing(shared_store: Store) -> Billing:
    return Billing(shared_store)


@pytest.fixture
def new_tenant(shared_store: Store) -> Callable[[], Tenant]:
    """Opens a tenant that no other test has in the shared database."""

    def open_tenant() -> Tenant:
        number = shared_store.count_tenants() + 1
        opened = Tenant(f"tenant-{number}", f"Tenant {number}", "DE", "EUR")
        shared_store.add_tenant(opened)
        return opened

    return open_tenant


@pytest.fixture
def tenant(new_tenant: Callable[[], Tenant]) -> Tenant:
    return new_tenant()
