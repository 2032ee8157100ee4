"""Find spun English, show the words that give it away, and restore the likely originals.

>>> from detector import detect
>>> detect("Hello.").verdict
'insufficient_text'
"""

import detector.notebook  # noqa: F401 reports show themselves in notebooks
from detector.api import ScoreColumns, detect, detect_many, reverse, reverse_many, scores
from detector.errors import DetectorError, InputError, ModelError, PlanError
from detector.prior import probability_at_prior
from detector.restore.plan import apply_plan
from detector.types import Alternative, Damage, Edit, EditAlternative, Evidence, Omission, Passage, Report, Restoration
from detector.version import __version__

__all__ = [
    "Alternative",
    "Damage",
    "DetectorError",
    "Edit",
    "EditAlternative",
    "Evidence",
    "InputError",
    "ModelError",
    "Omission",
    "Passage",
    "PlanError",
    "Report",
    "Restoration",
    "ScoreColumns",
    "__version__",
    "apply_plan",
    "detect",
    "detect_many",
    "probability_at_prior",
    "reverse",
    "reverse_many",
    "scores",
]
