"""Evidence of substitution, one cue a module, all over the same measurements."""

__all__ = ["CUES"]

# What `Evidence.cue` can be, strongest kind of evidence first.
CUES = (
    "homoglyph",
    "tortured_phrase",
    "consistent_substitution",
    "substitution",
    "name_mangling",
    "agreement",
    "collocation",
)
