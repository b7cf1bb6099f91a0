"""What log odds are worth: a curve from them to the share that is right."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

Doubles = NDArray[np.float64]

_FOLDS = 5
_EDGE = 1e-4  # no share of unseen verdicts is known to be 0 or 1


@dataclass(frozen=True)
class Curve:
    """Log odds → confidence, by whichever of a logistic and an isotonic curve explains unseen verdicts better."""

    curve: Any
    logistic: bool

    @classmethod
    def of(
        cls,
        odds: Doubles,
        right: NDArray[np.bool_],
        weight: Doubles | None = None,
        group: NDArray[np.int64] | None = None,
    ) -> "Curve":
        """Choose by log loss over folds, then fit on all.

        Args:
            odds, right: Verdicts, and the log odds that they were given.
            weight: What each counts; all the same without.
            group: Verdicts of one group are seen or unseen together; each by itself without.
        """
        weight = np.ones(len(odds)) if weight is None else weight
        group = np.arange(len(odds)) if group is None else group
        fold = np.random.default_rng(0).integers(_FOLDS, size=int(group.max()) + 1)[group]
        loss = {True: 0.0, False: 0.0}
        for rest in (fold == each for each in range(_FOLDS)):
            for logistic in loss:
                confidence = cls._fit(odds[~rest], right[~rest], weight[~rest], logistic)(odds[rest])
                loss[logistic] += log_loss(
                    right[rest], confidence, labels=[False, True], sample_weight=weight[rest], normalize=False
                )
        return cls._fit(odds, right, weight, logistic=bool(loss[True] <= loss[False]))

    @classmethod
    def _fit(cls, odds: Doubles, right: NDArray[np.bool_], weight: Doubles, logistic: bool) -> "Curve":
        if logistic:
            return cls(LogisticRegression().fit(odds[:, None], right, sample_weight=weight), True)
        curve = IsotonicRegression(y_min=_EDGE, y_max=1 - _EDGE, out_of_bounds="clip")
        return cls(curve.fit(odds, right, sample_weight=weight), False)

    def __call__(self, odds: Doubles) -> Doubles:
        """Confidence in [0, 1]."""
        out: Doubles = self.curve.predict_proba(odds[:, None])[:, 1] if self.logistic else self.curve.predict(odds)
        return out
