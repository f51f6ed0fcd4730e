import os

marks = os.environ.get("MARKS")
