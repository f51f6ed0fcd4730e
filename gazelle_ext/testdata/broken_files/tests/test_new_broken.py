def test_new(
