def test_it(datadir, snapshot): pass
