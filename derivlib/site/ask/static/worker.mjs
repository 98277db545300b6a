// Python in a worker: it is started once, answers questions, and is ended from outside to stop it.
//
// In come { id, task, ... }; out go { id, stage, ... } for each stage, the last one with `last`.

/** @typedef {{ id: number, task: string, [key: string]: any }} Order */

const PACKAGES = "/packages";

/** @type {any} */
let python;
/** @type {any} */
let asked;
let base = "";

/** @param {number} id @param {object} told */
const tell = (id, told) => postMessage({ id, ...told });

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

/** @param {number} id @param {string} address */
async function start(id, address) {
  base = address;
  tell(id, { stage: "starting", part: "fetching" });
  const first = unpacked("first", "application/octet-stream").then((answer) => answer.arrayBuffer());
  const lock = realFetch(`${base}lock.json`).then((answer) => answer.text());
  const { loadPyodide } = await import(`${base}pyodide.mjs`);
  python = await loadPyodide({
    indexURL: base,
    stdLibURL: `${base}library.zip`,
    lockFileContents: await lock,
    env: { HOME: "/home", PYTHONHASHSEED: "0" },
  });
  tell(id, { stage: "starting", part: "unpacking" });
  install(new Uint8Array(await first));
  tell(id, { stage: "starting", part: "importing" });
  python.globals.set("fetch_rest", fetchRest);
  python.globals.set("install", (/** @type {any} */ bytes) => install(bytes.toJs()));
  python.runPython(BEGINNING);
  tell(id, { stage: "ready", last: true });
}

const BEGINNING = `
import json, sys
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
from derivlib.site.ask.answers import Asked

def ask(question, tell):
    asked = Asked(json.loads(question))
    for stage in asked.stages():
        tell(json.dumps(stage))
    return asked
`;

/** Answer a question, stage by stage. @param {Order} order */
function answer({ id, question }) {
  const each = (/** @type {string} */ stage) => tell(id, JSON.parse(stage));
  const found = python.globals.get("ask")(JSON.stringify(question), each);
  tell(id, { stage: "answered", last: true });
  return found;
}

/** @type {Record<string, (order: Order) => unknown>} */
const TASKS = {
  start: (order) => start(order.id, order.base),
  read: (order) => answer(order),
  ask: (order) => (asked = answer(order)),
  code: ({ id, library }) => tell(id, { stage: "code", code: asked.code(library), last: true }),
  unfold: ({ id }) => tell(id, { stage: "steps", steps: asked.unfolded().toJs(), last: true }),
};

/** Orders are carried out one after the other, and those for answers after the start. */
let before = Promise.resolve();

onmessage = ({ data }) => {
  before = before.then(() => carryOut(data));
};

/** Why Python did not start, if it did not. */
let refused = "";

/** @param {Order} order */
async function carryOut(order) {
  try {
    if (refused) throw new Error(refused);
    await TASKS[order.task](order);
  } catch (error) {
    console.error(error); // whole, for whoever looks into it
    const message = lastLine(error instanceof Error ? error.message : String(error));
    if (order.task === "start") refused = message;
    tell(order.id, { stage: "failed", message, last: true });
  }
}

/** What Python says of an error, without the lines of its program. @param {string} told */
function lastLine(told) {
  const lines = told.trim().split("\n");
  return lines.findLast((line) => /^\w*(Error|Exception)\b/.test(line)) ?? lines[lines.length - 1];
}
