"""Find spun English, show the words that give it away, and restore what they probably were.

>>> from detector import detect
>>> detect("Hello.").verdict
'insufficient_text'
"""

from detector.api import detect, detect_many, reverse
from detector.errors import DetectorError, InputError, ModelError, PlanError
from detector.restore.restorer import apply_plan
from detector.types import Alternative, Edit, EditAlternative, Evidence, Passage, Report, Restoration

__version__ = "0.1.0"

__all__ = [
    "Alternative",
    "DetectorError",
    "Edit",
    "EditAlternative",
    "Evidence",
    "InputError",
    "ModelError",
    "Passage",
    "PlanError",
    "Report",
    "Restoration",
    "apply_plan",
    "detect",
    "detect_many",
    "reverse",
]
