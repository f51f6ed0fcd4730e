pytest_plugins = ['plugins.first', 'pytester']
