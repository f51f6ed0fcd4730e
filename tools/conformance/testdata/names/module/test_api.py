import pytest


def test_beside_a_folder_of_the_name():
    pass


@pytest.mark.serial
def test_alone():
    pass
