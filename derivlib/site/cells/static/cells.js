// The cells of a page, run and edited where they stand. Nothing is loaded before the reader presses
// the button, nothing is sent anywhere, and no address can put code into a cell or run one.

"use strict";

// A plain script, not a module: browsers load no module from a file. The block keeps its names apart.
{
  const { STARTING, loaded, startWorker, canStart } = derivlibWorkers;
  const site = /** @type {any} */ (window);

  /** @param {string} text @param {() => void} [press] @param {string} [about] */
  function button(text, press, about) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    if (about) made.setAttribute("aria-label", about);
    if (press) made.addEventListener("click", press);
    return made;
  }

  /** @param {string} name @param {string} className @param {...(Node | string)} inside */
  function make(name, className, ...inside) {
    const element = document.createElement(name);
    element.className = className;
    element.append(...inside);
    return element;
  }

  /** A cell of the page. */
  class Cell {
    /** @param {HTMLElement} root @param {string} source @param {number} number */
    constructor(root, source, number) {
      this.root = root;
      this.source = source;
      this.number = number;
      const input = root.querySelector(".cell_input");
      if (!input) throw new Error(`cell ${number} of the page has no text`);
      this.input = input;
      const output = root.querySelector(":scope > .cell_output");
      this.output = output ?? root.appendChild(make("div", "cell_output docutils container"));
      this.built = [...this.output.childNodes];
      this.field = document.createElement("textarea");
      this.field.spellcheck = false;
      this.field.setAttribute("autocapitalize", "off");
      this.field.setAttribute("autocorrect", "off");
      this.field.setAttribute("aria-label", `Cell ${number}`);
      this.field.value = source;
    }

    get isEdited() {
      return this.field.value !== this.source;
    }

    /** Let the text be edited. @param {(cell: Cell) => void} run */
    open(run) {
      const text = "Run this and those above it";
      this.revert = button("Reset cell", () => this.reset(), `Reset cell ${this.number}`);
      this.revert.hidden = true;
      const tools = make("div", "cells-tools", button(text, () => run(this), `${text}: cell ${this.number}`), this.revert);
      this.input.replaceChildren(make("div", "cells-editor", this.field));
      this.input.after(tools);
      this.field.addEventListener("input", () => this.fit());
      this.field.addEventListener("keydown", (event) => this.key(event, run));
      this.fit();
    }

    /** @param {KeyboardEvent} event @param {(cell: Cell) => void} run */
    key(event, run) {
      if (event.key !== "Enter" || event.isComposing) return;
      if (event.shiftKey || event.ctrlKey || event.metaKey) {
        event.preventDefault();
        run(this);
        return;
      }
      // A new line begins below the one before it, and deeper behind a colon.
      const { value, selectionStart } = this.field;
      const line = value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1, selectionStart);
      const indent = (/^ */.exec(line)?.[0] ?? "") + (/:\s*$/.test(line) ? "    " : "");
      event.preventDefault();
      // Only this way can it be undone by the keys that undo; no other is offered by browsers.
      if (!document.execCommand("insertText", false, `\n${indent}`)) {
        this.field.setRangeText(`\n${indent}`, selectionStart, this.field.selectionEnd, "end");
      }
      this.fit();
    }

    /** As many lines as there are, and whether they are those of the page. */
    fit() {
      this.field.rows = this.field.value.split("\n").length;
      this.root.classList.toggle("cells-edited", this.isEdited);
      if (this.revert) this.revert.hidden = !this.isEdited;
    }

    reset() {
      this.field.value = this.source;
      this.fit();
      this.field.focus();
    }

    /** The text and the outputs as the page was built. */
    restore() {
      this.field.value = this.source;
      this.fit();
      this.mark("");
      this.output.replaceChildren(...this.built);
    }

    /** @param {"" | "waits" | "runs" | "stale" | "same" | "new" | "failed"} state */
    mark(state) {
      this.root.dataset.cells = state;
      this.root.toggleAttribute("aria-busy", state === "runs");
    }

    /** Show what came out so far. @param {any} output */
    add(output) {
      const last = this.output.lastElementChild;
      const kind = output.name === "stderr" ? "stderr" : "stream";
      if (output.output_type === "stream" && last?.classList.contains(kind)) {
        last.querySelector("pre")?.append(output.text);
      } else {
        this.output.append(site.derivlibShown.shown(output));
      }
    }

    /** Show all that came out; where it is what the page has, then as the page has it. @param {any} told */
    show({ outputs, same, failed }) {
      const { shown } = site.derivlibShown;
      this.output.replaceChildren(...(same ? this.built : outputs.map(shown)));
      this.mark(failed ? "failed" : same ? "same" : "new");
    }
  }

  /** The bar of a page and its cells. */
  class Page {
    /** @param {HTMLElement} bar */
    constructor(bar) {
      this.bar = bar;
      /** @type {Cell[]} */
      this.cells = [];
      /** @type {Worker | null} */
      this.worker = null;
      this.isFresh = true;
      this.given = "";
      this.wanted = -1;
      this.status = /** @type {HTMLElement} */ (bar.querySelector(".cells-status"));
      this.begin = /** @type {HTMLButtonElement} */ (bar.querySelector("button"));
      this.begin.addEventListener("click", () => this.open());
      this.foot = document.querySelector(".page-verdict");
      this.footBuilt = [...(this.foot?.childNodes ?? [])];
      this.all = button("Run all", () => this.run(this.cells.length - 1));
      this.halt = button("Stop", () => this.stop());
      this.undo = button("Reset", () => this.reset());
      bar.classList.add("cells-ready");
    }

    /** An address of the site, as the worker needs it. @param {string} held */
    address(held) {
      return new URL(held, document.baseURI).href;
    }

    /** @param {string} text */
    say(text) {
      this.status.textContent = text;
    }

    async open() {
      this.begin.disabled = true;
      this.say("Loading…");
      const { page = "", scripts = "", python = "" } = this.bar.dataset;
      try {
        const answer = await fetch(this.address(page));
        if (!answer.ok) throw new Error(`the cells could not be fetched (${answer.status})`);
        this.given = await answer.text();
        const shown = loaded(this.address(`${scripts}shown.js`));
        const katex = loaded(this.address(`${python}katex.min.js`));
        await Promise.all([shown, katex, loaded(this.address(`${scripts}markdown-it.min.js`))]);
        const { cells } = JSON.parse(this.given);
        const roots = [...document.querySelectorAll("div.cell")];
        if (roots.length !== cells.length) throw new Error("the page and its cells do not belong together");
        this.cells = roots.map((root, k) => new Cell(/** @type {HTMLElement} */ (root), cells[k].source, k + 1));
      } catch (error) {
        this.begin.disabled = false;
        this.say(error instanceof Error ? `It could not be loaded: ${error.message}.` : "");
        return;
      }
      for (const cell of this.cells) cell.open((each) => this.run(each.number - 1));
      this.begin.replaceWith(this.all, this.halt, this.undo);
      this.bar.classList.add("cells-open");
      this.isRunning = false;
      this.start();
      this.all.focus({ preventScroll: true });
    }

    /** Start Python, if it is not there. */
    start() {
      if (this.worker && this.isFresh) return;
      this.worker?.terminate();
      this.isFresh = true;
      const worker = startWorker(
        this.address(`${this.bar.dataset.scripts ?? ""}cells-worker.mjs`),
        (told) => worker === this.worker && this.hear(told),
        (message) => worker === this.worker && this.fail(message),
      );
      this.worker = worker;
      worker.postMessage({ task: "start", base: this.address(this.bar.dataset.python ?? ""), page: this.given });
      this.say(STARTING.fetching);
    }

    get isRunning() {
      return !this.halt.hidden;
    }

    /** Of two buttons one can be pressed; the focus goes from one to the other. */
    set isRunning(value) {
      const [from, to] = value ? [this.all, this.halt] : [this.halt, this.all];
      const isFocused = document.activeElement === from;
      this.halt.hidden = !value;
      this.all.disabled = value;
      if (isFocused) to.focus({ preventScroll: true });
    }

    /** Run the cells from the first to one of them. @param {number} last */
    run(last) {
      if (this.isRunning) this.end();
      this.start();
      this.wanted = last;
      this.isRunning = true;
      this.cells.forEach((cell, k) => cell.mark(k <= last ? "waits" : "stale"));
      this.worker?.postMessage({ task: "run", sources: this.cells.slice(0, last + 1).map((cell) => cell.field.value) });
    }

    /** @param {any} told */
    hear(told) {
      const cell = this.cells[told.cell];
      if (told.stage === "starting") this.say(STARTING[told.part] ?? "Starting…");
      else if (told.stage === "ready") this.say(this.isRunning ? "Running…" : "Ready.");
      else if (told.stage === "failed") this.fail(told.message);
      else if (told.event === "running") {
        cell.mark("runs");
        cell.output.replaceChildren();
        this.say(`Running cell ${told.cell + 1} of ${this.wanted + 1}…`);
      } else if (told.event === "output") cell.add(told.output);
      else if (told.event === "done") cell.show(told);
      else if (told.event === "finished") this.finish(told);
    }

    /** @param {string} message */
    fail(message) {
      this.end();
      this.say(/memory/i.test(message) ? "There is not enough memory for this page." : `Python ended: ${message}`);
    }

    /** @param {any} told */
    finish({ ran, failed, verdict, fresh }) {
      this.isRunning = false;
      this.isFresh = fresh;
      const total = this.cells.length;
      for (const cell of this.cells.slice(ran)) cell.mark("stale");
      const said = failed
        ? `Cell ${ran} failed.`
        : ran === total
          ? `All ${total} cells ran.`
          : `${ran} of ${total} cells ran.`;
      this.say(said);
      if (this.foot) {
        const head = make("p", "cells-ran", make("strong", "", "Run here. "), said);
        const taken = this.footBuilt.filter((node) => node instanceof Element && node.querySelector("a[download]"));
        this.foot.replaceChildren(head, site.derivlibShown.parsed(verdict), ...taken);
        this.foot.classList.toggle("cells-failed", failed);
      }
    }

    /** End what is running; the next run starts anew. */
    end() {
      this.worker?.terminate();
      this.worker = null;
      this.isRunning = false;
      for (const cell of this.cells) {
        if (["waits", "runs"].includes(cell.root.dataset.cells ?? "")) cell.mark("stale");
      }
    }

    stop() {
      this.end();
      this.say("Stopped.");
    }

    /** Everything as the page was built. */
    reset() {
      this.end();
      for (const cell of this.cells) cell.restore();
      this.foot?.replaceChildren(...this.footBuilt);
      this.foot?.classList.remove("cells-failed");
      this.say("As the page was built.");
    }
  }

  // Where no worker can be started, the page is what it is without a bar.
  for (const bar of document.querySelectorAll("div.cells")) {
    if (canStart()) new Page(/** @type {HTMLElement} */ (bar));
    else bar.remove();
  }
  for (const told of document.querySelectorAll(".cells-why")) {
    if (canStart()) told.classList.add("cells-ready");
    else told.remove();
  }
}
