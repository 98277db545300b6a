// Runs the cells of a page: Python is started once, and ended from outside to stop it.
//
// In come { task: "start", base, page } and { task: "run", sources }; out go { stage, ... } while
// it starts and { event, ... } while cells run.

import { lastLine, startPython } from "../ask/python.mjs";

const FOLDER = "/page";

/** @type {any} */
let cells;

/** @param {{ base: string, page: string }} order */
async function start({ base, page }) {
  const python = await startPython(base, (part) => postMessage({ stage: "starting", part }), "");
  python.FS.mkdirTree(FOLDER);
  python.FS.chdir(FOLDER);
  const make = python.runPython("from derivlib.site.cells.running import InBrowser\nInBrowser");
  cells = make(page, FOLDER);
  postMessage({ stage: "ready" });
}

/** @param {{ sources: string[] }} order */
function run({ sources }) {
  cells.run(JSON.stringify(sources), (/** @type {string} */ told) => postMessage(JSON.parse(told)));
}

/** Orders are carried out one after the other, and runs after the start. */
let before = Promise.resolve();

onmessage = ({ data }) => {
  before = before.then(async () => {
    try {
      if (data.task === "start") await start(data);
      else run(data);
    } catch (error) {
      console.error(error); // whole, for whoever looks into it
      postMessage({ stage: "failed", message: lastLine(error) });
    }
  });
};
