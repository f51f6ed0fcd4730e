X = Path(__file__).with_name('x.txt')

def test_it(): pass
