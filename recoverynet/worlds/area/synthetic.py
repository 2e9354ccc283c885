"""A synthetic area whose truth is known: people, contacts, states, linkage, outcomes; influence on a dial."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from recoverynet.atomic import atomic_folder
from recoverynet.csv_files import write_csv_into
from recoverynet.errors import SchemaError
from recoverynet.randomness import RandomSource, resolve_rng
from recoverynet.tables.record import RecoveryRecord
from recoverynet.worlds.area.answers import safe_contact
from recoverynet.worlds.area.contacts import KINDS, PARTS, SETTINGS, Contacts
from recoverynet.worlds.area.life import Life, live
from recoverynet.worlds.area.linkage import linkage_table
from recoverynet.worlds.area.nominations import nominations_tables, separations_table
from recoverynet.worlds.area.observations import state_observations
from recoverynet.worlds.area.outcomes import outcome_observations
from recoverynet.worlds.area.people import episodes_table, people_table
from recoverynet.worlds.area.plan import AreaPlan, Odds

TIME_ZONE = "Europe/London"
RIVERSIDE_SEED = 2011
RIVERSIDE = {"homophily": 2.0, "influence": 4.0}
"""What is planted in the sample riverside: a seed and two dials; everything else is the default."""


def synthetic_record(
    n_clients: int = 650,
    *,
    n_peers: int = 250,
    n_workers: int = 40,
    n_groups: int = 30,
    months: int = 18,
    start: object = "2010-01-01",
    homophily: float = 2.0,
    influence: float = 1.0,
    surroundings: float = 1.0,
    latent: Odds = (1.0, 1.0),
    base_gain: float = 0.035,
    base_loss: float = 0.06,
    missing: float = 0.15,
    rng: RandomSource = None,
) -> RecoveryRecord:
    """What would a service's records look like if we knew how recovery spreads, or that it does not?

    Parameters
    ----------
    n_clients : int
        Clients, 10 or more; 400 in 650 use opiates or crack.
    n_peers : int
        People around them, 10 or more: 45 % peers in recovery, 30 % family, 25 % community.
    n_workers : int
        Workers of the three providers, 1 or more.
    n_groups : int
        Groups, 10 or more: fellowships, recovery cafés and the like, treatment and family groups, two with a
        using norm.
    months : int
        Length in calendar months, 2 or more.
    start : date
        First day, the first of a month.
    homophily : float
        Odds ratio of taking up a tie with somebody whose state is the same (holds the recovery norm, or does
        not) over somebody whose state is not, and of taking up a group whose norm is one's own; 1 is none.
    influence : float
        Odds ratio of gaining the recovery norm in a month when exposure (the share of last month's contacts
        who hold it) goes from 0 to 1; 1 is no influence. Losing it is never influenced.
    surroundings : float
        Odds ratio of gaining (its inverse for losing) in months in which a person's area favours recovery; 1
        is none. Which months these are is not in the record; the area is.
    latent : (tie odds, outcome odds)
        A binary trait nobody observes: odds ratio of ties between people alike in it (and of groups with a
        recovery norm for those who have it), and odds ratio of gaining (its inverse for losing).
    base_gain, base_loss : float in (0, 1)
        A client's monthly chance of gaining the norm without exposure, and of losing it; losing it is rarer
        for those longer in recovery, and peers lose it rarely.
    missing : float in [0, 1)
        Share of observations and forms that got lost, on top of the gaps every service has.
    rng : None, int, numpy.random.SeedSequence or numpy.random.Generator
        Source of randomness; the same seed gives the same record.

    Returns
    -------
    RecoveryRecord
        Every table filled. Ids say the role: c0001 client, p001 peer, f001 family, m001 community, w01
        worker; alters from x0001 are third parties nobody holds a record of.

    Raises
    ------
    SchemaError
        An argument is out of its range.
    TypeError
        ``rng`` is none of the sources named.

    Notes
    -----
    Month by month: people take up groups and ties by their present state (homophily), meet, and their state
    next month depends on whom they met: logit P(gain) = logit(base_gain) + log(influence) E + s, where E is
    the share of this month's contacts of known state who hold the norm, weighted by 1 / (people at the
    occasion − 1) (0 without any contact), and s holds surroundings, latent trait and a small push of 0.2
    while in treatment. Family and workers have no state. Attendance, treatment and linkage do not otherwise
    depend on the state. The record then shows part of this: contacts as they were, states only where somebody
    looked, some of them mistaken.

    Everything in it is fictional. It is made to test methods and to show reports, not to stand in for any
    real place.

    Examples
    --------
    >>> from recoverynet import synthetic_record
    >>> record = synthetic_record(40, n_peers=20, n_workers=4, n_groups=10, months=3, rng=1)
    >>> int((record.people["role"] == "client").sum())
    40
    """
    try:
        first = pd.Timestamp(start)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise SchemaError(f"start must be a date such as '2010-01-01'; got {start!r}.") from error
    plan = AreaPlan(
        n_clients,
        n_peers,
        n_workers,
        n_groups,
        months,
        first.tz_localize(None),
        homophily,
        influence,
        surroundings,
        latent,
        base_gain,
        base_loss,
        missing,
    )
    plan.check()
    living, recording, answering = resolve_rng(rng).spawn(3)
    return _recorded(plan, live(plan, living), recording, answering)


def riverside_record(*, influence: bool = True) -> RecoveryRecord:
    """What does Riverside, the fictional area of the samples, look like with and without influence?

    Parameters
    ----------
    influence : bool
        True gives the sample ``riverside``, in which influence is planted; False its twin, from the same seed
        and with the same homophily, in which nobody's state depends on anybody else's.

    Returns
    -------
    RecoveryRecord

    Examples
    --------
    >>> from recoverynet.worlds.area.synthetic import riverside_record
    >>> len(riverside_record(influence=False).people)
    940
    """
    dials: dict[str, Any] = dict(RIVERSIDE) if influence else {**RIVERSIDE, "influence": 1.0}
    return synthetic_record(rng=RIVERSIDE_SEED, **dials)


def _recorded(plan: AreaPlan, life: Life, rng: np.random.Generator, answering: np.random.Generator) -> RecoveryRecord:
    """The record that such a life leaves behind."""
    occasions, participation = _contact_tables(plan, life, life.contacts)
    nominations, alter_ties = nominations_tables(plan, life, rng)
    window = (plan.start, plan.start + pd.DateOffset(months=plan.months))
    return RecoveryRecord(
        people_table(plan, life.people, rng).assign(safe_contact=safe_contact(life.people.role, answering)),
        occasions,
        participation,
        episodes=episodes_table(plan, life.people, life.episodes),
        groups=life.places.groups,
        observations=_observations(plan, life, rng),
        nominations=cast(pd.DataFrame, nominations),
        alter_ties=cast(pd.DataFrame, alter_ties),
        linkage=linkage_table(plan, life, rng, answering),
        separations=separations_table(life, rng),
        window=window,
        tz=TIME_ZONE,
    )


def _contact_tables(plan: AreaPlan, life: Life, contacts: Contacts) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Occasions numbered in order of time, and who took part."""
    order = np.lexsort((contacts.group, contacts.minute, contacts.day))
    width = max(5, len(str(len(order))))
    ids = np.empty(len(order), dtype=object)
    ids[order] = [f"o{i:0{width}d}" for i in range(1, len(order) + 1)]
    group_ids = np.array([*life.places.groups["group_id"], None], dtype=object)
    occasions = pd.DataFrame(
        {
            "occasion_id": ids,
            "started_at": plan.stamps(contacts.day, contacts.minute),
            "kind": np.array(KINDS)[contacts.kind],
            "group_id": group_ids[contacts.group],
            "duration_min": contacts.duration,
            "setting": np.array(SETTINGS)[contacts.setting],
        }
    ).iloc[order]
    there = np.lexsort((contacts.person, np.argsort(order, kind="stable")[contacts.occasion]))
    part = np.array(PARTS, dtype=object)[contacts.part[there]]
    participation = pd.DataFrame(
        {
            "occasion_id": ids[contacts.occasion[there]],
            "person_id": life.people.ids[contacts.person[there]],
            "part": np.where(part == "", None, part),
        }
    )
    return occasions, participation


