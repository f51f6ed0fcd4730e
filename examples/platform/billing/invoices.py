"""Invoices: drafts that can change, issued ones that can only be paid or voided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from billing.errors import BillingError, Conflict
from billing.money import Money, total
from billing.tax import tax_on
from billing.tenants import Tenant


class Status(Enum):
    DRAFT = "draft"
    ISSUED = "issued"
    PAID = "paid"
    VOID = "void"


MAY_BECOME = {
    Status.DRAFT: {Status.ISSUED},
    Status.ISSUED: {Status.PAID, Status.VOID},
    Status.PAID: set(),
    Status.VOID: set(),
}


@dataclass(frozen=True)
class Line:
    text: str
    amount: Money


@dataclass(frozen=True)
class Invoice:
    """Tax is worked out once over the sum of the lines, not line by line."""

    tenant: Tenant
    lines: tuple[Line, ...]
    number: int = 0
    status: Status = Status.DRAFT

    @property
    def net(self) -> Money:
        return total([line.amount for line in self.lines], self.tenant.currency)

    @property
    def tax(self) -> Money:
        return tax_on(self.net, self.tenant.country)

    @property
    def gross(self) -> Money:
        return self.net + self.tax

    def issue(self, number: int) -> Invoice:
        if not self.lines:
            raise BillingError(f"invoice {number}: has no lines")
        return replace(self._become(Status.ISSUED), number=number)

    def pay(self) -> Invoice:
        return self._become(Status.PAID)

    def void(self) -> Invoice:
        return self._become(Status.VOID)

    def _become(self, status: Status) -> Invoice:
        if status not in MAY_BECOME[self.status]:
            raise Conflict(
                f"invoice {self.number}: {self.status.value}, cannot be {status.value}"
            )
        return replace(self, status=status)


def draft(tenant: Tenant, lines: Iterable[Line]) -> Invoice:
    return Invoice(tenant, tuple(lines))
