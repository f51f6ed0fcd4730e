"""A small multi-tenant billing service: invoices, payments and a double-entry ledger.

It does not take payments itself and does not send mail: it only keeps the books.
"""
