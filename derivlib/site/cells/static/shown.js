// Outputs of cells as the page shows them: formulas by KaTeX, Markdown by markdown-it, text as text.

"use strict";

{
  const PLAIN = "highlight-myst-ansi notranslate";
  const GRAPH = "application/vnd.derivlib.graph+json";
  const TYPES = [GRAPH, "text/html", "image/svg+xml", "image/png", "image/gif", "image/jpeg", "text/markdown", "text/latex"];

  const site = /** @type {any} */ (window);

  /** @param {string} name @param {string} [className] @param {...(Node | string)} inside */
  function make(name, className = "", ...inside) {
    const element = document.createElement(name);
    element.className = className;
    element.append(...inside);
    return element;
  }

  /** A part of the page from HTML of the library's own. @param {string} html */
  function parsed(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
  }

  /** A formula as HTML. @param {string} tex @param {boolean} display */
  function formula(tex, display) {
    const options = { displayMode: display, throwOnError: false, strict: "ignore", maxExpand: 10000 };
    const html = site.katex.renderToString(tex, options);
    if (!display) return `<span class="math">${html}</span>`;
    return (
      '<div class="math math-block"><div class="math-scroll" tabindex="0" role="group" aria-label="Formula">' +
      `<div class="math-set math-any">${html}</div></div></div>`
    );
  }

  /** Formulas between dollar signs, as MyST reads them. @param {any} markdown */
  function withFormulas(markdown) {
    markdown.inline.ruler.before("escape", "formula", (/** @type {any} */ state, /** @type {boolean} */ silent) => {
      const found = /^\$(?![\s$])((?:\\.|[^\\$])*?(?:\\.|[^\\\s$]))\$(?!\d)/s.exec(state.src.slice(state.pos));
      if (!found) return false;
      if (!silent) state.push("formula", "", 0).content = found[1];
      state.pos += found[0].length;
      return true;
    });
    /** @param {any} state @param {number} from @param {number} to @param {boolean} silent */
    const block = (state, from, to, silent) => {
      const line = (/** @type {number} */ k) => state.src.slice(state.bMarks[k] + state.tShift[k], state.eMarks[k]);
      if (!line(from).startsWith("$$")) return false;
      const lines = [line(from).slice(2)];
      let last = from;
      while (!/\$\$\s*$/.test(lines[lines.length - 1])) {
        last += 1;
        if (last >= to) return false;
        lines.push(line(last));
      }
      if (silent) return true;
      state.push("formula_block", "", 0).content = lines.join("\n").replace(/\$\$\s*$/, "").trim();
      state.line = last + 1;
      return true;
    };
    const ends = { alt: ["paragraph", "reference", "blockquote", "list"] };
    markdown.block.ruler.before("fence", "formula_block", block, ends);
    const { rules } = markdown.renderer;
    rules.formula = (/** @type {any} */ tokens, /** @type {number} */ k) => formula(tokens[k].content, false);
    rules.formula_block = (/** @type {any} */ tokens, /** @type {number} */ k) => formula(tokens[k].content, true);
    return markdown;
  }

  /** Markdown as HTML; HTML in it is text unless the library wrote it. @param {string} text @param {boolean} own */
  function fromMarkdown(text, own) {
    const part = parsed(withFormulas(site.markdownit({ html: own })).render(text));
    for (const table of part.querySelectorAll("table")) {
      table.className = "docutils align-default";
      const around = make("div", "table-wrapper docutils container");
      Object.assign(around, { tabIndex: 0, role: "group", ariaLabel: "Table" });
      table.replaceWith(around);
      around.append(table);
    }
    return part;
  }

  /** Text in a box of its own. @param {string} text @param {string} kind */
  function textBox(text, kind) {
    const pre = make("pre", "", text.replace(/\x1b\[[\d;]*m/g, ""));
    pre.tabIndex = 0;
    pre.setAttribute("role", "group");
    pre.setAttribute("aria-label", "Output");
    return make("div", `output ${kind} ${PLAIN}`, make("div", "highlight", pre));
  }

  /** What is shown of an output. @param {any} output @returns {Node} */
  function shown(output) {
    if (output.output_type === "stream") {
      return textBox(output.text, output.name === "stderr" ? "stderr" : "stream");
    }
    if (output.output_type === "error") return textBox(output.traceback.join("\n"), "traceback");
    const { data, own } = output;
    const type = TYPES.find((name) => name in data) ?? "text/plain";
    const content = String(data[type === GRAPH ? "text/html" : type] ?? data["text/plain"] ?? "");
    if (type.startsWith("image/")) {
      const image = document.createElement("img");
      const letters = type === "image/svg+xml" ? `;utf8,${encodeURIComponent(content)}` : `;base64,${content}`;
      image.src = `data:${type}${letters}`;
      image.alt = String(data["text/plain"] ?? "");
      return make("div", "output image", image);
    }
    if (type === "text/markdown") return make("div", "output text_markdown", fromMarkdown(content, own));
    if (type === "text/latex") return make("div", "output text_latex", fromMarkdown(content, false));
    if ((type === GRAPH || type === "text/html") && own && "text/html" in data) {
      return make("div", "output text_html", parsed(content));
    }
    return textBox(content, "text_plain");
  }

  site.derivlibShown = { shown, parsed, textBox };
}
