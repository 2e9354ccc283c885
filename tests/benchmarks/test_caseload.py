"""How many clients get somebody to go with: the exact assignment against mentor matching, on the same network.

Mentor matching (Valente & Davis 1999) makes leaders of the people named most often and gives everybody the nearest one. It
knows no consent, no group and no limit to what one person can do; here it may choose among those who agreed only, and
serves nobody beyond what a leader agreed to. ``extra_info`` holds what came out.
"""

import networkx as nx

import recoverynet as rn
from recoverynet.measures.doors import Wishes
from recoverynet.measures.introductions import introduction_options
from recoverynet.measures.ways_to_groups import ACTIVE_WITHIN

AT = "2011-06-15"


def mentors(record: rn.RecoveryRecord, options: dict[str, list], share: float = 0.10) -> dict[str, str]:
    """The nearest of the best connected tenth of those who agreed, for each client, as far as each mentor has room."""
    network = rn.project(rn.ContactGraph(record).between("2011-03-15", AT)).to_networkx()
    room = {option.introducer_id: int(option.capacity_left) for found in options.values() for option in found}
    agreed = sorted((guide for guide in room if guide in network), key=lambda guide: (-network.degree(guide), guide))
    leaders = agreed[: max(1, round(share * len(agreed)))]
    chosen: dict[str, str] = {}
    for client in options:
        distance = nx.single_source_shortest_path_length(network, client) if client in network else {}
        able = {option.introducer_id for option in options[client]}
        near = sorted((distance[guide], guide) for guide in leaders if guide in distance and guide in able)
        mine = next((guide for _, guide in near if room[guide] > 0), None)
        if mine is not None:
            chosen[client], room[mine] = mine, room[mine] - 1
    return chosen


def test_caseload_against_mentor_matching(benchmark) -> None:
    record = rn.load_sample("riverside")
    workers = record.people["worker_id"].value_counts()
    clients = record.people.loc[record.people["worker_id"].isin(workers.index[:6]), "person_id"].tolist()
    plan = benchmark.pedantic(lambda: rn.caseload_introductions(record, clients, at=AT), rounds=3, warmup_rounds=1)
    options = {client: introduction_options(record, client, at=AT, wishes=Wishes(), within=ACTIVE_WITHIN) for client in clients}
    matched = {share: len(mentors(record, options, share)) for share in (0.1, 0.25, 1.0)}
    served = int(plan["served"].sum())
    assert all(served >= count for count in matched.values())
    benchmark.extra_info.update(
        clients=len(clients), served=served, mentor_matching={str(share): n for share, n in matched.items()}
    )
