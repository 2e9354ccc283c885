"""Month by month, states move with contacts and ties with states: the truth behind a synthetic record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from recoverynet.worlds.area.contacts import Contacts, contacts_of_two, meetings_of, relatives_as_ties, together
from recoverynet.worlds.area.offers import Offers, make_offers
from recoverynet.worlds.area.people import Episodes, People, draw_episodes, draw_people
from recoverynet.worlds.area.places import Places, draw_places
from recoverynet.worlds.area.plan import (
    AREAS,
    CLIENT,
    PEER,
    SHARE_SHOCKED,
    SHOCK_STARTS,
    SHOCK_STAYS,
    AreaPlan,
    inverse_logit,
    logit,
)
from recoverynet.worlds.area.ties import Memberships, Ties, make_ties, no_ties, take_up_groups

STATES = ("using", "reduced", "ost_stable", "abstinent", "in_recovery")
USING, REDUCED, OST_STABLE, ABSTINENT, IN_RECOVERY = range(5)
LONG_RECOVERY_LOSS = np.log(0.45)
PEER_GAIN, PEER_LOSS = 0.10, 0.012


@dataclass(frozen=True)
class Life:
    """The truth behind a record: who was in which state in which month, what they took up, whom they met.

    Attributes
    ----------
    state : int array, person × month
        Position in ``STATES``.
    exposure : float array, person × month
        Share of a person's contacts of the month (Newman weights, people of known state) whose state held the
        norm; NaN without any.
    shocked : bool array, month × area
        Whether the surroundings of an area favoured recovery that month.
    contacts : Contacts
    offers : Offers
    members : Memberships
    ties : Ties
    """

    people: People
    places: Places
    episodes: Episodes
    state: np.ndarray
    exposure: np.ndarray
    shocked: np.ndarray
    contacts: Contacts
    offers: Offers
    members: Memberships
    ties: Ties

    @property
    def held(self) -> np.ndarray:
        """Person × month: the state holds the recovery norm (stable on OST, abstinent or in recovery)."""
        return self.state >= OST_STABLE


def live(plan: AreaPlan, rng: np.random.Generator) -> Life:
    """Let the months pass."""
    people, places = draw_people(plan, rng), draw_places(plan)
    episodes = draw_episodes(plan, people, rng)
    shocked = _shocks(plan, rng)
    members, ties = Memberships.none(plan.n_people, plan.n_groups), no_ties()
    offers = Offers(np.full(plan.n_people, -99))
    relatives_as_ties(people, plan.months, ties)
    state = np.empty((plan.n_people, plan.months), dtype=np.int8)
    exposure = np.empty((plan.n_people, plan.months))
    state[:, 0] = _first_states(people, episodes, rng)
    lots = []
    for month in range(plan.months):
        held = state[:, month] >= OST_STABLE
        take_up_groups(plan, people, places, episodes, members, held, month, rng)
        make_ties(plan, people, held, ties, month, rng)
        make_offers(plan, people, places, episodes, members, offers, held, month, rng)
        lots.append(
            together(
                [
                    meetings_of(plan, people, places, episodes, members, month, rng),
                    contacts_of_two(plan, people, episodes, ties, month, rng),
                ]
            )
        )
        exposure[:, month] = exposure_of(lots[-1], held, people.state_known)
        if month + 1 < plan.months:
            push = _push(plan, people, shocked[month], episodes.in_treatment[:, month])
            state[:, month + 1] = _next_states(
                plan, people, state[:, month], exposure[:, month], push, episodes.prescribed[:, month], rng
            )
    return Life(people, places, episodes, state, exposure, shocked, together(lots), offers, members, ties)


def exposure_of(contacts: Contacts, held: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Newman-weighted share of a person's contacts of known state who hold the norm; NaN without any."""
    n, n_occasions = len(held), len(contacts.day)
    there = sparse.csr_array((np.ones(len(contacts.person)), (contacts.person, contacts.occasion)), shape=(n, n_occasions))
    size = there.sum(axis=0)
    weight = np.where(size > 1, 1.0 / np.maximum(size - 1, 1), 0.0)

    def met(mark: np.ndarray) -> np.ndarray:
        everybody = there @ (weight * (there.T @ mark.astype(float)))
        answer: np.ndarray = everybody - mark * (there @ weight)
        return answer

    total = met(known)
    share = np.full(n, np.nan)
    some = total > 1e-9
    share[some] = met(known & held)[some] / total[some]
    return share


def _shocks(plan: AreaPlan, rng: np.random.Generator) -> np.ndarray:
    shocked = np.empty((plan.months, len(AREAS)), dtype=bool)
    shocked[0] = rng.random(len(AREAS)) < SHARE_SHOCKED
    for month in range(1, plan.months):
        shocked[month] = rng.random(len(AREAS)) < np.where(shocked[month - 1], SHOCK_STAYS, SHOCK_STARTS)
    return shocked


def _first_states(people: People, episodes: Episodes, rng: np.random.Generator) -> np.ndarray:
    """A quarter of clients hold the norm at the start, most peers and all others do."""
    n = len(people.ids)
    holds = rng.random(n) < np.select([people.role == CLIENT, people.role == PEER], [0.25, 0.93], 0.97)
    settled = np.where(people.role == CLIENT, 0.25, 0.8)
    sober = np.where(rng.random(n) < settled, IN_RECOVERY, ABSTINENT)
    stable = np.where(episodes.prescribed[:, 0] & (rng.random(n) < 0.7), OST_STABLE, sober)
    return np.where(holds, stable, np.where(rng.random(n) < 0.65, USING, REDUCED))


def _push(plan: AreaPlan, people: People, shocked: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """What surroundings, latent trait and treatment add to the log odds of gaining, and take from losing."""
    answer: np.ndarray = (
        np.log(plan.surroundings) * (shocked[people.area] - SHARE_SHOCKED)
        + np.log(plan.latent[1]) * (people.latent - 0.5)
        + 0.2 * treated
    )
    return answer


def _next_states(
    plan: AreaPlan,
    people: People,
    state: np.ndarray,
    exposure: np.ndarray,
    push: np.ndarray,
    prescribed: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Next month's states; influence acts on gaining the norm only."""
    client, held = people.role == CLIENT, state >= OST_STABLE
    base_gain = logit(np.where(client, plan.base_gain, PEER_GAIN))
    base_loss = logit(np.where(client, plan.base_loss, PEER_LOSS))
    gains = inverse_logit(base_gain + push + np.log(plan.influence) * np.nan_to_num(exposure))
    loses = inverse_logit(base_loss - push + LONG_RECOVERY_LOSS * (state == IN_RECOVERY))
    changes = rng.random(len(state)) < np.where(held, loses, gains)
    other = rng.random(len(state))
    gained = np.where(prescribed & (other < 0.7), OST_STABLE, ABSTINENT)
    lost = np.where(other < 0.7, USING, REDUCED)
    settled = np.select(
        [state == USING, state == REDUCED, state == OST_STABLE, state == ABSTINENT],
        [
            np.where(other < 0.10, REDUCED, USING),
            np.where(other < 0.18, USING, REDUCED),
            np.where(prescribed & (other >= 0.03), OST_STABLE, ABSTINENT),
            np.where(other < 0.15, IN_RECOVERY, ABSTINENT),
        ],
        IN_RECOVERY,
    )
    return np.where(changes, np.where(held, lost, gained), settled)
