"""Nodes in normal form: what rules and the engine write expressions with.

The judge never builds anything, so it may not import this.
"""

from derivlib.nodes.commutation import commutation
from derivlib.nodes.diag_matrix import diagonal_matrix
from derivlib.nodes.diagonal_of import diagonal
from derivlib.nodes.diagonal_sums import summed_diagonals as diagonal_sums
from derivlib.nodes.differentials import form_sum, frobenius, inner, inner_sum, on_vec
from derivlib.nodes.matrix_element import entry
from derivlib.nodes.sum_entries import sum_of
from derivlib.nodes.trace import trace
from derivlib.nodes.triangles import lower_triangle as tril
from derivlib.nodes.triangles import upper_triangle as triu
from derivlib.nodes.vec import laid_out as unvec
from derivlib.nodes.vec import stacked as vec

__all__ = [
    "commutation", "diagonal", "diagonal_matrix", "diagonal_sums", "entry", "form_sum",
    "frobenius", "inner", "inner_sum", "on_vec", "sum_of", "trace", "tril", "triu", "unvec", "vec",
]  # fmt: skip
