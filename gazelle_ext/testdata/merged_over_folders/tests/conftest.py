from tests.sub.helper import x
