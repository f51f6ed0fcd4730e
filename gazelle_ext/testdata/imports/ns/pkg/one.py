from .two import f
