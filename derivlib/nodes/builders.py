"""Nodes in normal form: what rules and the engine write expressions with.

The judge never builds anything, so it may not import this.
"""

from derivlib.nodes.commutation import commutation
from derivlib.nodes.convolution import circulant_matrix, convolution_matrix
from derivlib.nodes.cross import cross_product as cross
from derivlib.nodes.cross import skew_matrix as skew
from derivlib.nodes.diag_matrix import diagonal_matrix
from derivlib.nodes.diagonal_of import diagonal
from derivlib.nodes.diagonal_sums import summed_diagonals as diagonal_sums
from derivlib.nodes.differentials import form_sum, frobenius, inner, inner_sum, on_vec
from derivlib.nodes.khatri_rao import columnwise
from derivlib.nodes.matrix_element import entry
from derivlib.nodes.matrix_slice import sliced
from derivlib.nodes.matrix_slice import taken_lines as take_lines
from derivlib.nodes.sum_entries import sum_of
from derivlib.nodes.trace import trace
from derivlib.nodes.triangles import lower_triangle as tril
from derivlib.nodes.triangles import upper_triangle as triu
from derivlib.nodes.vec import laid_out as unvec
from derivlib.nodes.vec import stacked as vec

__all__ = [
    "circulant_matrix", "columnwise", "commutation", "convolution_matrix", "cross",
    "diagonal", "diagonal_matrix", "diagonal_sums", "entry", "form_sum", "frobenius",
    "inner", "inner_sum", "on_vec", "skew", "sliced", "sum_of", "take_lines", "trace",
    "tril", "triu", "unvec", "vec",
]  # fmt: skip
