DATA = Path(__file__).with_name('mine.txt')

def test_it(): pass
