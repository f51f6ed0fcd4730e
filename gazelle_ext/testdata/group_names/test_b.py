import pytest


@pytest.mark.xdist_group("selenium:chrome")
def test_colon():
    pass


@pytest.mark.xdist_group("c++")
def test_plus():
    pass


@pytest.mark.xdist_group("")
def test_empty():
    pass


@pytest.mark.xdist_group("ünï €")
def test_unicode():
    pass




@pytest.mark.xdist_group("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhhiiiiiiiiiijjjjjjjjjjkkkkkkkkkk")
def test_long():
    pass


@pytest.mark.xdist_group("api/v1")
@pytest.mark.xdist_group("u@v")
def test_two():
    pass


