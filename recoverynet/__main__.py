"""``python -m recoverynet`` is the command ``recoverynet``."""

from recoverynet.cli import main

main()
