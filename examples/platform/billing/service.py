"""What billing does for its users, each a single transaction over the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from billing import ledger
from billing.invoices import Invoice, Line, draft
from billing.money import Money
from billing.store import Store


@dataclass(frozen=True)
class StatementLine:
    memo: str
    amount: Money
    balance: Money


class Billing:
    def __init__(self, store: Store) -> None:
        self._store = store

    def invoice(self, slug: str, lines: Iterable[Line]) -> Invoice:
        """Issue an invoice under the tenant's next number and post it."""
        with self._store.writing():
            tenant = self._store.tenant(slug)
            number = self._store.next_invoice_number(tenant)
            issued = draft(tenant, lines).issue(number)
            self._store.add_invoice(issued)
            posted = ledger.invoiced(f"invoice {number}", issued.net, issued.tax)
            self._store.record(tenant, posted)
        return issued

    def pay(self, slug: str, number: int) -> Invoice:
        """Take note that an invoice was paid in full."""
        with self._store.writing():
            tenant = self._store.tenant(slug)
            settled = self._store.invoice(tenant, number).pay()
            self._store.set_status(settled)
            payment = ledger.paid(f"payment of invoice {number}", settled.gross)
            self._store.record(tenant, payment)
        return settled

    def balance(self, slug: str) -> Money:
        """What the tenant's customers owe."""
        tenant = self._store.tenant(slug)
        found = ledger.balances(self._store.transactions(tenant))
        return found.get(ledger.RECEIVABLE, Money.zero(tenant.currency))

    def statement(self, slug: str) -> list[StatementLine]:
        """Everything that moved the receivables, with the balance after each."""
        tenant = self._store.tenant(slug)
        balance = Money.zero(tenant.currency)
        lines = []
        for transaction in self._store.transactions(tenant):
            for posting in transaction.postings:
                if posting.account == ledger.RECEIVABLE:
                    balance += posting.amount
                    lines.append(
                        StatementLine(transaction.memo, posting.amount, balance)
                    )
        return lines
