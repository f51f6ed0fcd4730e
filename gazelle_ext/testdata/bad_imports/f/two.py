import theirs_e
