"""The people of a synthetic area and their treatment episodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.worlds.area.plan import AREAS, CLIENT, COMMUNITY, FAMILY, PEER, PROVIDERS, ROLES, WORKER, AreaPlan

AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
EXITS = ("completed", "dropped_out", "transferred", "in_custody", "declined")
MOST_EPISODES = 4


@dataclass(frozen=True)
class People:
    """Everybody, as arrays of one entry a person: clients first, then peers, family, community, workers."""

    ids: np.ndarray
    role: np.ndarray
    area: np.ndarray
    female: np.ndarray
    age: np.ndarray
    opiate: np.ndarray
    provider: np.ndarray
    worker: np.ndarray
    latent: np.ndarray
    sociability: np.ndarray
    joined: np.ndarray
    left: np.ndarray
    recorded: np.ndarray
    state_known: np.ndarray
    introductions: np.ndarray
    relative_of: np.ndarray

    def of_role(self, *roles: int) -> np.ndarray:
        """Positions of everybody in these roles."""
        return np.flatnonzero(np.isin(self.role, roles))

    def present(self, plan: AreaPlan, month: int) -> np.ndarray:
        """Who has joined by the first of the month and not left before its end."""
        answer: np.ndarray = (self.joined <= plan.month_starts[month]) & (self.left >= plan.month_starts[month + 1])
        return answer


@dataclass(frozen=True)
class Episodes:
    """Treatment episodes as arrays of one entry an episode; an end of NaN means it goes on."""

    person: np.ndarray
    start: np.ndarray
    end: np.ndarray
    provider: np.ndarray
    modality: np.ndarray
    exit: np.ndarray
    in_treatment: np.ndarray
    prescribed: np.ndarray


def draw_people(plan: AreaPlan, rng: np.random.Generator) -> People:
    """Who lives, works and recovers in the area."""
    n = plan.n_people
    n_peer, n_family = round(plan.n_peers * 0.45), round(plan.n_peers * 0.30)
    sizes = (plan.n_clients, n_peer, n_family, plan.n_peers - n_peer - n_family, plan.n_workers)
    role = np.repeat(np.arange(5), sizes)
    client, worker = role == CLIENT, role == WORKER
    joined, left = _presence(plan, role, rng)
    provider = np.where(client | worker, rng.choice(len(PROVIDERS), n, p=[0.45, 0.33, 0.22]), -1)
    consent = rng.random(n) < np.select([role == PEER, role == COMMUNITY, client], [0.45, 0.25, 0.03], 0.0)
    return People(
        ids=_ids(sizes),
        role=role,
        area=rng.choice(len(AREAS), n, p=[0.2, 0.2, 0.16, 0.18, 0.14, 0.12]),
        female=rng.random(n) < np.select([client, role == FAMILY], [0.28, 0.7], 0.42),
        age=np.clip(np.rint(rng.normal(np.where(client, 1.8, 2.4), 1.0)), 0, 5).astype(int),
        opiate=client & _share_exactly(client, 400 / 650, rng),
        provider=provider,
        worker=_caseload(provider, client, worker, rng),
        latent=rng.integers(0, 2, n).astype(float),
        sociability=rng.lognormal(0.0, 1.1, n),
        joined=joined,
        left=left,
        recorded=~client | (rng.random(n) < 0.93),
        state_known=client | (role == PEER) | ((role == COMMUNITY) & (rng.random(n) < 0.5)),
        introductions=np.where(consent, rng.integers(1, 5, n), 0),
        relative_of=_relatives(role, rng),
    )


def _ids(sizes: tuple[int, ...]) -> np.ndarray:
    """Pseudonyms: c0001 a client, p001 a peer, f001 family, m001 a member of the community, w01 a worker."""
    ids = []
    for letter, size, least in zip("cpfmw", sizes, (4, 3, 3, 3, 2), strict=True):
        width = max(least, len(str(size)))
        ids += [f"{letter}{i:0{width}d}" for i in range(1, size + 1)]
    return np.array(ids)


def _share_exactly(among: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """A given share of some people, drawn at random."""
    places = np.flatnonzero(among)
    chosen = np.zeros(len(among), dtype=bool)
    chosen[rng.permutation(places)[: round(share * len(places))]] = True
    return chosen


def _presence(plan: AreaPlan, role: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Days on which people come and go; two thirds of clients are known at the start, workers stay."""
    n, client = len(role), role == CLIENT
    early = rng.random(n) < 0.66
    joined = np.where(early, -rng.integers(1, 420, n), rng.integers(0, max(1, plan.n_days - 45), n))
    joined = np.where(client, joined, -rng.integers(30, 900, n))
    leaves = rng.random(n) < np.select([client, role == WORKER], [0.06, 0.0], 0.03)
    leaving = rng.integers(60, plan.n_days + 60, n)
    left = np.where(leaves & (leaving > joined + 60) & (leaving < plan.n_days), leaving, plan.n_days + 10_000)
    return joined, left


