"""How the small functions of a simulation are compiled.

They make no arrays, so that references to the arrays they are handed need not be counted: at every call, for every
array, counting would cost more than the work itself. Whoever makes the arrays keeps them alive.
"""

from __future__ import annotations

from functools import partial

from recoverynet.kernels.linked import linked

lean = partial(linked, nogil=True, _nrt=False)
"""For functions that make no arrays."""
