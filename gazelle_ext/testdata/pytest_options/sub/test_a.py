def check_a():
    pass
