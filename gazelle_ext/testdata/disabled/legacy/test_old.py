print 'python 2'
