"""Find spun English, show the words that give it away, and restore the likely originals.

>>> from detector import detect
>>> detect("Hello.").verdict
'insufficient_text'
"""

from detector import plot
from detector.api import ScoreColumns, detect, detect_many, learn_spinner, reverse, reverse_many, scores
from detector.errors import DetectorError, InputError, ModelError, PlanError
from detector.notebook import detect_files
from detector.prior import probability_at_prior
from detector.readers import InputDocument, read_document
from detector.restore.plan import apply_plan
from detector.restore.spinner_table import SpinnerPair, SpinnerTable
from detector.types import Alternative, Damage, Edit, EditAlternative, Evidence, Omission, Passage, Report, Restoration
from detector.version import __version__

__all__ = [
    "Alternative",
    "Damage",
    "DetectorError",
    "Edit",
    "EditAlternative",
    "Evidence",
    "InputDocument",
    "InputError",
    "ModelError",
    "Omission",
    "Passage",
    "PlanError",
    "Report",
    "Restoration",
    "ScoreColumns",
    "SpinnerPair",
    "SpinnerTable",
    "__version__",
    "apply_plan",
    "detect",
    "detect_files",
    "detect_many",
    "learn_spinner",
    "plot",
    "probability_at_prior",
    "read_document",
    "reverse",
    "reverse_many",
    "scores",
]
