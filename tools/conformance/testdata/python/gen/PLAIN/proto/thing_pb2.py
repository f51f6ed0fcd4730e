class Thing: name = 1
