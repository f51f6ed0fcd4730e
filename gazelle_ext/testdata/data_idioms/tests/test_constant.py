from acme.settings import BASE_DIR


def test_it():
    assert (BASE_DIR / "static" / "s.css").read_text()
