"""Billing over HTTP."""

import pytest

from billing.store import Store

pytestmark = pytest.mark.e2e

GLOBEX = {"slug": "globex", "name": "Globex AG", "country": "CH", "currency": "CHF"}
SEATS = {"lines": [{"text": "seats", "amount": "100.00 CHF"}]}


@pytest.mark.xdist_group("db")
class TestSharedBooks:
    """One server over the database of the group `db`, one tenant a test."""

    @pytest.fixture
    def globex(self, shared_api):
        slug = f"globex-{shared_api('/health')[1]['tenants']}"
        assert shared_api("/tenants", GLOBEX | {"slug": slug})[0] == 201
        return slug

    def test_an_opened_tenant_is_in_the_database(
        self, shared_api, shared_database, globex
    ):
        with Store.opened(shared_database) as store:
            assert store.tenant(globex).name == "Globex AG"
            assert shared_api("/health") == (200, {"tenants": store.count_tenants()})

    def test_invoice_and_payment(self, shared_api, globex):
        invoices = f"/tenants/{globex}/invoices"
        status, issued = shared_api(invoices, SEATS, caller=globex)
        assert (status, issued["total"]) == (201, "108.10 CHF")
        status, settled = shared_api(f"{invoices}/1/payment", {}, caller=globex)
        assert (status, settled["status"]) == (200, "paid")

    def test_the_balance_is_what_is_open(self, shared_api, globex):
        shared_api(f"/tenants/{globex}/invoices", SEATS, caller=globex)
        answer = shared_api(f"/tenants/{globex}/balance", caller=globex)
        assert answer == (200, {"balance": "108.10 CHF"})

    def test_another_tenants_books_are_closed(self, shared_api, globex):
        status, answer = shared_api(f"/tenants/{globex}/balance", caller="initech")
        assert status == 403
        assert "not for 'initech' to see" in answer["error"]


class TestOwnBooks:
    """One server for the class, over this process's own database."""

    def test_what_does_not_exist(self, api):
        assert api("/")[0] == 404
        assert api("/tenants/nobody/balance", caller="nobody")[0] == 404

    def test_bad_country(self, api):
        status, answer = api("/tenants", GLOBEX | {"country": "XX"})
        assert (status, answer) == (400, {"error": "country 'XX': no tax rate known"})

    def test_a_tenant_opens_once(self, api):
        assert [api("/tenants", GLOBEX)[0] for _ in range(2)] == [201, 409]
