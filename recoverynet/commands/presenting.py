"""Options that put a service's name, logo, sections and words on a report, and the command that copies a template to edit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recoverynet.commands.options import Overwrite
from recoverynet.commands.telling import require_new

if TYPE_CHECKING:
    from recoverynet.report.report import Report

Service = Annotated[str | None, typer.Option("--service", help="Name of the service, for the cover.", show_default=False)]
Contact = Annotated[str | None, typer.Option("--contact", help="Whom to ask, for the cover.", show_default=False)]
Logo = Annotated[Path | None, typer.Option("--logo", help="Picture for the cover, .png or .jpg.", show_default=False)]
SectionNames = Annotated[
    str | None,
    typer.Option(
        "--sections",
        help="Sections to show, in this order, with commas between, such as links,outcomes. In brief, the limits and the settings "
        "always stay.",
        show_default=False,
    ),
]
Template = Annotated[
    Path | None, typer.Option("--template", help="A copy of the template, edited; see recoverynet template.", show_default=False)
]
MadeBy = Annotated[str | None, typer.Option("--made-by", help="Who made it, for the manifest.", show_default=False)]

app = typer.Typer()


@app.command()
def template(
    to: Annotated[Path, typer.Option("--to", help="File to write: a notebook, .ipynb.")] = Path("my_evaluation.ipynb"),
    overwrite: Overwrite = False,
) -> None:
    """Copy the template of the evaluation report.

    Then give it back with: recoverynet report evaluation FOLDER --template FILE, whatever the format of the report.
    """
    if to.suffix.lower() != ".ipynb":
        raise typer.BadParameter(f"a template is a notebook, .ipynb; {to.name} ends otherwise.", param_hint="--to")
    require_new(to, overwrite=overwrite, hint="--to")
    from recoverynet.report.evaluation.evaluation import evaluation_notebook_template

    to.unlink(missing_ok=True)
    typer.echo(f"Written: {evaluation_notebook_template(to)}")


def dressed(
    report: Report,
    *,
    service: str | None,
    contact: str | None,
    logo: Path | None,
    sections: str | None,
    made_by: str | None,
    template: Path | None = None,
) -> Report:
    """The report with what was asked for on it."""
    from recoverynet.report.presentation import Presentation, present
    from recoverynet.report.report import with_origin

    names = None if sections is None else [name.strip() for name in sections.split(",") if name.strip()]
    return with_origin(present(report, Presentation(service or "", contact or "", logo, names, template)), made_by=made_by)