def _caseload(provider: np.ndarray, client: np.ndarray, worker: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Position of the worker who holds each client's case: one of the same provider where it has any."""
    holder = np.full(len(provider), -1)
    everyone = np.flatnonzero(worker)
    for which in np.unique(provider[client]):
        mine = np.flatnonzero(client & (provider == which))
        team = np.flatnonzero(worker & (provider == which))
        holder[mine] = rng.choice(team if len(team) else everyone, len(mine))
    holder[client & (rng.random(len(provider)) < 0.02)] = -1
    return holder


def _relatives(role: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """For each family member the client they belong to; -1 for everybody else."""
    relative = np.full(len(role), -1)
    family, clients = np.flatnonzero(role == FAMILY), np.flatnonzero(role == CLIENT)
    relative[family] = rng.choice(clients, len(family), replace=len(family) > len(clients))
    return relative


def draw_episodes(plan: AreaPlan, people: People, rng: np.random.Generator) -> Episodes:
    """Several episodes a client: one ends, some time passes, some people come back."""
    clients = people.of_role(CLIENT)
    n = len(clients)
    start, going = people.joined[clients].astype(float), np.ones(n, dtype=bool)
    parts = []
    for turn in range(MOST_EPISODES):
        prescribing = people.opiate[clients] & (rng.random(n) < 0.65)
        length = np.rint(rng.lognormal(np.where(prescribing, 5.9, 5.1), 0.7)) + 7
        end = start + length
        end = np.where(people.left[clients] < plan.n_days, np.minimum(end, people.left[clients]), end)
        open_ended = end >= plan.n_days
        modality = np.where(
            prescribing, "prescribing", rng.choice(["psychosocial", "day_programme", "residential"], n, p=[0.82, 0.13, 0.05])
        )
        moved = rng.random(n) < (0.12 if turn else 0.0)
        provider = np.where(moved, rng.integers(0, len(PROVIDERS), n), people.provider[clients])
        reason = rng.choice(EXITS, n, p=[0.42, 0.40, 0.10, 0.05, 0.03])
        parts.append(
            (
                clients[going],
                start[going],
                np.where(open_ended, np.nan, end)[going],
                np.array(PROVIDERS)[provider[going]],
                modality[going],
                reason[going],
            )
        )
        start = end + np.rint(rng.lognormal(4.2, 0.8, n)) + 3
        going &= ~open_ended & (rng.random(n) < 0.72) & (start < np.minimum(plan.n_days, people.left[clients]) - 14)
    person, begins, ends, provider, modality, reason = (np.concatenate(part) for part in zip(*parts, strict=True))
    in_treatment = _active(plan, people, person, begins, ends)
    prescribed = _active(plan, people, *(part[modality == "prescribing"] for part in (person, begins, ends)))
    return Episodes(person, begins, ends, provider, modality, reason, in_treatment, prescribed)


def _active(plan: AreaPlan, people: People, person: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Person × month: an episode runs in the middle of the month."""
    middles = (plan.month_starts[:-1] + plan.month_starts[1:]) / 2
    running = (begins[:, None] <= middles) & (np.where(np.isnan(ends), np.inf, ends)[:, None] > middles)
    active = np.zeros((len(people.ids), plan.months), dtype=bool)
    np.logical_or.at(active, person, running)
    return active


def people_table(plan: AreaPlan, people: People, rng: np.random.Generator) -> pd.DataFrame:
    """The table of people: what the service would hold of each."""
    n = len(people.ids)
    client, worker = people.role == CLIENT, people.role == WORKER
    known = rng.random(n) >= 0.04
    lives_here = (client | (rng.random(n) < 0.8)) & ~worker
    agreed = people.introductions > 0
    consents = {
        name: np.where(worker, None, np.where(rng.random(n) < share, "true", "false"))  # type: ignore[call-overload]
        for name, share in (("consent_care", 0.96), ("consent_evaluation", 0.86), ("consent_research", 0.61))
    }
    holder = np.where(people.worker >= 0, people.ids[people.worker], "")
    joined = np.where(client | (rng.random(n) < 0.5), people.joined, np.nan)
    return pd.DataFrame(
        {
            "person_id": people.ids,
            "role": np.array(ROLES)[people.role],
            "joined_on": plan.stamps(joined),
            "left_on": plan.stamps(np.where(people.left <= plan.n_days, people.left, np.nan)),
            "area": np.where(known & lives_here, np.array(AREAS)[people.area], None),
            "sex": np.where(known, np.where(people.female, "F", "M"), None),  # type: ignore[call-overload]
            "age_band": np.where(rng.random(n) >= 0.05, np.array(AGE_BANDS)[people.age], None),
            "substance": np.where(client, np.where(people.opiate, "opiate_crack", "other"), None),  # type: ignore[call-overload]
            "worker_id": np.where(holder != "", holder, None),  # type: ignore[call-overload]
            "introducer_consent": np.where(worker, None, np.where(agreed, "true", "false")),  # type: ignore[call-overload]
            "max_introductions": np.where(agreed, people.introductions, np.nan),
            **consents,
        }
    )


def episodes_table(plan: AreaPlan, people: People, episodes: Episodes) -> pd.DataFrame:
    """The table of episodes in order of person and start."""
    frame = pd.DataFrame(
        {
            "person_id": people.ids[episodes.person],
            "started_on": plan.stamps(episodes.start),
            "ended_on": plan.stamps(episodes.end),
            "provider": episodes.provider,
            "modality": episodes.modality,
            "exit_reason": np.where(np.isnan(episodes.end), None, episodes.exit),  # type: ignore[call-overload]
        }
    )
    return frame.sort_values(["person_id", "started_on"], ignore_index=True)
