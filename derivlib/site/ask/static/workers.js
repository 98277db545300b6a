// What the box to ask in and the cells of a page have in common: scripts that are loaded later, and
// Python in a worker. It is loaded before either.

"use strict";

// A plain script, not a module: browsers load no module from a file. The name is seen by the others.
const derivlibWorkers = (() => {
  /** What each stage of the start is called while it lasts. @type {Record<string, string>} */
  const STARTING = {
    fetching: "Loading Python and SymPy…",
    unpacking: "Unpacking…",
    importing: "Starting derivlib…",
  };

  /** Run a script of the site. @param {string} address @returns {Promise<void>} */
  function loaded(address) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.addEventListener("load", () => done());
      script.addEventListener("error", () => failed(new Error(`${address} is not there`)));
      document.head.append(script);
    });
  }

  /** Start a worker from a module of the site.
   * @param {string} address
   * @param {(told: any) => void} hear what it tells
   * @param {(message: string) => void} fail why it ended by itself */
  function startWorker(address, hear, fail) {
    // A worker made from an address would not be under the page's policy; one from a blob is.
    const source = new Blob([`import "${address}";`], { type: "text/javascript" });
    const worker = new Worker(URL.createObjectURL(source), { type: "module" });
    worker.onmessage = ({ data }) => hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message || "the program could not be loaded");
    };
    return worker;
  }

  /** Whether Python can be started here; from a file no browser starts a worker. */
  const canStart = () =>
    location.protocol !== "file:" &&
    ["Worker", "WebAssembly", "DecompressionStream"].every((name) => name in window);

  return { STARTING, loaded, startWorker, canStart };
})();
