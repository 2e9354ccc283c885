"""Network Canvas: a folder, zip file or GraphML file of interviews as nominations, alter ties, observations and groups."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from recoverynet.errors import SchemaError
from recoverynet.formats.imported import Imported, ImportReport
from recoverynet.formats.interviews.tables import Interviews, Recoding
from recoverynet.formats.network_canvas.collected import NODE, Collected, collect, told
from recoverynet.formats.network_canvas.reading import Reading
from recoverynet.formats.opened import open_bounded
from recoverynet.formats.raw_networks import windows_notes
from recoverynet.tables.layouts import PEOPLE
from recoverynet.tables.schema import require_time_zone

KIND = "network_canvas"
_PLACES = re.compile(
    r"venue|place|group|organi[sz]ation|meeting|service|location|agency|site|event|community|fellowship", re.IGNORECASE
)


def read_network_canvas(
    source: str | Path,
    *,
    recode: Recoding | None = None,
    keep: Iterable[str] = (),
    categorical: Iterable[str] = (),
    groups: Iterable[str] | None = None,
    keep_group_names: bool = False,
    role: str = "client",
    alters_as_people: bool = False,
    asked_at: object | None = None,
    tz: str = "Europe/London",
) -> Imported:
    r"""Who was named in interviews made with Network Canvas, and what was said of them?

    Parameters
    ----------
    source : path
        The folder or zip file of an export of Interviewer 6 or 7, or Fresco, or a .graphml file.
    recode : mapping of str to str or (str, mapping), optional
        Questions about alters that become a column of the nominations (relation, weight, closeness, contact_frequency,
        perceived_state, support, consent_basis), with what each answer stands for:
        ``{"Close": ("closeness", {"Very": 3, "Not": 1})}``. A state is never made of answers without it.
    keep : sequence of str
        Questions whose answers come in although they look like names or free text.
    categorical : sequence of str
        Questions whose options stand in columns of their own, where that is not told by the columns themselves.
    groups : sequence of str, optional
        Types of nodes that are groups or places. Default: those whose type says so (venue, group, meeting …); the report
        says which.
    keep_group_names : bool
        Whether groups keep the name the person asked gave them. Default: they are called by type and number, because a place
        in an interview may be somebody's home.
    role : {"client", "peer", "worker", "family", "community"}
        Role of the people asked.
    alters_as_people : bool
        Whether the people named become people of the record (role community) with observations of their own. Default: they
        stay third parties, and what is said of each stands in the columns of the nominations and, row by row, in
        ``others["alter_observations"]``.
    asked_at : date, datetime, pandas.Timestamp or str, optional
        When interviews took place that do not say it.
    tz : str
        IANA time zone of the record.

    Returns
    -------
    Imported
        ``tables``: people (who was asked), nominations (a row an alter, its answers as further columns), alter_ties (a row a
        pair, the types of tie joined as ``relation``), observations (``interview.…``, source self; perceived ones with
        ``alters_as_people``), groups. ``others``: alter_observations (source perceived), alter_groups (alters at groups).

    Raises
    ------
    SchemaError
        The source is no export, is damaged or too large, interviews have no date, ``recode`` does not fit, or ``keep``,
        ``categorical``, ``recode`` or ``groups`` names what is not there.

    Notes
    -----
    An interview is dated by its start. People asked are called by their case id, so that two interviews of one case are of one
    person; a case id that looks like a name or a number of somebody is replaced by the id of the interview. An alter whose id
    occurs under several people asked (a roster) is kept apart for each of them.

    Names, free text, places on the screen, columns without a name and encrypted answers are left out and counted. In exports of
    Interviewer a question whose options are all false may not have been answered, and counts as not answered; newer exports leave
    such cells empty, and all false reads ``(none)``.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import recoverynet as rn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ego = "networkCanvasEgoUUID,networkCanvasCaseID,networkCanvasSessionID,sessionStart\ne1,c1,s1,2024-12-17T16:04:03Z\n"
    ...     _ = (Path(folder) / "c1_s1_ego.csv").write_text(ego)
    ...     alters = "nodeID,networkCanvasEgoUUID,networkCanvasUUID,name,Contact\n1,e1,u1,Ann,Daily\n2,e1,u2,Ben,Weekly\n"
    ...     _ = (Path(folder) / "c1_s1_attributeList_Person.csv").write_text(alters)
    ...     came = rn.read_network_canvas(folder)
    >>> came.tables["nominations"][["ego_id", "alter_id", "Contact"]].values.tolist()
    [['c1', 'u1', 'Daily'], ['c1', 'u2', 'Weekly']]
    >>> came.report.n_dropped
    1
    """
    require_time_zone(tz, "tz")
    if role not in PEOPLE["role"].choices:
        raise SchemaError(f"role is one of {', '.join(PEOPLE['role'].choices)}; got {role!r}.")
    found = collect(open_bounded(source))
    reading = Reading(found, keep, categorical, tz)
    egos = reading.egos(asked_at)
    alters, places = reading.nodes(egos, _places(found, groups), keep_group_names)
    ties, memberships = reading.edges(egos, alters, places)
    reading.require_asked()
    interviews = Interviews(egos.drop(columns="_ego"), alters.drop(columns="_node"), ties, found.label)
    tables, others = interviews.to_tables(role, recode, alters_as_people=alters_as_people)
    if len(places):
        tables["groups"] = places[["group_id", "name"]].drop_duplicates("group_id").assign(kind="other", norm="unknown")
    if len(memberships):
        others["alter_groups"] = memberships
    rows = (*told(found), *reading.rows, *interviews.rows)
    notes = [*windows_notes(found.n_windows), *reading.notes, *interviews.notes]
    if found.undeclared:
        notes.append(f"Answers the GraphML does not declare, read as text: {', '.join(sorted(found.undeclared))}.")
    return Imported(tables, ImportReport(KIND, found.label, rows, tuple(notes)), others, tz)


def _places(found: Collected, groups: Iterable[str] | None) -> set[str]:
    """Types of nodes that are groups or places."""
    types = found.types(NODE)
    if groups is None:
        return {of for of in types if _PLACES.search(of)}
    wanted = set(groups)
    absent = sorted(wanted - set(types))
    if absent:
        raise SchemaError(
            f"groups names {absent[0]!r}, which is no type of node here; there are {', '.join(map(repr, types)) or 'none'}."
        )
    return wanted
