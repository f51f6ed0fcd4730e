def test_it(here):
    assert (here / "b.txt").read_text()
