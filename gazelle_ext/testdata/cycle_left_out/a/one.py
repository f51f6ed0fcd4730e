import b.two
import json
