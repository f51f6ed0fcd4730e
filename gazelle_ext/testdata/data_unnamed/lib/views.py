import os


def view(name):
    return open(os.path.join(os.path.dirname(__file__), "pages-" + name + ".html"))
