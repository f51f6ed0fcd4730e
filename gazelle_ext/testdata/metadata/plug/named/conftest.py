pytest_plugins = ["plug.plugin"]
