import base.things
X = = 1
