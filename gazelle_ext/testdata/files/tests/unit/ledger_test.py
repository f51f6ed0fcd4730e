import app.ledger as ledger


class TestLedger:
    def test_one(self):
        pass
