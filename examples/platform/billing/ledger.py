"""Double-entry bookkeeping: every transaction's postings add up to zero.

Debits are positive, credits negative. Nothing is ever changed or removed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from billing.errors import BillingError
from billing.money import Money, total

CASH = "cash"
RECEIVABLE = "receivable"
REVENUE = "revenue"
TAX = "tax"


@dataclass(frozen=True)
class Posting:
    account: str
    amount: Money


@dataclass(frozen=True)
class Transaction:
    memo: str
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        if len(self.postings) < 2:
            raise BillingError(f"transaction {self.memo!r}: needs two postings or more")
        currency = self.postings[0].amount.currency
        rest = total([posting.amount for posting in self.postings], currency)
        if rest.minor:
            raise BillingError(f"transaction {self.memo!r}: out of balance by {rest}")


def invoiced(memo: str, net: Money, tax: Money) -> Transaction:
    postings = [Posting(RECEIVABLE, net + tax), Posting(REVENUE, -net)]
    if tax.minor:
        postings.append(Posting(TAX, -tax))
    return Transaction(memo, tuple(postings))


def paid(memo: str, amount: Money) -> Transaction:
    return Transaction(memo, (Posting(CASH, amount), Posting(RECEIVABLE, -amount)))


def balances(transactions: Iterable[Transaction]) -> dict[str, Money]:
    """The balance of each account that has a posting."""
    sums: dict[str, Money] = {}
    for transaction in transactions:
        for posting in transaction.postings:
            before = sums.get(posting.account, Money.zero(posting.amount.currency))
            sums[posting.account] = before + posting.amount
    return sums
