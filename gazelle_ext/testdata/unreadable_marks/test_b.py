from helpers import marks

pytestmark = [marks.db]


def test_b():
    pass
