import yaml
import app.db.models
from app import web
