"""The same person in several agencies: certain pairs first, then by the weight of what agrees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from recoverynet.arguments import list_of_names
from recoverynet.errors import SchemaError
from recoverynet.linkage.agencies import Agency, agencies_of
from recoverynet.linkage.comparing import Compared, compared
from recoverynet.linkage.links import COMPARED, PeopleLinks
from recoverynet.linkage.one_to_one import among_competitors
from recoverynet.progress import told_if_slow
from recoverynet.tables.consent import Purpose, UnknownConsent
from recoverynet.tables.record import RecoveryRecord

GROUPS = ("sex", "age_band", "ethnicity")
_PAIR_COLUMNS = ("agency_a", "person_a", "agency_b", "person_b", *COMPARED)


def link_people(
    records: Mapping[str, RecoveryRecord],
    *,
    tokens: Mapping[str, pd.DataFrame] | None = None,
    link_at: float = 0.95,
    review_at: float = 0.1,
    purpose: Purpose = "evaluation",
    unknown_consent: UnknownConsent = "count",
    roles: Iterable[str] = ("client",),
) -> PeopleLinks:
    """Which people of these agencies are one person, and how sure is that?

    Parameters
    ----------
    records : dict of agency to RecoveryRecord
        Two or more. The agencies' names stand in every output.
    tokens : dict of agency to pandas.DataFrame, optional
        What :func:`recoverynet.linkage_tokens` made for the people of each. Default: columns ``linkage_…`` of ``people``.
    link_at : float
        Probability from which a pair is linked, above ``review_at`` and at most 1. Default 0.95: of 150,000 pairs among 300,000
        people at each agency, recorded with 0.1 % errors, 99.7 % are found and 1 link in 10,000 is wrong; where one in ten moved,
        one in twenty has no postcode and 0.5 % are errors, 87.5 % and 1 in 500. Lower where a missed link does more harm than a
        wrong one: at 0.8 there it is 93.5 %, and 1 link in 120 is wrong.
    review_at : float
        Probability from which a person should look at a pair, above 0. Default 0.1.
    purpose : {"care", "evaluation", "research"}
        What for; people who declined it are left out before anything is compared.
    unknown_consent : {"count", "leave_out"}
        What to do with people who were not asked.
    roles : sequence of str
        Who is linked. Default: clients. Others stay as they are.

    Returns
    -------
    PeopleLinks

    Raises
    ------
    SchemaError
        Fewer than two records; other time zones, consent or schemes of states; no tokens, tokens of different keys, or tokens
        of nobody on the record; an agency named twice; thresholds out of order.
    NotEstimableError
        Splink is not installed; fewer than half of an agency's people have a birth date and an initial; so many share a birth
        date that it must be a default; too many pairs agree.

    Notes
    -----
    Pairs who share a birth date, or initials with most of the rest, are compared in birth date, initials, sex and part
    postcode. What an agreement counts for is learned: how often two *different* people agree from pairs within an agency, where
    nobody is anybody else, how often one person's two entries agree by expectation and maximisation (Fellegi and Sunter's
    model, in Splink). Agreement in a common birth date, in common initials or in a large sector counts for less than in rare
    ones. The probability of a pair is weighed against everybody else either might be, and who is certainly somebody else is no
    rival; so of two people who share every token neither is linked, and both pairs are for review. Within an agency nobody is
    ever linked, and no two of its people to one.

    Comparisons are taken to err independently of each other. People who moved are linked less often; a change of name is not
    found where it changes both initials. Errors differ between groups: see :func:`recoverynet.linkage_errors`.

    References
    ----------
    Fellegi, I. P., Sunter, A. B. (1969). A theory for record linkage. Journal of the American Statistical Association 64,
    1183-1210. https://doi.org/10.1080/01621459.1969.10501049

    Hagger-Johnson, G. et al. (2017). Probabilistic linking to enhance deterministic algorithms and reduce linkage errors in
    hospital administrative data. Journal of Innovation in Health Informatics 24. https://doi.org/10.14236/jhi.v24i2.891

    Examples
    --------
    >>> import recoverynet as rn
    >>> agencies = rn.two_agencies(n_people=60, rng=1)
    >>> links = rn.link_people(agencies.records, tokens=agencies.tokens(key="only for this example"))
    >>> links.agencies.index.tolist()
    ['north', 'south']
    """
    if not 0 < review_at < link_at <= 1:
        raise SchemaError(f"Thresholds are probabilities, 0 < review_at < link_at ≤ 1; got {review_at!r} and {link_at!r}.")
    wanted = list_of_names(roles, "roles")
    agencies = agencies_of(records, tokens, purpose=purpose, unknown_consent=unknown_consent, roles=wanted)
    with told_if_slow("Comparing people of the agencies"):
        alike = compared({agency.name: agency.tokens for agency in agencies})
    settings: dict[str, object] = {
        "link_at": link_at,
        "review_at": review_at,
        "purpose": purpose,
        "unknown_consent": unknown_consent,
    }
    return _links(agencies, alike, settings)


def _links(agencies: list[Agency], alike: Compared, settings: dict[str, object]) -> PeopleLinks:
    pairs = among_competitors(alike.pairs).sort_values(
        ["probability", "agency_a", "person_a", "agency_b", "person_b"],
        ascending=[False, True, True, True, True],
        ignore_index=True,
    )
    pairs["match_weight"] = pairs["log_odds"] / np.log(2)
    pairs.insert(0, "pair", np.arange(1, len(pairs) + 1))
    pairs["stage"] = np.where(_certain(pairs), "deterministic", "probabilistic")
    probability = pairs["probability"].to_numpy()
    decision = np.where(
        probability >= settings["link_at"], "linked", np.where(probability >= settings["review_at"], "review", "apart")
    )
    people = pd.concat([_people(agency) for agency in agencies], ignore_index=True)
    counts = {agency.name: (agency.n_people, agency.n_declined, agency.n_without, 0) for agency in agencies}
    table = pd.DataFrame.from_dict(counts, orient="index", columns=["n_people", "n_declined", "n_without", "n_linked"])
    links = PeopleLinks(
        pairs,
        people,
        table.rename_axis("agency"),
        alike.weights,
        {**settings, "prior": alike.prior, "model": alike.settings},
        {agency.name: agency.record for agency in agencies},
    )
    return links.decided(decision == "linked", decision)


def _certain(pairs: pd.DataFrame) -> np.ndarray:
    """Whether everything recorded agrees, as far as the sector, and nobody else agrees as well with either."""
    best = {"birth_date": "agrees", "initials": "agree", "sex": "agrees", "postcode": "sector"}
    whole = np.logical_and.reduce([pairs[name].eq(level).to_numpy(dtype=bool) for name, level in best.items()])
    single = np.ones(len(pairs), dtype=bool)
    for side, other in (("a", "b"), ("b", "a")):
        keys = [pairs[f"agency_{side}"], pairs[f"person_{side}"], pairs[f"agency_{other}"]]
        single &= pd.Series(whole, index=pairs.index).groupby(keys).transform("sum").eq(1).to_numpy()
    answer: np.ndarray = whole & single
    return answer


def _people(agency: Agency) -> pd.DataFrame:
    people = agency.record.people
    groups = [name for name in GROUPS if name in people.columns]
    frame = people[["person_id", "role", *groups]].reset_index(drop=True)
    frame.insert(0, "agency", agency.name)
    return frame
