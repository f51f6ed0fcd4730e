X = Path(__file__).with_name('x.cfg')

def test_it(): pass