def _observations(plan: AreaPlan, life: Life, rng: np.random.Generator) -> pd.DataFrame:
    """States and outcomes in order of person and day."""
    rows = pd.concat([state_observations(plan, life, rng), outcome_observations(plan, life, rng)], ignore_index=True)
    rows = rows.sort_values(["person", "day", "variable", "source", "perceived_by"], kind="stable")
    by = np.where(rows["perceived_by"] >= 0, life.people.ids[rows["perceived_by"]], "")
    return pd.DataFrame(
        {
            "person_id": life.people.ids[rows["person"]],
            "observed_at": plan.stamps(rows["day"].to_numpy()),
            "variable": rows["variable"].to_numpy(),
            "value": rows["value"].to_numpy(),
            "source": rows["source"].to_numpy(),
            "perceived_by": np.where(by != "", by, None),  # type: ignore[call-overload]
            "instrument": rows["instrument"].replace("", None).to_numpy(),
        }
    )


def write_sample_tables(record: RecoveryRecord, folder: str | Path) -> None:
    """Write the tables of a sample, the same bytes on every run.

    Parameters
    ----------
    record : RecoveryRecord
    folder : path
        Made where it is missing; other files in it, such as the codebook, are left alone.

    Notes
    -----
    One CSV file a table that holds anything, UTF-8 with line feeds; columns without any value are left out;
    times are local without an offset, days without a time where the whole column is at midnight.
    """
    with atomic_folder(folder) as partial:
        for name, frame in record.tables().items():
            shown = frame[[column for column in frame.columns if frame[column].notna().any()]]
            if len(shown):
                write_csv_into(shown.apply(_as_text), partial / f"{name}.csv")


def _as_text(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        local = column.dt.tz_localize(None)
        days_only = (local.dropna() == local.dropna().dt.normalize()).all()
        answer: pd.Series = local.dt.strftime("%Y-%m-%d" if days_only else "%Y-%m-%dT%H:%M")
        return answer
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.map({True: "true", False: "false"})
    if pd.api.types.is_float_dtype(column.dtype):
        return column.map(lambda number: f"{number:g}", na_action="ignore")
    return column


def main(arguments: list[str] | None = None) -> int:
    """Write the sample riverside, or its twin without influence, as CSV files.

    Parameters
    ----------
    arguments : list of str, optional
        As on the command line, which is the default: a name, and ``--out FOLDER``.

    Returns
    -------
    int
        0 where it was written.
    """
    parser = argparse.ArgumentParser(prog="python -m recoverynet.worlds.area.synthetic", description=main.__doc__)
    parser.add_argument("name", choices=["riverside", "riverside_no_influence"])
    parser.add_argument("--out", type=Path, help="folder to write to (default: data/samples/NAME of the checkout)")
    given = parser.parse_args(arguments)
    folder = given.out or Path(__file__).resolve().parents[3] / "data" / "samples" / given.name
    record = riverside_record(influence=given.name == "riverside")
    write_sample_tables(record, folder)
    print(f"{folder}: {record!r}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
