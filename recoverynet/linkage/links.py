"""Who of several agencies is one person, how sure that is, and what rests on it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.arguments import whole_number
from recoverynet.draw.match_weights import draw_match_weights, draw_waterfall
from recoverynet.draw.results import Axes
from recoverynet.errors import SchemaError
from recoverynet.linkage.one_to_one import drawn_rows, linked_rows
from recoverynet.randomness import RandomSource, spawn
from recoverynet.shown import card
from recoverynet.tables.record import RecoveryRecord

DECISIONS = ("linked", "review", "apart")
COMPARED = ("birth_date", "initials", "sex", "postcode")


@dataclass(frozen=True, repr=False)
class PeopleLinks:
    """Which people of several agencies are one person, and how sure is that?

    Made by :func:`recoverynet.link_people`. It holds ids of the records and no token.

    Attributes
    ----------
    pairs : pandas.DataFrame
        One row a pair of people of two agencies that may be one: ``pair`` (a number), ``agency_a``, ``person_a``,
        ``agency_b``, ``person_b``, ``birth_date``, ``initials``, ``sex``, ``postcode`` (how they compare, in words),
        ``match_weight`` (log2 of the odds by these comparisons), ``rarity`` (what of it is owed to values that agree being
        rarer than most, below 0 where commoner), ``probability`` (that the two are one, given who else either might be),
        ``n_competitors``, ``stage`` ("deterministic": everything recorded agrees and nobody else does; else "probabilistic"),
        ``decision`` ("linked", "review": a person must look; "apart").
    people : pandas.DataFrame
        One row a person an agency: ``agency``, ``person_id``, ``linked_id`` (shared by those who are one person), and what
        groups are made of (sex, age_band, ethnicity and such).
    agencies : pandas.DataFrame indexed by agency
        ``n_people``, ``n_declined`` (left out for consent), ``n_without`` (with nothing to compare), ``n_linked``.
    weights : pandas.DataFrame
        ``comparison``, ``level``, ``m``, ``u``, ``weight``: what each agreement counts for.
    settings : dict
        ``link_at``, ``review_at``, ``purpose``, ``unknown_consent``, ``prior`` and ``model`` (as Splink saves it).
    records : dict of agency to RecoveryRecord
        What was linked, people who declined left out.

    Examples
    --------
    >>> import recoverynet as rn
    >>> agencies = rn.two_agencies(n_people=60, rng=1)
    >>> links = rn.link_people(agencies.records, tokens=agencies.tokens(key="only for this example"))
    >>> set(links.pairs["decision"]) <= {"linked", "review", "apart"}
    True
    """

    pairs: pd.DataFrame
    people: pd.DataFrame
    agencies: pd.DataFrame
    weights: pd.DataFrame
    settings: dict[str, Any] = field(default_factory=dict)
    records: Mapping[str, RecoveryRecord] = field(default_factory=dict)

    @property
    def n_linked(self) -> int:
        """Pairs linked."""
        return int(self.pairs["decision"].eq("linked").sum())

    @property
    def n_review(self) -> int:
        """Pairs a person must look at."""
        return int(self.pairs["decision"].eq("review").sum())

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name} {int(n):,}" for name, n in self.agencies["n_people"].items())
        return f"<PeopleLinks: {sizes} people; {self.n_linked:,} pairs linked, {self.n_review:,} to review>"

    def _repr_html_(self) -> str:
        return card("The same people in several agencies", [("linked", self.n_linked), ("to review", self.n_review)], self.agencies)

    def summary(self) -> str:
        """What was found, in plain sentences."""
        linked = self.pairs[self.pairs["decision"] == "linked"]
        certain = int(linked["stage"].eq("deterministic").sum())
        doubt = float((1 - linked["probability"]).sum())
        lines = [
            f"{name}: {int(one['n_people']):,} people, {int(one['n_declined']):,} of them left out for want of consent, "
            f"{int(one['n_without']):,} with nothing to compare; {int(one['n_linked']):,} linked to somebody elsewhere."
            for name, one in self.agencies.iterrows()
        ]
        lines.append(
            f"{len(linked):,} pairs are linked at a probability of {self.settings['link_at']:g} or more: {certain:,} agree in "
            f"everything recorded and nobody else does, {len(linked) - certain:,} by the weight of what agrees. By their own "
            f"probabilities about {doubt:.1f} of them are wrong."
        )
        lines.append(f"{self.n_review:,} pairs are for a person to look at (probability from {self.settings['review_at']:g}).")
        return "\n".join(lines)

    def to_frame(self) -> pd.DataFrame:
        """The people with their ``linked_id``, one row a person an agency."""
        return self.people.copy()

    def decided(self, linked: np.ndarray, decision: np.ndarray, *, first: np.ndarray | None = None) -> PeopleLinks:
        """The same with other pairs linked, those of the highest ``first`` (default: probability) before the others.

        What would make two people of an agency one is refused and stands as "review" where it was likely enough.
        """
        rank = self.pairs["probability"].to_numpy() if first is None else first
        kept, clusters = linked_rows(self.pairs, linked, np.argsort(-rank, kind="stable"))
        words = np.where(kept, "linked", np.where(linked, "review", decision))
        return replace(
            self,
            pairs=self.pairs.assign(decision=words),
            people=with_linked_ids(self.people, clusters),
            agencies=self.agencies.assign(n_linked=_n_linked(self.agencies.index, clusters)),
        )

    def draws(self, n_draws: int = 20, *, rng: RandomSource = None) -> Iterator[PeopleLinks]:
        """Which links might there be instead, given how sure each is?

        Parameters
        ----------
        n_draws : int
            How many, at least 1. Default 20, with which the spread between draws is known to about a sixth.
        rng : None, int, SeedSequence or Generator

        Yields
        ------
        PeopleLinks
            In which pairs are linked at random with their probabilities, nobody twice in an agency. Pairs that a person has
            decided stay as they are.
        """
        whole_number(n_draws, "n_draws", 1)
        decided = self.pairs.get("reviewed", pd.Series(pd.NA, index=self.pairs.index))
        settled = decided.eq("yes").fillna(False).to_numpy(dtype=bool)
        open_to = ~decided.eq("no").fillna(False).to_numpy(dtype=bool)
        for generator in spawn(rng, n_draws):
            drawn = drawn_rows(self.pairs, settled, open_to, generator)
            yield self.decided(drawn, np.where(drawn, "linked", "apart"))

    def plot_weights(self, ax: Axes | None = None) -> Axes:
        """What does each agreement and disagreement count for?"""
        return draw_match_weights(self.weights, ax=ax)

    def plot_waterfall(self, pair: int, ax: Axes | None = None) -> Axes:
        """How does the weight of one pair come about?

        Parameters
        ----------
        pair : int
            Its number in ``pairs``.
        ax : matplotlib Axes, optional

        Raises
        ------
        SchemaError
            There is no such pair.
        """
        found = self.pairs[self.pairs["pair"] == pair]
        if found.empty:
            raise SchemaError(f"There is no pair {pair!r}; pairs are numbered from 1 to {len(self.pairs):,}.")
        row = found.iloc[0]
        known = self.weights.set_index(["comparison", "level"])["weight"]
        steps = [("two who are nobody else", math.log2(self.settings["prior"] / (1 - self.settings["prior"])))]
        steps += [(f"{name.replace('_', ' ')}: {row[name]}", float(known.get((name, row[name]), 0.0))) for name in COMPARED]
        steps.append(("how rare what agrees is", float(row["rarity"])))
        at = (self.settings["review_at"], self.settings["link_at"])
        return draw_waterfall(pd.DataFrame(steps, columns=["step", "weight"]), thresholds=at, ax=ax)


def with_linked_ids(people: pd.DataFrame, clusters: dict[tuple[str, str], int]) -> pd.DataFrame:
    """People with a new ``linked_id`` each, shared within a cluster, that says nothing of them: numbers in order of rows."""
    keys = pd.MultiIndex.from_frame(people[["agency", "person_id"]])
    own = np.array([clusters.get(key, -1 - at) for at, key in enumerate(keys)])
    number = pd.factorize(own)[0] + 1
    width = max(6, len(str(len(people))))
    return people.assign(linked_id=[f"l{one:0{width}d}" for one in number])


def _n_linked(agencies: pd.Index, clusters: dict[tuple[str, str], int]) -> list[int]:
    sizes = pd.Series(clusters.values(), dtype="int64").value_counts()
    counted = dict.fromkeys(agencies, 0)
    for (agency, _), cluster in clusters.items():
        counted[agency] += int(sizes[cluster] > 1)
    return list(counted.values())
