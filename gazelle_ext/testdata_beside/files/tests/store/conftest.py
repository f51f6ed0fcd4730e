import app.store
