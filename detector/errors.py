"""The errors a caller can meet. Each message states the problem, the value, the expected value, and the remedy."""

__all__ = ["DetectorError", "InputError", "ModelError", "PlanError"]


class DetectorError(Exception):
    """Base of every error that this package raises on purpose."""


class InputError(DetectorError, TypeError, ValueError):
    """The given text, file or collection cannot be used as it is."""


class ModelError(DetectorError):
    """A model file is missing, damaged or does not belong to this version."""


class PlanError(DetectorError, ValueError):
    """A restoration plan does not fit the text that it is applied to."""
