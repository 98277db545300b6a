#!/usr/bin/env bash
# JAX 0.10.2: an array of one entry can be reshaped without saying to what, and becomes a scalar.
#
# jax.numpy follows NumPy, where array.reshape() without a shape is a TypeError. In JAX the method
# takes any number of sizes, none included, and no sizes are the shape of a scalar. The function
# jax.numpy.reshape keeps the argument that NumPy demands. Code that leaves the sizes out, because
# they come from an empty tuple that was unpacked, works with JAX alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
"$folder/venv/bin/python" - > "$folder/seen" <<'PYTHON'
import jax
import jax.numpy as jnp
import numpy as np

print("jax", jax.__version__, "numpy", np.__version__)
sizes = ()
for name, library in (("numpy", np), ("jax.numpy", jnp)):
    for spelt, reshape in (
        ("array.reshape(*sizes)", lambda array: array.reshape(*sizes)),
        ("reshape(array, *sizes)", lambda array: library.reshape(array, *sizes)),
        ("array.reshape(sizes)", lambda array: array.reshape(sizes)),
    ):
        try:
            print(f"{name}, {spelt}:", reshape(library.ones((1, 1))).shape)
        except TypeError:
            print(f"{name}, {spelt}: TypeError")
PYTHON
cat "$folder/seen"
diff "$folder/seen" - <<'SEEN'
jax 0.10.2 numpy 2.4.6
numpy, array.reshape(*sizes): TypeError
numpy, reshape(array, *sizes): TypeError
numpy, array.reshape(sizes): ()
jax.numpy, array.reshape(*sizes): ()
jax.numpy, reshape(array, *sizes): TypeError
jax.numpy, array.reshape(sizes): ()
SEEN
echo "as described"
