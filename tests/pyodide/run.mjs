// Run pytest in Pyodide, which is Python as a browser has it.
// Arguments: the folder of the packages, pure Python all of them, then the arguments of pytest.
import { loadPyodide } from "pyodide";

const [packages, ...options] = process.argv.slice(2);
const { DERIVLIB_SKIP = "all" } = process.env;
const python = await loadPyodide({ env: { HOME: "/home", DERIVLIB_SKIP } });
python.mountNodeFS("/packages", packages);
python.mountNodeFS("/project", process.cwd());
python.globals.set("options", python.toPy(options));
process.exitCode = python.runPython(`
import os, sys
os.chdir("/project")
sys.dont_write_bytecode = True
sys.path[:0] = ["/project", "/packages"]
import pytest
print("Python", sys.version)
int(pytest.main(["-p", "no:cacheprovider", *options]))
`);
