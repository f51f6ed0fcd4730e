from plug import plugin

def test_it(): pass
