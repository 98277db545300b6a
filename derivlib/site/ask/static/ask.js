// The box in which a question is typed, and the answer below it. Nothing is loaded before the
// reader asks, and nothing is sent anywhere: a worker differentiates and checks in the browser.

"use strict";

// A plain script, not a module: browsers load no module from a file. The block keeps its names apart.
{
  const { STARTING, loaded, startWorker, canStart } = derivlibWorkers;

  /** @typedef {{ formula: string, variable: string, order: number, claim: string,
   *   structure: string, layout: string, numbers: string, sizes: string, kinds: Record<string, string[]> }} Question */

  const VERSION = "1";
  const HISTORY = "derivlib.asked";
  const MOST_KEPT = 30;
  const SLOW = 10_000;
  const PAUSE = 250;

  /** Words that a name can be stated to be, as the chips offer them. */
  const KINDS = ["scalar", "vector", "row", "matrix", "square", "symmetric", "positive_definite", "diagonal", "complex"];

  /** Those of them that are said of real matrices only. */
  const OF_REAL_MATRICES = ["symmetric", "positive_definite", "diagonal"];

  const ROWS = "Rows stand on lines of their own or between semicolons; 1/3 and 0.5 are numbers.";

  /** What is asked beside the formula, each in a field, and in the address under the same name. */
  const FIELDS = /** @type {const} */ (["claim", "structure", "layout", "numbers", "sizes"]);

  /** What can be put in the place of an undefined function; @ stands for its argument. */
  const FUNCTIONS = {
    elementwise: {
      tanh: "tanh(@)", sigmoid: "sigmoid(@)", relu: "relu(@)", softplus: "softplus(@)",
      exp: "exp(@)", sin: "sin(@)", square: "(@).^2",
    },
    function: {
      sum: "sum(@)", mean: "mean(@)", "norm2^2": "norm2(@)^2", norm2: "norm2(@)", norm1: "norm1(@)",
    },
  };

  /** What stands behind a formula: that a name is an undefined function. */
  const UNDEFINED = /,\s*([\p{L}\p{N}_]+) (elementwise|function)(?=\s*(?:,|$))/gu;

  /** @param {string} tag @param {Record<string, any>} [set] @param {...(Node | string)} inside */
  function make(tag, set = {}, ...inside) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(set)) {
      if (name in element) /** @type {any} */ (element)[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...inside);
    return element;
  }

  /** The question that an address holds, or nothing. @param {string} hash @returns {Question | null} */
  function questionIn(hash) {
    const held = new URLSearchParams(hash.replace(/^#/, ""));
    const formula = held.get("f");
    if (!formula) return null;
    /** @type {Record<string, string[]>} */
    const kinds = {};
    for (const word of KINDS) {
      const names = (held.get(word) ?? "").split(",").filter(Boolean);
      if (names.length) kinds[word] = names;
    }
    return {
      formula,
      variable: held.get("x") ?? "",
      order: held.get("order") === "2" ? 2 : 1,
      claim: held.get("claim") ?? "",
      structure: held.get("structure") ?? "",
      layout: held.get("layout") ?? "",
      numbers: held.get("numbers") ?? "",
      sizes: held.get("sizes") ?? "",
      kinds,
    };
  }

  /** The part of an address that holds a question. @param {Question} question */
  function hashOf(question) {
    const held = new URLSearchParams({ v: VERSION, f: question.formula });
    if (question.variable) held.set("x", question.variable);
    if (question.order === 2) held.set("order", "2");
    for (const field of FIELDS) if (question[field]) held.set(field, question[field]);
    for (const [word, names] of Object.entries(question.kinds)) held.set(word, names.join(","));
    return `#${held}`;
  }

  /** What a kind is called; where numbers are complex, scalars are real unless it is stated.
   * @param {string} word @param {boolean} isComplex */
  function called(word, isComplex) {
    if (word === "complex") return "complex scalar";
    return isComplex && word === "scalar" ? "real scalar" : word.replace("_", " ");
  }

  /** Where the bracket that opens at a place is closed, or -1. @param {string} text @param {number} open */
  function closing(text, open) {
    let depth = 0;
    for (let k = open; k < text.length; k++) {
      if ("([{".includes(text[k])) depth++;
      if (")]}".includes(text[k]) && --depth === 0) return k;
    }
    return -1;
  }

  /** A formula with something in the place of each call of a function.
   * @param {string} formula @param {string} name @param {string} pattern with @ for the argument
   * @returns {string} */
  function withCallsReplaced(formula, name, pattern) {
    const call = new RegExp(`(?<![\\p{L}\\p{N}_])${name}\\(`, "u").exec(formula);
    const open = call ? call.index + name.length : -1;
    const end = call ? closing(formula, open) : -1;
    if (!call || end < 0) return formula;
    const rest = formula.slice(end + 1);
    const inside = withCallsReplaced(formula.slice(open + 1, end), name, pattern);
    const put = pattern.replace("@", () => inside);
    const isRaised = /^\s*(?:\.?\^|\*\*|['ᵀ])/u.test(rest);
    const shown = isRaised ? `(${put})` : put;
    return formula.slice(0, call.index) + shown + withCallsReplaced(rest, name, pattern);
  }

  /** Python in a worker, which can be ended and started again. */
  class Engine {
    /** @param {string} base @param {(told: any) => void} onStarting */
    constructor(base, onStarting) {
      this.base = base;
      this.onStarting = onStarting;
      /** @type {Map<number, (told: any) => void>} */
      this.waiting = new Map();
      this.next = 0;
      /** @type {Worker | null} */
      this.worker = null;
    }

    start() {
      if (this.worker) return;
      this.worker = startWorker(
        `${this.base}worker.mjs`,
        (told) => this.waiting.get(told.id)?.(told),
        (message) => this.fail(message),
      );
      this.order({ task: "start", base: this.base }, this.onStarting);
    }

    /** @param {string} message */
    fail(message) {
      const waiting = [...this.waiting.values()];
      this.stop();
      for (const told of waiting) told({ stage: "failed", message, last: true });
    }

    /** End what is computed; the next order starts anew. */
    stop() {
      this.worker?.terminate();
      this.worker = null;
      this.waiting.clear();
    }

    /** @param {object} order @param {(told: any) => void} told */
    order(order, told) {
      this.start();
      const id = this.next++;
      this.waiting.set(id, (data) => {
        if (data.last) this.waiting.delete(id);
        told(data);
      });
      this.worker?.postMessage({ id, ...order });
    }
  }

  /** One box on a page, with what belongs to it. */
  class Ask {
    /** @param {HTMLElement} root */
    constructor(root) {
      this.root = root;
      const base = new URL(root.dataset.base ?? "", document.baseURI).href;
      this.rules = root.dataset.rules ?? "";
      this.engine = new Engine(base, (told) => this.onStart(told));
      this.base = base;
      /** @type {Record<string, string[]>} */
      this.kinds = {};
      /** The number of the last question of each task; what comes for older ones is dropped. */
      this.latest = { ask: 0, read: 0 };
      this.pause = 0;
      this.slow = 0;
      this.shownHash = "";
      /** @type {Promise<any> | undefined} what sets formulas, once it is asked for */
      this.katex = undefined;
      this.isKept = false;
      /** The formula in which functions are chosen, and what is chosen for each. */
      this.template = "";
      /** @type {Record<string, string>} */
      this.chosen = {};
      /** The question that the box begins with where it stands below a derivation. */
      this.here = root.dataset.question;
      this.form = /** @type {HTMLFormElement} */ (root.querySelector("form"));
      const find = (/** @type {string} */ name) =>
        /** @type {HTMLElement} */ (root.querySelector(`.ask-${name}`));
      this.parts = {
        read: find("read"),
        names: find("names"),
        functions: find("functions"),
        status: find("status"),
        stop: find("stop"),
        answer: find("answer"),
        history: find("history"),
      };
      this.listen();
      root.classList.add("ask-ready");
      if (this.here) {
        this.openHere(this.here);
        return;
      }
      window.addEventListener("hashchange", () => this.openAddress());
      this.showHistory();
      this.openAddress();
    }

    /** Begin with the question of the derivation above; nothing is loaded before the box unfolds.
     * @param {string} hash */
    openHere(hash) {
      const question = questionIn(hash);
      if (!question) return;
      this.fill(question);
      this.root.closest("details")?.addEventListener("toggle", () => this.read(), { once: true });
    }

    /** Put a question into the fields. @param {Question} question */
    fill(question) {
      this.field("formula").value = question.formula;
      this.field("variable").value = question.variable;
      this.field("order").checked = question.order === 2;
      for (const field of FIELDS) {
        this.field(field).value = question[field];
        if (question[field]) this.field(field).closest("details")?.setAttribute("open", "");
      }
      this.kinds = question.kinds;
      this.offerFunctions();
    }

    /** Offer a choice for each undefined function of the formula as it stands. */
    offerFunctions() {
      this.template = this.field("formula").value;
      this.chosen = {};
      const found = [...this.template.matchAll(UNDEFINED)];
      this.parts.functions.replaceChildren(
        ...found.map(([, name, role]) => this.functionChoice(name, /** @type {"function"} */ (role))),
      );
    }

    /** @param {string} name @param {"elementwise" | "function"} role */
    functionChoice(name, role) {
      const patterns = /** @type {Record<string, string>} */ (FUNCTIONS[role]);
      const options = ["", ...Object.keys(patterns)].map((value) =>
        make("option", { value, textContent: value || "undefined" }),
      );
      const select = /** @type {HTMLSelectElement} */ (make("select", { title: `What ${name} is` }, ...options));
      select.addEventListener("change", () => {
        this.chosen[name] = patterns[select.value] ?? "";
        this.field("formula").value = this.instantiated();
        this.ask();
      });
      return make("label", { className: "ask-name" }, `${name} is`, select);
    }

    /** The formula with what is chosen in the place of its undefined functions. */
    instantiated() {
      let [formula, ...stated] = this.template.split(/(?=,\s*[\p{L}\p{N}_]+ (?:elementwise|function)\s*(?:,|$))/u);
      for (const [name, pattern] of Object.entries(this.chosen)) {
        if (!pattern) continue;
        formula = withCallsReplaced(formula, name, pattern);
        stated = stated.map((clause) =>
          clause.replace(UNDEFINED, (whole, other) => (other === name ? "" : whole)),
        );
      }
      return formula + stated.join("");
    }

    /** The address of a question: of the page to ask on where the box stands on another. */
    get address() {
      const page = this.root.dataset.page;
      return page ? new URL(page, document.baseURI).href + this.shownHash : location.href;
    }

    /** Let the address of the page hold the question, as one step of the history.
     * @param {"pushState" | "replaceState"} step */
    showAddress(step) {
      if (this.here) return;
      const held = questionIn(location.hash); // a link may spell the same question otherwise
      if (step === "pushState" && held && hashOf(held) === this.shownHash) return;
      history[step](null, "", this.shownHash);
    }

    /** @param {string} name @returns {HTMLInputElement} */
    field(name) {
      return /** @type {any} */ (this.form.elements.namedItem(name));
    }

    listen() {
      this.form.addEventListener("focusin", () => this.wake(), { once: true });
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.ask();
      });
      this.form.addEventListener("input", ({ target }) => {
        if (target === this.field("formula")) this.offerFunctions();
        clearTimeout(this.pause);
        this.pause = window.setTimeout(() => this.read(), PAUSE);
      });
      this.field("claim").addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.form.requestSubmit();
      });
      for (const name of ["structure", "layout", "numbers"]) {
        this.field(name).addEventListener("change", () => this.ask());
      }
      this.parts.stop.addEventListener("click", () => this.stop());
    }

    /** Load what sets formulas, and start Python. */
    wake() {
      this.katex ??= loaded(`${this.base}katex.min.js`)
        .then(() => /** @type {any} */ (window).katex)
        .catch(() => null); // formulas then stay as TeX
      this.engine.start();
      this.keep();
    }

    /** Let the browser keep this page and all it needs, where it may: not over plain http. */
    keep() {
      if (this.isKept || !("serviceWorker" in navigator)) return;
      this.isKept = true;
      const root = new URL("../../", this.base).href;
      navigator.serviceWorker.register(`${root}service.js`, { scope: root }).catch(() => {
        // It answers all the same, and will be loaded again the next time.
      });
    }

    openAddress() {
      const question = questionIn(location.hash);
      if (!question || hashOf(question) === this.shownHash) return;
      this.fill(question);
      this.ask();
    }

    /** @returns {Question} */
    get question() {
      return {
        formula: this.field("formula").value.trim(),
        variable: this.field("variable").value.trim(),
        order: this.field("order").checked ? 2 : 1,
        claim: this.field("claim").value.trim(),
        structure: this.field("structure").value,
        layout: this.field("layout").value,
        numbers: this.field("numbers").value,
        sizes: this.field("sizes").value.trim(),
        kinds: this.kinds,
      };
    }

    /** Show what is understood of what has been typed so far. */
    read() {
      const question = this.question;
      if (!question.formula) return;
      this.wake();
      this.send("read", { ...question, variable: "", claim: "" }, (told) => {
        if (told.stage === "read") this.showRead(told);
        if (told.stage === "error") this.showError(told, false);
      });
    }

    ask() {
      const question = this.question;
      if (!question.formula) {
        this.say("Type a formula first, such as x'*A*x.");
        return;
      }
      clearTimeout(this.pause);
      this.latest.read++;
      this.wake();
      this.shownHash = hashOf(question);
      this.showAddress("pushState");
      this.parts.answer.replaceChildren();
      delete this.parts.answer.dataset.agreed;
      delete this.parts.answer.dataset.result;
      this.say("Working…");
      this.parts.stop.hidden = false;
      clearTimeout(this.slow);
      this.slow = window.setTimeout(
        () => this.say("This takes long. You can go on waiting, or stop."),
        SLOW,
      );
      this.send("ask", question, (told) => {
        if (told.last) {
          clearTimeout(this.slow);
          this.parts.stop.hidden = true;
        }
        this.onStage(told, question);
      });
    }

    /** Order an answer, of which only the last one asked for is shown.
     * @param {"ask" | "read"} task @param {object} question @param {(told: any) => void} told */
    send(task, question, told) {
      const mine = ++this.latest[task];
      this.engine.order({ task, question }, (data) => {
        if (mine === this.latest[task]) told(data);
      });
    }

    stop() {
      this.latest.ask++;
      this.latest.read++;
      this.engine.stop();
      clearTimeout(this.slow);
      this.parts.stop.hidden = true;
      this.say("Stopped. The next question starts Python again.");
    }

    /** @param {any} told */
    onStart(told) {
      if (told.stage === "starting") this.say(STARTING[told.part] ?? "Starting…");
      if (told.stage === "ready" && this.parts.stop.hidden) this.say("");
      if (told.stage === "failed") this.say(`Python could not be started: ${told.message}`);
    }

    /** @param {any} told @param {Question} question */
    onStage(told, question) {
      const { answer } = this.parts;
      if (told.stage === "read") {
        this.showRead(told);
        this.shownHash = hashOf({ ...question, kinds: this.kinds });
        this.showAddress("replaceState");
        if (!question.variable) this.askForVariable(told);
      } else if (told.stage === "derived") {
        this.showDerived(told);
        this.say("Checking…");
        this.remember(question);
      } else if (told.stage === "verified" || told.stage === "claim") {
        this.showVerdict(told);
        if (told.stage === "claim") this.remember(question);
        this.say("");
      } else if (told.stage === "error") {
        this.showError(told, true);
      } else if (told.stage === "failed") {
        const advice = /memory/i.test(told.message)
          ? "There is not enough memory for this question; the next one starts anew."
          : `This is a fault of derivlib's, and no answer: ${told.message}`;
        this.engine.stop();
        answer.replaceChildren(make("p", { className: "ask-wrong", textContent: advice }));
        this.say("");
      }
    }

    /** @param {string} text */
    say(text) {
      this.parts.status.textContent = text;
    }

    /** Put a formula in, set when KaTeX is there. @param {string} tex @param {boolean} display */
    formula(tex, display) {
      const place = make(display ? "div" : "span", { className: display ? "ask-formula" : "" });
      place.textContent = tex;
      this.katex?.then((katex) =>
        katex?.render(tex, place, { displayMode: display, throwOnError: false, strict: "ignore" }),
      );
      if (display) place.tabIndex = 0;
      return place;
    }

    /** @param {any} told */
    showRead(told) {
      this.forget(told.names.map((/** @type {any} */ n) => n.name));
      this.parts.read.replaceChildren(this.formula(told.tex, true));
      this.parts.names.replaceChildren(...told.names.map((/** @type {any} */ n) => this.chip(n)));
      this.markError(null);
    }

    /** Keep what was stated of the names of a formula, and of no others. @param {string[]} names */
    forget(names) {
      for (const word of Object.keys(this.kinds)) {
        this.kinds[word] = this.kinds[word].filter((name) => names.includes(name));
        if (!this.kinds[word].length) delete this.kinds[word];
      }
    }

    /** What a name was understood to be, which can be changed. @param {any} name */
    chip(name) {
      const stated = Object.keys(this.kinds).find((word) => this.kinds[word].includes(name.name));
      const typed = KINDS.find((word) => name.stated.includes(word.replace("_", " ")));
      const kind = stated ?? typed ?? (name.kind === "row vector" ? "row" : name.kind);
      const isComplex = this.question.numbers === "complex";
      const unfit = isComplex ? OF_REAL_MATRICES : ["complex"];
      const offered = KINDS.filter((word) => word === kind || !unfit.includes(word));
      const options = offered.map((word) =>
        make("option", { value: word, selected: word === kind, textContent: called(word, isComplex) }),
      );
      const select = make("select", { title: `What ${name.name} is` }, ...options);
      select.addEventListener("change", () => {
        for (const word of Object.keys(this.kinds)) {
          this.kinds[word] = this.kinds[word].filter((other) => other !== name.name);
          if (!this.kinds[word].length) delete this.kinds[word];
        }
        const word = /** @type {HTMLSelectElement} */ (select).value;
        this.kinds[word] = [...(this.kinds[word] ?? []), name.name];
        this.ask();
      });
      const shape = name.shape ? ` ${name.shape}${name.complex ? ", complex" : ""}` : "";
      return make("label", { className: "ask-name" }, this.formula(name.tex, false), select, shape);
    }

    /** @param {any} told */
    askForVariable(told) {
      const offers = told.names.map((/** @type {any} */ name) => {
        const button = make("button", { type: "button", textContent: name.name });
        button.addEventListener("click", () => {
          this.field("variable").value = name.name;
          this.ask();
        });
        return button;
      });
      this.parts.answer.replaceChildren(make("p", {}, "With respect to which name? ", ...offers));
      this.say("");
    }

    /** @param {any} told */
    showDerived(told) {
      const { answer } = this.parts;
      answer.dataset.result = told.text;
      for (const each of told.results) {
        answer.append(this.formula(each.tex, true), this.copies(each, told));
      }
      answer.append(...this.laidOut(told));
      answer.append(make("p", { className: "ask-verdict" }, "Checking…"));
      if (told.conditions.length) {
        const list = told.conditions.map((/** @type {any} */ c) =>
          make("li", {}, this.formula(c.tex, false)),
        );
        answer.append(make("h2", {}, "Assumed"), make("ul", { className: "ask-conditions" }, ...list));
      }
      for (const note of told.notes) answer.append(make("p", { className: "ask-note" }, note));
      answer.append(make("h2", {}, "Derivation"), this.derivation(told.rows), this.unfolding());
      answer.append(make("h2", {}, "Code"), this.code());
      const more = told.more.map((/** @type {"numbers" | "graph"} */ part) => this[part]());
      if (more.length) answer.append(make("h2", {}, more.length > 1 ? "Numbers and graph" : "Numbers"), ...more);
      answer.focus({ preventScroll: true });
    }

    /** The results as books in the layout that was asked for print them. @param {any} told */
    laidOut(told) {
      const shown = (told.laid_out ?? []).map((/** @type {string} */ tex) => this.formula(tex, true));
      return shown.length ? [make("h2", {}, `In ${this.question.layout} layout`), ...shown] : [];
    }

    /** @param {any} each @param {any} told */
    copies(each, told) {
      const place = told.results.indexOf(each);
      return make(
        "p",
        { className: "ask-copies" },
        this.copy("TeX", () => each.tex),
        this.copy("SymPy", () => told.sympy[place]),
        this.copy("Text", () => each.text),
        this.copy("Link", () => this.address),
      );
    }

    /** @param {string} what @param {() => string} text */
    copy(what, text) {
      const button = make("button", { type: "button", textContent: `Copy ${what}` });
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(text());
        this.say(`${what} is copied.`);
      });
      return button;
    }

    /** The lines as a list of steps with their reasons. @param {any[]} rows */
    derivation(rows) {
      const items = rows.map((row) => {
        const reasons = row.rules.flatMap((/** @type {[string, string]} */ [rule, slug], /** @type {number} */ k) => [
          ...(k ? [", "] : []),
          slug ? make("a", { href: `${this.rules}#rule-${slug}`, textContent: rule }) : rule,
        ]);
        const holds = row.conditions.flatMap((/** @type {string} */ tex) => [", ", this.formula(tex, false)]);
        const reason = make("span", { className: "ask-reason" }, ...reasons, ...holds);
        return make("li", {}, this.formula(`${row.left || "{}"} = ${row.right}`, true), reason);
      });
      return make("ol", { className: "ask-lines" }, ...items);
    }

    /** What each elementary step substituted, written when it is unfolded. */
    unfolding() {
      return this.folded("Every step, and what it substitutes", "unfold", ({ steps }) => [
        make("ol", { className: "ask-steps" }, ...steps.map((/** @type {string} */ step) => this.step(step))),
      ]);
    }

    /** A step, whose formulas stand between dollar signs. @param {string} told */
    step(told) {
      const item = make("li");
      for (const line of told.replace(/^\d+\. /, "").split("\\\n")) {
        const parts = line.trim().split("$");
        const inside = parts.map((part, k) => (k % 2 ? this.formula(part.replaceAll("\\textrm", "\\text"), false) : part));
        item.append(make("div", {}, ...inside));
      }
      return item;
    }

    code() {
      const shown = make("pre", { className: "ask-code", tabIndex: 0 });
      const buttons = ["numpy", "jax", "torch"].map((library) => {
        const button = make("button", { type: "button", textContent: library });
        button.addEventListener("click", () =>
          this.engine.order({ task: "code", library }, (told) => {
            shown.textContent = told.code ?? told.message;
          }),
        );
        return button;
      });
      const copy = this.copy("code", () => shown.textContent ?? "");
      return make("div", {}, make("p", { className: "ask-copies" }, ...buttons, copy), shown);
    }

    /** What is ordered of the answer when it is unfolded first.
     * @param {string} title @param {string} task @param {(told: any) => (Node | string)[]} shown */
    folded(title, task, shown) {
      const inside = make("div");
      const details = make("details", {}, make("summary", {}, title), inside);
      details.addEventListener("toggle", () => {
        if (inside.childElementCount || !(/** @type {HTMLDetailsElement} */ (details).open)) return;
        this.engine.order({ task }, (told) => {
          if (told.stage === "failed") inside.replaceChildren(told.message);
          else inside.replaceChildren(...shown(told));
        });
      });
      return details;
    }

    /** The value and the derivative at the reader's own matrices. */
    numbers() {
      return this.folded("Put numbers in", "example", ({ numbers }) => {
        const shown = make("div", { "aria-live": "polite" });
        const form = make("form", { className: "ask-numbers" });
        const fields = Object.entries(numbers).map(([name, example]) => {
          const rows = String(example).split("; ");
          const field = make("textarea", { name, rows: Math.max(1, rows.length), spellcheck: false });
          /** @type {HTMLTextAreaElement} */ (field).value = rows.join("\n");
          return make("label", {}, name, field);
        });
        const button = make("button", { type: "submit", textContent: "Calculate" });
        form.append(make("p", { className: "ask-given" }, ...fields), button, shown);
        const calculate = () => {
          const given = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (form)));
          this.engine.order({ task: "numbers", numbers: given }, (told) => {
            for (const field of form.querySelectorAll("textarea")) {
              field.setAttribute("aria-invalid", String(field.name === told.name));
            }
            shown.replaceChildren(...this.calculated(told));
          });
        };
        form.addEventListener("submit", (event) => {
          event.preventDefault();
          calculate();
        });
        if (fields.length) setTimeout(calculate);
        return [make("p", { className: "ask-note" }, ROWS), form];
      });
    }

    /** @param {any} told @returns {Node[]} */
    calculated(told) {
      if (told.wrong ?? told.message) {
        return [make("p", { className: "ask-wrong" }, told.wrong ?? told.message)];
      }
      const derivatives = told.derivatives.map((/** @type {[string, string]} */ [name, value]) =>
        this.formula(`${name} = ${value}`, true),
      );
      return [this.formula(`\\text{value} = ${told.value}`, true), ...derivatives];
    }

    /** How derivatives travel through the computation. */
    graph() {
      return this.folded("Show the computation graph", "graph", ({ figures }) =>
        figures.map((/** @type {string} */ figure) => {
          const place = make("div", { className: "ask-graph" });
          place.innerHTML = figure; // written by derivlib, of names and formulas that were parsed
          return place;
        }),
      );
    }

    /** @param {any} told */
    showVerdict(told) {
      const { answer } = this.parts;
      const mark = told.agreed ? "✓ " : "✗ ";
      const hint = told.hint ? ` What you typed is ${told.hint}.` : "";
      const found = answer.querySelector(".ask-verdict") ?? answer.appendChild(make("p", {}));
      const words = told.stage === "claim" ? (told.agreed ? "Right: " : "Not the derivative: ") : "";
      found.className = `ask-verdict ${told.agreed ? "ask-right" : "ask-wrong"}`;
      found.textContent = `${mark}${words}${told.text}${told.text.endsWith(".") ? "" : "."}${hint}`;
      if (told.lines?.length > 1) answer.append(this.judgedLines(told.lines));
      answer.dataset.agreed = String(told.agreed);
      if (told.stage === "claim") answer.focus({ preventScroll: true });
    }

    /** The reader's own lines, each with what was found of it. @param {any[]} lines */
    judgedLines(lines) {
      const items = lines.map(({ tex, agreed }) => {
        const unread = agreed === null || agreed === undefined;
        const said = unread ? "not looked at: " : agreed ? "right: " : "wrong: ";
        const mark = make("span", { className: agreed ? "ask-right" : unread ? "" : "ask-wrong" });
        mark.append(make("span", { className: "ask-said" }, said), unread ? "" : agreed ? "✓ " : "✗ ");
        return make("li", { className: unread ? "ask-unread" : "" }, mark, this.formula(tex, true));
      });
      return make("ol", { className: "ask-own" }, ...items);
    }

    /** @param {any} told @param {boolean} asked */
    showError(told, asked) {
      this.markError(told);
      if (!asked) return;
      const { answer } = this.parts;
      const shown = [make("p", { className: "ask-wrong" }, told.message)];
      if (told.typed && told.places.length) shown.push(this.marked(told));
      answer.replaceChildren(...shown);
      answer.dataset.agreed = "error";
      this.say("");
      answer.focus({ preventScroll: true });
    }

    /** What was typed, with the places that are meant. @param {any} told */
    marked(told) {
      const letters = [...told.typed];
      const isMarked = (/** @type {number} */ k) =>
        told.places.some((/** @type {[number, number]} */ [from, to]) => k >= from && k < Math.max(to, from + 1));
      const inside = letters.map((letter, k) => (isMarked(k) ? make("mark", {}, letter) : letter));
      return make("pre", { className: "ask-place" }, ...inside);
    }

    /** Tell assistive technology and the eye that what is typed cannot be read. @param {any} told */
    markError(told) {
      for (const name of ["formula", "variable", ...FIELDS]) {
        this.field(name).setAttribute("aria-invalid", String(told?.part === name));
      }
      if (told) this.parts.read.replaceChildren(make("p", { className: "ask-note" }, told.message));
    }

    /** Keep a question in this browser. @param {Question} question */
    remember(question) {
      const hash = hashOf(question);
      const kept = [hash, ...this.kept.filter((other) => other !== hash)].slice(0, MOST_KEPT);
      try {
        localStorage.setItem(HISTORY, JSON.stringify(kept));
      } catch {
        return; // no place to keep it: private windows have none
      }
      this.showHistory();
    }

    /** @returns {string[]} */
    get kept() {
      try {
        const kept = JSON.parse(localStorage.getItem(HISTORY) ?? "[]");
        return Array.isArray(kept) ? kept.filter((hash) => questionIn(String(hash))) : [];
      } catch {
        return [];
      }
    }

    showHistory() {
      if (this.here) return; // its links would lead nowhere on this page
      const items = this.kept.map((hash) => {
        const { formula, variable } = /** @type {Question} */ (questionIn(hash));
        return make("li", {}, make("a", { href: hash, textContent: `${formula}, with respect to ${variable}` }));
      });
      this.parts.history.hidden = !items.length;
      this.parts.history.querySelector("ul")?.replaceChildren(...items);
    }
  }

  // Where no worker can be started, the box says what it needs.
  if (canStart()) {
    for (const root of document.querySelectorAll(".ask")) new Ask(/** @type {HTMLElement} */ (root));
  }
}
