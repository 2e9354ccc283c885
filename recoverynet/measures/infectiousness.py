"""Who gained the norm just after, and just before, the people tied to them?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from recoverynet.arguments import number_within, whole_number
from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.diffusion import discounts, followers
from recoverynet.kernels.exposure import directed_ties
from recoverynet.kernels.proportions import share
from recoverynet.measures.adoption import adoption
from recoverynet.measures.behaviours import Behaviour
from recoverynet.measures.exposure import Direction


def infectiousness(
    panel: NetworkPanel,
    behaviour: Behaviour = None,
    *,
    n_waves: int = 1,
    discount_rate: float | None = None,
    normalise: bool = False,
    direction: Direction = "out",
    weighted: bool = False,
    undefined: str = "nan",
    last_period_adopts: bool = False,
) -> pd.DataFrame:
    """Of those exposed to somebody who gained the norm, what share gained it in the waves straight after?

    Parameters
    ----------
    panel : NetworkPanel
        n people at W waves.
    behaviour : str, Norm, array of shape (n, W) or None
        1 holds the norm, 0 does not, NaN unknown. Default: the panel's norm.
    n_waves : int
        How many waves after the gain to look at, 1 or more. Default 1.
    discount_rate : float, optional
        A gain k waves later counts 1 / (1 + rate)^(k − 1). Default: 1 / k.
    normalise : bool
        Divide by the (discounted) number of people anywhere who gained the norm in those waves, so that
        people who happened to be first in a rush do not stand out. Default False.
    direction : {"out", "in", "mutual"}
        As for :func:`recoverynet.exposure`: by default somebody is exposed to the people they name.
    weighted : bool
        Weigh by the strength of the tie. Default False.
    undefined : {"nan", "zero"}
        What to give those who gained the norm but whom nobody could follow. Default NaN; netdiffuseR gives 0.
    last_period_adopts : bool
        As for :func:`recoverynet.adoption`.

    Returns
    -------
    pandas.DataFrame indexed by person_id
        ``wave`` (first seen with the norm), ``infectiousness``, ``n_followed`` (discounted number of those
        exposed who gained the norm that much later), ``n_could_follow`` (those exposed who had not gained it
        before then, whether or not they ever did). Missing where the person never held the norm or no later
        wave was seen.

    Raises
    ------
    SchemaError
        The panel has no such behaviour, it is not a norm, or an argument is not known.

    Notes
    -----
    I_i = Σ_k Σ_j x_ji(a_i + k − 1) [a_j = a_i + k] / w_k  over  Σ_k Σ_j x_ji(a_i + k − 1) [a_j ≥ a_i + k] /
    w_k (Myers 2000; Valente 1995), normalised by Σ_k Σ_j [a_j = a_i + k] / w_k. The word is the literature's.
    The number is a description of order in time: nobody is shown to have passed anything on. It looks at
    first gains only and does not fit norms that come and go. Never show it for a named person.

    References
    ----------
    Myers, D. J. (2000). The diffusion of collective violence. American Journal of Sociology 106, 173–208.
    https://doi.org/10.1086/303110

    Examples
    --------
    >>> import numpy as np
    >>> from recoverynet import NetworkPanel
    >>> from recoverynet.measures.infectiousness import infectiousness
    >>> ties = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 0]])
    >>> held = np.array([[1, 1], [0, 1], [0, 0]])
    >>> panel = NetworkPanel.from_adjacency([ties] * 2, behaviour={"recovery": held})
    >>> infectiousness(panel)["infectiousness"].tolist()
    [0.5, nan, nan]
    """
    return _followed(
        panel, behaviour, True, n_waves, discount_rate, normalise, direction, weighted, undefined, last_period_adopts
    ).set_axis(["wave", "infectiousness", "n_followed", "n_could_follow"], axis=1)


def susceptibility(
    panel: NetworkPanel,
    behaviour: Behaviour = None,
    *,
    n_waves: int = 1,
    discount_rate: float | None = None,
    normalise: bool = False,
    direction: Direction = "out",
    weighted: bool = False,
    undefined: str = "nan",
    last_period_adopts: bool = False,
) -> pd.DataFrame:
    """Of the contacts who held the norm before a person did, what share had gained it just before?

    Parameters
    ----------
    panel, behaviour, n_waves, discount_rate, normalise, direction, weighted, undefined, last_period_adopts :
    optional
        As for :func:`infectiousness`, looking back instead of forward.

    Returns
    -------
    pandas.DataFrame indexed by person_id
        ``wave`` (first seen with the norm), ``susceptibility``, ``n_just_before`` (discounted number of
        contacts who gained the norm that much earlier), ``n_before`` (contacts who had gained it by then).
        Missing where the person never held the norm or no earlier wave was seen.

    Raises
    ------
    SchemaError
        The panel has no such behaviour, it is not a norm, or an argument is not known.

    Notes
    -----
    S_i = Σ_k Σ_j x_ij(a_i − k + 1) [a_j = a_i − k] / w_k  over  Σ_k Σ_j x_ij(a_i − k + 1) [a_j ≤ a_i − k] /
    w_k (Myers 2000; Valente 1995), normalised by Σ_k Σ_j [a_j = a_i − k] / w_k. The cautions of
    :func:`infectiousness` hold.

    References
    ----------
    Myers, D. J. (2000). The diffusion of collective violence. American Journal of Sociology 106, 173–208.
    https://doi.org/10.1086/303110

    Examples
    --------
    >>> import numpy as np
    >>> from recoverynet import NetworkPanel
    >>> from recoverynet.measures.infectiousness import susceptibility
    >>> ties = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 0]])
    >>> held = np.array([[1, 1], [0, 1], [0, 0]])
    >>> panel = NetworkPanel.from_adjacency([ties] * 2, behaviour={"recovery": held})
    >>> susceptibility(panel)["susceptibility"].tolist()
    [nan, 1.0, nan]
    """
    return _followed(
        panel, behaviour, False, n_waves, discount_rate, normalise, direction, weighted, undefined, last_period_adopts
    ).set_axis(["wave", "susceptibility", "n_just_before", "n_before"], axis=1)


def _followed(
    panel: NetworkPanel, behaviour: Behaviour, forwards: bool, n_waves: int, discount_rate: float | None,
    normalise: bool, direction: str, weighted: bool, undefined: str, last_period_adopts: bool,
) -> pd.DataFrame:  # fmt: skip
    """Wave, rate, numerator and denominator."""
    n_waves = whole_number(n_waves, "n_waves", 1, of="waves")
    if discount_rate is not None and number_within(discount_rate, "discount_rate", such_as=0.1) < 0:
        raise SchemaError(f"discount_rate is 0 or more, such as 0.1; got {discount_rate!r}.")
    if undefined not in ("nan", "zero"):
        raise SchemaError(f"undefined must be 'nan' or 'zero'; got {undefined!r}.")
    if direction not in ("out", "in", "mutual"):
        raise SchemaError(f"direction must be 'out', 'in' or 'mutual'; got {direction!r}.")
    wave = adoption(panel, behaviour, last_period_adopts=last_period_adopts)["wave"]
    adopted = wave.fillna(0).to_numpy(dtype=np.int64)
    ties = {
        id(network): directed_ties(network, direction if panel.directed else "out", weighted=weighted) for network in panel.networks
    }
    timed, could, everybody = followers(
        [ties[id(network)] for network in panel.networks], adopted, discounts(n_waves, discount_rate), forwards=forwards
    )
    rate = share(timed, np.nan_to_num(could))
    if normalise:
        rate = np.where(everybody > 0, rate / np.where(everybody > 0, everybody, 1.0), rate)
    if undefined == "zero":
        rate = np.where((adopted > 0) & np.isnan(rate), 0.0, rate)
    return pd.DataFrame({"wave": wave, "rate": rate, "timed": timed, "could": could}, index=panel.people.index)
