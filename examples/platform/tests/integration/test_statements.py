"""Statements: on the shared database as a group, and on this process's own."""

from time import sleep

import pytest

from billing.errors import NotFound
from billing.invoices import Line
from billing.money import Money
from billing.service import Billing

pytestmark = pytest.mark.integration


@pytest.mark.xdist_group(name="db")
class TestSharedBooks:
    def test_running_balance(self, shared_billing, tenant):
        for minor in (1000, 2000):
            line = Line("usage", Money(minor, "EUR"))
            shared_billing.invoice(tenant.slug, [line])
        shared_billing.pay(tenant.slug, 1)
        balances = [str(line.balance) for line in shared_billing.statement(tenant.slug)]
        assert balances == ["11.90 EUR", "35.70 EUR", "23.80 EUR"]

    def test_tenants_do_not_see_each_other(self, shared_billing, new_tenant):
        ours, theirs = new_tenant(), new_tenant()
        shared_billing.invoice(ours.slug, [Line("usage", Money(1, "EUR"))])
        assert len(shared_billing.statement(ours.slug)) == 1
        assert shared_billing.statement(theirs.slug) == []

    def test_nobody_else_writes_meanwhile(self, shared_store, tenant):
        before = shared_store.count_tenants()
        sleep(0.1)
        assert shared_store.count_tenants() == before


class TestOwnBooks:
    def test_a_new_tenant_has_an_empty_statement(self, store, acme):
        store.add_tenant(acme)
        assert Billing(store).statement("acme") == []

    def test_unknown_tenant(self, store):
        with pytest.raises(NotFound):
            Billing(store).statement("nobody")
