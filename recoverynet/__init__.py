"""recoverynet: from contact records to a defensible answer and a publishable report about recovery communities.

The names below are the whole door, in the order of the walk: tables, states, graphs, measures, models, reports. Nothing
is loaded until it is used.
"""

from __future__ import annotations

import lazy_loader

__version__ = "0.2.0"

_DOOR: dict[str, list[str]] = {
    "errors": [
        "DisclosureError",
        "NotEstimableError",
        "NotWrittenError",
        "RecoveryNetError",
        "RecoveryNetWarning",
        "SchemaError",
        "TimeOrderError",
        "UnknownPersonError",
    ],
    "tables.record": ["RecoveryRecord"],
    "tables.files": ["read_record", "write_record"],
    "tables.store": ["RecordStore", "open_record", "write_store"],
    "tables.checks": ["find_problems"],
    "tables.pseudonyms": ["pseudonymise"],
    "formats.network_canvas.export": ["read_network_canvas"],
    "formats.egor.study": ["read_egor"],
    "samples": ["list_samples", "load_sample"],
    "states": ["Norm", "StateScheme", "spells", "state_at"],
    "graphs.contact_graph": ["ContactGraph"],
    "graphs.person_network": ["PersonNetwork"],
    "graphs.projection": ["project"],
    "graphs.egos": ["EgoNetworks", "ego_networks"],
    "graphs.panel": ["NetworkPanel", "panel"],
    "graphs.files.networks": ["ImportedNetworks"],
    "graphs.files.reading": ["read_gexf", "read_graphml", "read_network", "read_pajek", "read_ucinet", "read_vna"],
    "graphs.files.writing": ["write_gexf", "write_graphml", "write_pajek", "write_ucinet", "write_vna"],
    "measures.position": ["position"],
    "measures.composition": ["composition"],
    "measures.important_people": ["ImportantPeopleScheme", "important_people"],
    "measures.groups": ["group_portfolio"],
    "measures.turnover": ["turnover"],
    "measures.aftercare": ["aftercare_coverage"],
    "measures.coverage": ["coverage_over_time"],
    "measures.linkage": ["linkage_funnel", "nice_qs11_statement2"],
    "measures.client_links": ["ClientLinks", "client_links"],
    "measures.meetings": ["next_meetings"],
    "measures.doors": ["Wishes"],
    "measures.introductions": ["introductions"],
    "measures.caseload": ["caseload_introductions"],
    "measures.introduction_outcomes": ["introduction_outcomes"],
    "measures.prompts": ["prompts"],
    "measures.exposure": ["exposure"],
    "measures.adoption": ["adoption"],
    "measures.thresholds": ["thresholds"],
    "measures.clustering": ["norm_clustering"],
    "models.spread.contagion": ["contagion_test"],
    "models.spread.dyadic": ["dyadic_influence"],
    "models.spread.hazard": ["fit_hazard"],
    "models.spread.sisa": ["fit_sisa"],
    "models.autocorrelation": ["network_autocorrelation"],
    "models.spread.matching": ["matched_estimate"],
    "models.spread.sensitivity": ["sensitivity"],
    "models.spread.spread_panel": ["spread_panel"],
    "models.ladder.ladder": ["evidence_ladder"],
    "models.saom.effects": ["effects_catalogue", "own_effect"],
    "models.saom.specification": ["Specification", "Term"],
    "models.saom.fit": ["fit_saom"],
    "models.saom.fit_quality": ["goodness_of_fit"],
    "models.saom.selection": ["selection_table"],
    "models.saom.drift": ["influence_table"],
    "models.saom.importance": ["importance"],
    "models.saom.sources": ["similarity_sources"],
    "models.saom.what_if": ["simulate"],
    "models.saom.export": ["write_rsiena"],
    "worlds.area.synthetic": ["riverside_record", "synthetic_record"],
    "worlds.calibration": ["calibration_table"],
    "worlds.calibration_shown": ["calibration_summary", "plot_calibration"],
    "report.disclosure.policy": ["CountTable", "DisclosurePolicy"],
    "report.report": ["Report"],
    "report.evaluation.evaluation": ["evaluation_report"],
    "report.spread.spread": ["spread_report"],
    "report.client.client": ["client_report"],
}

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submodules=[], submod_attrs=_DOOR)
