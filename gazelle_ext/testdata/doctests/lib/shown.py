show = print
