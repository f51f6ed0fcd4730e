from pathlib import Path
HERE = Path(__file__).parent

def test_it():
    (HERE / 'data' / 'b.json').read_text()
    (HERE / 'data' / 'a.json').read_text()
