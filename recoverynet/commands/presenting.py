"""Options that put a service's name, logo, sections and words on a report, and the command that copies a template to edit."""

from __future__ import annotations

from enum import StrEnum
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
OwnWording = Annotated[
    Path | None,
    typer.Option(
        "--wording",
        help="A copy of the file of the report's texts, edited; see recoverynet wording. Figures are not in it.",
        show_default=False,
    ),
]
MadeBy = Annotated[str | None, typer.Option("--made-by", help="Who made it, for the manifest.", show_default=False)]

app = typer.Typer()


class Templated(StrEnum):
    """Reports whose template can be copied."""

    evaluation = "evaluation"
    spread = "spread"
    comparison = "comparison"
    what_if = "what-if"


@app.command()
def template(
    to: Annotated[
        Path | None,
        typer.Option("--to", help="File to write: a notebook, .ipynb. Default: my_evaluation.ipynb.", show_default=False),
    ] = None,
    report: Annotated[Templated, typer.Option("--report", help="Of which report.")] = Templated.evaluation,
    overwrite: Overwrite = False,
) -> None:
    """Copy the template of a report, to change it.

    Its headings, its texts and the order of its sections can be changed. Then give it back with: recoverynet report evaluation
    FOLDER --template FILE, whatever the format of the report.
    """
    kind = report.name
    path = Path(f"my_{kind}.ipynb") if to is None else to
    if path.suffix.lower() != ".ipynb":
        raise typer.BadParameter(f"a template is a notebook, .ipynb; {path.name} ends otherwise.", param_hint="--to")
    require_new(path, overwrite=overwrite, hint="--to")
    from recoverynet.report.template import copy_template

    typer.echo(f"Written: {copy_template(path, kind, overwrite=overwrite)}")
    typer.echo(f"Change it, and give it back: recoverynet report {report.value} FOLDER --template {path}")


@app.command()
def wording(
    to: Annotated[Path, typer.Option("--to", help="File to write: .toml.")] = Path("wording.toml"), overwrite: Overwrite = False
) -> None:
    """Copy the standing texts of the reports into one file.

    Those are what stands whatever a record holds: titles, headings, caveats, limits. Change them, and give them back with:
    recoverynet report evaluation FOLDER --wording FILE. Sentences with figures in them are not among them, and what is hidden
    stays hidden.
    """
    if to.suffix.lower() != ".toml":
        raise typer.BadParameter(f"the texts are a TOML file, .toml; {to.name} ends otherwise.", param_hint="--to")
    require_new(to, overwrite=overwrite, hint="--to")
    from recoverynet.atomic import write_text
    from recoverynet.report.standing import usual_wording

    write_text(to, usual_wording())
    typer.echo(f"Written: {to}")


def require_usable(kind: str, *, logo: Path | None, template: Path | None, wording: Path | None) -> None:
    """Refuse, before any work, a picture that is none, a template that is none or another report's, and texts that cannot stand."""
    from recoverynet.report.presentation import read_logo
    from recoverynet.report.standing import read_wording
    from recoverynet.report.template import read_template

    if logo is not None:
        read_logo(logo)
    if template is not None:
        read_template(template, kind)
    if wording is not None:
        read_wording(wording, kind)


def dressed(
    report: Report,
    *,
    service: str | None,
    contact: str | None,
    logo: Path | None,
    sections: str | None,
    made_by: str | None,
    template: Path | None = None,
    wording: Path | None = None,
) -> Report:
    """The report with what was asked for on it."""
    from recoverynet.report.presentation import Presentation, present
    from recoverynet.report.report import with_origin

    names = None if sections is None else [name.strip() for name in sections.split(",") if name.strip()]
    told = Presentation(service or "", contact or "", logo, names, template, wording)
    return with_origin(present(report, told), made_by=made_by)
