def test_it(shared_datadir): pass
