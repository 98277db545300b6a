// Start Python in a worker, with the packages of the bundle: anew, or from the memory that an
// earlier visit kept.

/** What Pyodide's declarations do not name. @typedef {any} Pyodide */

/** @type {Pyodide} */
let python;
/** @type {Memory | undefined} */
let memory;
let isNew = false;
let base = "";

/** Fetch a file of the bundle that is kept compressed, since plain file servers compress nothing.
 * @param {string} name @param {string} type */
async function unpacked(name, type = "application/octet-stream") {
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

/** An archive, compressed, fetched while Python waits for it. @param {string} name */
function fetchArchive(name) {
  const request = new XMLHttpRequest();
  request.open("GET", `${base}${name}.gz`, false);
  request.responseType = "arraybuffer";
  request.send();
  if (request.status !== 200) throw new Error(`${name}.gz could not be fetched (${request.status})`);
  return python.toPy(new Uint8Array(request.response));
}

/** The memory of Python after its start, kept by the browser under the version of the bundle. */
class Memory {
  /** @param {string} version */
  constructor(version) {
    this.address = `${base}memory?${version}`;
  }

  /** @returns {Promise<Uint8Array | null>} what an earlier visit kept, if it did */
  async kept() {
    if (!("caches" in globalThis)) return null; // plain http from another machine
    try {
      const found = await (await caches.open(MEMORY)).match(this.address);
      return found ? new Uint8Array(await found.arrayBuffer()) : null;
    } catch {
      return null;
    }
  }

  /** Keep the memory, and forget that of other versions. @param {Uint8Array<ArrayBuffer>} bytes */
  async keep(bytes) {
    await caches.delete(MEMORY);
    await (await caches.open(MEMORY)).put(this.address, new Response(bytes));
  }

  async forget() {
    await caches.delete(MEMORY);
  }
}

const MEMORY = "derivlib-memory";

const ANEW = `
import json
from archives import Archives

ARCHIVES = Archives(json.loads(index), lambda name: fetch_archive(name))
ARCHIVES.install()
ARCHIVES.unpack_data()
`;

/** Before memory is kept: nothing of one reader's question, and nothing of the browser's. */
const FORGETTING = `
import gc
from sympy.core.cache import clear_cache
del fetch_archive
clear_cache()
gc.collect()
`;

/** Start Python, and tell of each part of the start.
 * @param {string} address of the bundle @param {(part: string) => void} tell
 * @param {string} program that is run once, and is part of the memory that is kept */
export async function startPython(address, tell, program) {
  base = address;
  tell("fetching");
  const [{ loadPyodide }, lockFileContents, told] = await Promise.all([
    import(`${base}pyodide.mjs`),
    realFetch(`${base}lock.json`).then((answer) => answer.text()),
    unpacked("index.json").then((answer) => answer.json()),
  ]);
  const options = {
    indexURL: base,
    stdLibURL: `${base}library.zip`,
    lockFileContents,
    env: { HOME: "/home", PYTHONHASHSEED: "0" },
  };
  memory = new Memory(told.version);
  const kept = await memory.kept();
  if (kept) {
    tell("importing");
    try {
      python = await loadPyodide({ ...options, _loadSnapshot: kept, createPyodideModule: withRoomFor(kept) });
      connect();
      return python;
    } catch (error) {
      console.error(error); // and start anew, with nothing of it
      await memory.forget();
    }
  }
  const first = unpacked("first").then((answer) => answer.arrayBuffer());
  python = await loadPyodide({ ...options, _makeSnapshot: true });
  isNew = true;
  tell("unpacking");
  python.FS.writeFile("/first.bin", new Uint8Array(await first), { canOwn: true });
  tell("importing");
  connect();
  python.globals.set("index", JSON.stringify(told.archives));
  python.runPython(ANEW + program);
  return python;
}

/** Make Python's module with as much memory as is put back into it, which Pyodide leaves to us.
 * @param {Uint8Array} kept */
const withRoomFor = (kept) => async (/** @type {object} */ settings) => {
  const { default: make } = await import(`${base}pyodide.asm.mjs`);
  const made = await make(settings);
  const [, begin] = new Uint32Array(kept.buffer, kept.byteOffset, 2);
  made.growMemory(kept.length - begin);
  return made;
};

/** What Python says of an error, without the lines of its program. @param {unknown} error */
export function lastLine(error) {
  const lines = (error instanceof Error ? error.message : String(error)).trim().split("\n");
  return lines.findLast((line) => /^\w*(Error|Exception)\b/.test(line)) ?? lines[lines.length - 1];
}

/** Give Python what it asks of the browser, which no kept memory can hold. */
function connect() {
  python.globals.set("fetch_archive", fetchArchive);
}

/** Whether there is memory worth keeping: of a start that had none, once. */
export const wasStartedAnew = () => isNew && "caches" in globalThis;

/** Keep the memory for the next visit. @param {string} rehearsed a program that is run before */
export async function keepMemory(rehearsed) {
  if (!wasStartedAnew() || !memory) return;
  isNew = false;
  try {
    python.runPython(FORGETTING + rehearsed);
    await memory.keep(python.makeMemorySnapshot());
  } catch (error) {
    console.error(error); // the next visit then starts anew, too
  } finally {
    connect();
  }
}
