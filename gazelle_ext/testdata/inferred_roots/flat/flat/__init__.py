from flat import core
