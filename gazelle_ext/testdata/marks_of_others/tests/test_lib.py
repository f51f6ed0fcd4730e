import lib


class Accounts(lib.DatabaseCase):
    def test_opens(self):
        pass


@lib.alone
def test_restart():
    pass
