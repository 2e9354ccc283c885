"""Lets the tests of this folder drive kernels by hand as those of the models that stand on them do."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "models" / "saom"))
