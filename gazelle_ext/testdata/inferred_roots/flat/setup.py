from setuptools import setup  # gazelle:ignore setuptools
setup(name="flat")
