import theirs_f
