from tests.test_a import A
