import pytest


def test_of_a_file_called_as_its_folder():
    pass


@pytest.mark.serial
def test_alone():
    pass
