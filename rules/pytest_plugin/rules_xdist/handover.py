"""What the workers of pytest-xdist and the process that gives them work tell each other,
besides what pytest-xdist tells: by its workerinput and workeroutput, and by files in a
folder that the one process makes.
"""

# What is ours in workerinput and in workeroutput.
KEY = "rules_xdist"

# A file that is there once no more tests are to start.
STOP = "stop"

# Where a worker that is told to end says what it was doing: at once with the others, on
# stderr, none of them could be read.
STACKS = ".stacks"
