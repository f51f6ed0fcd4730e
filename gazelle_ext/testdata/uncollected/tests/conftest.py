import sys

collect_ignore = ["test_py2.py", "gone.py"]
collect_ignore_glob = ["old/*"]
if sys.platform == "win32":
    collect_ignore.append("test_unix.py")
