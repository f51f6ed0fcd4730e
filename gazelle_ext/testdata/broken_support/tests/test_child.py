from tests.base import Base


class TestChild(Base):
    def test_a(self):
        pass
