// Start Python in a worker, with the packages of the bundle.

const PACKAGES = "/packages";

/** @type {any} */
let python;
let base = "";

/** Fetch a file of the bundle that is kept compressed, since plain file servers compress nothing.
 * @param {string} name @param {string} type */
async function unpacked(name, type) {
  const answer = await realFetch(`${base}${name}.gz`);
  if (!answer.ok || !answer.body) throw new Error(`${name} could not be fetched (${answer.status})`);
  const stream = answer.body.pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream, { headers: { "Content-Type": type } });
}

const realFetch = globalThis.fetch;
/** Pyodide asks for its own files by these addresses; nothing else is ever fetched. */
globalThis.fetch = async (address) => {
  const url = String(address instanceof Request ? address.url : address);
  if (!url.startsWith(base)) throw new Error("the page fetches nothing but its own files");
  const name = url.slice(base.length);
  if (name === "pyodide.asm.wasm") return unpacked(name, "application/wasm");
  if (name === "library.zip") return unpacked("library", "application/zip");
  return realFetch(url);
};

/** Put the files of an archive where Python finds them: see `archive` in packing.py.
 * @param {Uint8Array} bytes */
function install(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const index = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const folders = new Set();
  let at = 4 + length;
  for (const [place, size] of index) {
    const folder = place.slice(0, place.lastIndexOf("/") + 1);
    if (!folders.has(folder)) python.FS.mkdirTree(`${PACKAGES}/${folder}`);
    folders.add(folder);
    python.FS.writeFile(`${PACKAGES}/${place}`, bytes.subarray(at, at + size), { canOwn: true });
    at += size;
  }
}

/** What the examples did not need, fetched where an import fails, while Python waits for it. */
function fetchRest() {
  const request = new XMLHttpRequest();
  request.open("GET", `${base}rest.gz`, false);
  request.responseType = "arraybuffer";
  request.send();
  return new Uint8Array(request.response);
}

/** Start Python, and tell of each part of the start.
 * @param {string} address of the bundle @param {(part: string) => void} tell */
export async function startPython(address, tell) {
  base = address;
  tell("fetching");
  const first = unpacked("first", "application/octet-stream").then((answer) => answer.arrayBuffer());
  const lock = realFetch(`${base}lock.json`).then((answer) => answer.text());
  const { loadPyodide } = await import(`${base}pyodide.mjs`);
  python = await loadPyodide({
    indexURL: base,
    stdLibURL: `${base}library.zip`,
    lockFileContents: await lock,
    env: { HOME: "/home", PYTHONHASHSEED: "0" },
  });
  tell("unpacking");
  install(new Uint8Array(await first));
  tell("importing");
  python.globals.set("fetch_rest", fetchRest);
  python.globals.set("install", (/** @type {any} */ bytes) => install(bytes.toJs()));
  python.runPython(BEGINNING);
  return python;
}

const BEGINNING = `
import sys
from importlib.machinery import PathFinder

sys.path.append("/packages")

class _Rest:
    """Finds what the first archive left out, by fetching the rest of it once."""

    tops = {"derivlib", "lark", "lazy_loader", "mpmath", "sympy", *sys.stdlib_module_names}
    is_there = False

    def find_spec(self, name, path=None, target=None):
        if self.is_there or name.partition(".")[0] not in self.tops:
            return None
        type(self).is_there = True
        import gzip
        install(gzip.decompress(fetch_rest().to_bytes()))
        sys.path_importer_cache.clear()
        return PathFinder.find_spec(name, path, target)

sys.path_importer_cache.clear()
sys.meta_path.append(_Rest())
`;
