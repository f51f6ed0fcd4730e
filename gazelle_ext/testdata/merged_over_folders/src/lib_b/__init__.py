import lib_a
