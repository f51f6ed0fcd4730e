X = Path(__file__).with_name('x.cfg')
