"""Whether a wheel and an sdist hold what they should: every tracked file of the package, its samples and its notebooks."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

MOVED = {"data/samples/": "recoverynet/data/samples/", "notebooks/": "recoverynet/data/notebooks/"}
"""Where folders of the project lie in the wheel."""


def tracked(*folders: str) -> set[str]:
    """Files under version control below some folders."""
    return set(subprocess.run(["git", "ls-files", *folders], capture_output=True, text=True, check=True).stdout.splitlines())


def main(folder: Path) -> None:
    """Compare both archives with what is tracked; exit status 1 where something is missing."""
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    in_wheel = set(zipfile.ZipFile(wheel).namelist())
    with tarfile.open(sdist) as archive:
        in_sdist = {name.partition("/")[2] for name in archive.getnames()}
    wanted = tracked("recoverynet", *MOVED)
    for name, place in MOVED.items():
        wanted = {place + file.removeprefix(name) if file.startswith(name) else file for file in wanted}
    missing = sorted(wanted - in_wheel) + sorted(tracked("recoverynet", "tests", "docs", *MOVED) - in_sdist)
    if missing:
        sys.exit(f"Not in the archives: {', '.join(missing[:10])} ({len(missing)} in all)")
    print(f"{wheel.name} holds {len(in_wheel)} files, {sdist.name} {len(in_sdist)}: every tracked file is there")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
