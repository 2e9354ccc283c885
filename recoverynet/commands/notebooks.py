"""The command that hands out the walk-through notebooks."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from recoverynet.atomic import atomic_folder
from recoverynet.errors import SchemaError

app = typer.Typer()


@app.command()
def notebooks(
    to: Annotated[Path, typer.Option("--to", help="Folder to write them into; made where it does not exist.", show_default=False)],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace notebooks of the same name.")] = False,
) -> None:
    """Copy the walk-through notebooks into a folder of your own.

    They run on the samples that come with the package, and need nothing beside them.
    """
    from recoverynet.samples import notebooks_folder

    found = sorted(notebooks_folder().glob("*.ipynb"))
    there = [path.name for path in found if (to / path.name).exists()]
    if there and not overwrite:
        raise SchemaError(f"{to} holds {', '.join(there)} already. Choose another folder, or add --overwrite to replace them.")
    with atomic_folder(to) as partial:
        for path in found:
            shutil.copyfile(path, partial / path.name)
    for path in found:
        typer.echo(f"  {to / path.name}")
    typer.echo(f"\nStart with:  jupyter lab {to / found[0].name}")
