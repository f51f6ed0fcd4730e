import ns.pkg.one
import whole.part.inner
