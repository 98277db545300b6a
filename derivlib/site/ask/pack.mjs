// Pack the Python that runs in a reader's browser, as bytecode, in the Python of Pyodide.
//
// Arguments: the folder of Pyodide, a file that says what is packed, the folder to write into.
// What the examples import is in the first archive, what else there is in another, which a page
// fetches only where something is missing.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const [pyodide, specification, out] = process.argv.slice(2);
const { packages, examples } = JSON.parse(readFileSync(specification, "utf8"));
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
const python = await loadPyodide({ env: { PYTHONHASHSEED: "0" } });
for (const [name, folder] of Object.entries(packages)) {
  python.FS.mkdirTree(`/packages/${name}`);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, `/packages/${name}`);
}
python.globals.set("examples", python.toPy(examples));
python.globals.set("names", python.toPy(Object.keys(packages)));
try {
  python.runPython(readFileSync(new URL("packing.py", import.meta.url), "utf8"));
} catch (error) {
  console.error(error.message); // without the lines of Pyodide that node would print around it
  process.exit(1);
}

/** What Python made, under a name. */
const made = (name) => python.globals.get(name);

/** Compress, the same bytes each time: no name and no date is in them. */
const compressed = (bytes) => gzipSync(bytes, { level: 9 });

for (const name of ["first", "rest", "library"]) {
  writeFileSync(`${out}/${name}.gz`, compressed(made(name).toJs()));
}
writeFileSync(`${out}/pyodide.asm.wasm.gz`, compressed(readFileSync(`${pyodide}/pyodide.asm.wasm`)));
writeFileSync(`${out}/index.json.gz`, compressed(made("index")));
for (const name of ["pyodide.mjs", "pyodide.asm.mjs"]) {
  copyFileSync(`${pyodide}/${name}`, `${out}/${name}`);
}
const { info } = JSON.parse(readFileSync(`${pyodide}/pyodide-lock.json`, "utf8"));
writeFileSync(`${out}/lock.json`, JSON.stringify({ info, packages: {} }));
