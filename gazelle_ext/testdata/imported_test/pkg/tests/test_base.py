class TestBase:
    def test_a(self):
        pass
