"""What a reader holds after deriving, and everything that can be asked of it."""

from derivlib.derivation.derivation import Derivation, carry_out, carry_out_twice
from derivlib.derivation.joint import JointDerivation, carry_out_jointly
from derivlib.derivation.step import Step

__all__ = [
    "Derivation",
    "JointDerivation",
    "Step",
    "carry_out",
    "carry_out_jointly",
    "carry_out_twice",
]
