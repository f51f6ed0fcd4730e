from src import app
