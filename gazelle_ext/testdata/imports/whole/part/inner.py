import whole.side.leaf
