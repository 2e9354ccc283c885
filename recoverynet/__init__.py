"""recoverynet: from contact records to a defensible answer and a publishable report about recovery communities.

The names of the door stand in ``__init__.pyi`` beside this file, where editors and type checkers see them too. Nothing is
loaded until it is used.
"""

from __future__ import annotations

import lazy_loader

__version__ = "0.2.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
