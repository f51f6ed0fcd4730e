import app.ledger
