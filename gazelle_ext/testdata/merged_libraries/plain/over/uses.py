import plain.uses
