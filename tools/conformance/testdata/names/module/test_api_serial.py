def test_called_as_the_serial_target_of_another():
    pass
