marks = []
