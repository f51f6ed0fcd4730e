"""The command, started as people start it: by the Python that runs the tests."""

import subprocess
import sys


def python(*args: str) -> str:
    return subprocess.run(
        [sys.executable, *args], check=True, capture_output=True, text=True
    ).stdout


def test_the_module_prints_the_plan():
    assert python("-m", "boxoffice", "studio").splitlines()[:2] == [
        "A1 25.00",
        "A2 25.00",
    ]


def test_a_script_imports_the_code():
    code = "from boxoffice import house; print(len(house.load('studio').prices))"
    assert python("-c", code) == "10\n"


def test_arguments_stay_whole():
    assert python("-c", "import sys; print(sys.argv[1:])", "a b", "") == "['a b', '']\n"


def test_packages_are_found():
    import yaml

    assert (
        python("-c", "import yaml; print(yaml.__version__)") == yaml.__version__ + "\n"
    )
