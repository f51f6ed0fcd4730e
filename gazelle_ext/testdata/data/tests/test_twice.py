A = Path(__file__).with_name('mine.txt')
B = Path(__file__).parent / 'data'

def test_it(): pass
