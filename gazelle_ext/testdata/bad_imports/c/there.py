import d.last
