import pkg

def test_it(): pass
