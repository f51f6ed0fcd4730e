def f():
    import b.here
