import generated.thing_pb2
import yaml
import app.db.models
from app import web
