import app.http
