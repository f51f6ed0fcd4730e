from lib.deep import thing
