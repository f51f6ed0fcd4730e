import c.there
