from core import db
