// What is asked of an open page. Each question returns a list of findings, one text for each.
(() => {
  const name = element =>
    (element.querySelector("annotation")?.textContent ?? element.textContent).trim().slice(0, 80);
  const source = element => element.outerHTML.slice(0, 120);
  const visible = element => element.checkVisibility({ visibilityProperty: true });
  const style = element => getComputedStyle(element);
  const all = selector => [...document.querySelectorAll(selector)];

  const frameOf = element => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
      if (style(box).overflowX !== "visible") return box;
    return null;
  };

  function unfold() {
    for (const details of all("details")) details.open = true;
  }

  // What is not on the screen is laid out as well; until then its width is only an estimate.
  function layOut() {
    for (const formula of all(".math-set")) formula.style.contentVisibility = "visible";
  }

  function unsetFormulas() {
    const found = [];
    for (const formula of all(".math")) {
      if (formula.querySelector(".math")) continue;
      const set = [...formula.querySelectorAll(".katex-html")];
      const spoken = formula.querySelectorAll(".katex-mathml math > semantics");
      if (!set.length) {
        found.push(`not set: ${name(formula)}`);
        continue;
      }
      if (spoken.length !== set.length) found.push(`no MathML: ${name(formula)}`);
      if (!visible(formula)) continue;
      const sizes = set
        .filter(visible)
        .flatMap(element => [...element.querySelectorAll(".katex-base")])
        .map(base => base.getBoundingClientRect());
      if (!sizes.some(size => size.width > 0 && size.height > 0))
        found.push(`set, and takes no room: ${name(formula)}`);
    }
    // The colour in which KaTeX writes what it does not know.
    const red = '.katex [style*="#cc0000"], .katex [style*="rgb(204, 0, 0)"]';
    for (const element of all(`.katex-error, ${red}`))
      found.push(`refused by KaTeX: ${name(element)}`);
    return found;
  }

  function rawTeX() {
    const found = [];
    const raw = /\$\$|\\\(|\\\[|\\[a-zA-Z]{2,}/;
    const quoted = "annotation, code, pre, script, style, textarea";
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const { data, parentElement } = walk.currentNode;
      if (raw.test(data) && !parentElement.closest(quoted))
        found.push(`TeX in the text: ${data.trim().slice(0, 80)}`);
    }
    return found;
  }

  async function fonts() {
    await document.fonts.ready;
    const loaded = [...document.fonts];
    const found = loaded.filter(font => font.status === "error").map(font => `no font: ${font.family}`);
    const ours = loaded.filter(font => font.family.replaceAll('"', "").startsWith("KaTeX"));
    if (all(".katex").some(visible) && !ours.some(font => font.status === "loaded"))
      found.push("no font of KaTeX's has been loaded");
    return found;
  }

  async function formulas() {
    unfold();
    return [...new Set([...unsetFormulas(), ...rawTeX(), ...(await fonts())])];
  }

  function width(screen) {
    unfold();
    layOut();
    const over = document.scrollingElement.scrollWidth - screen;
    if (over <= 0) return [];
    const wide = all("article *, header *, footer *")
      .filter(element => element.getBoundingClientRect().right > screen + 1 && !frameOf(element))
      .slice(0, 3);
    return [`the page is ${over} px too wide: ${wide.map(source).join(" … ")}`];
  }

  function boxes(screen) {
    unfold();
    layOut();
    const found = new Set();
    for (const base of all(".katex-html .katex-base").filter(visible)) {
      const formula = base.closest(".katex");
      const { right } = base.getBoundingClientRect();
      const box = frameOf(formula);
      const scrolls = box && ["auto", "scroll"].includes(style(box).overflowX);
      const frame = box ? box.getBoundingClientRect() : { left: 0, right: screen };
      if (box && style(box).overflowY === "hidden" && box.scrollHeight > box.clientHeight + 2)
        found.add(`cut off above or below: ${name(formula)}`);
      if (scrolls && right - frame.left + box.scrollLeft > box.scrollWidth + 2)
        found.add(`beyond what its box scrolls to: ${name(formula)}`);
      if (!scrolls && right > frame.right + 1)
        found.add(`${Math.round(right - frame.right)} px out of its box: ${name(formula)}`);
    }
    return [...found];
  }

  // A formula is one text to a reader; axe would judge each of its thousands of boxes. Formulas
  // that hold links or other places to go stay as they are.
  function shorten() {
    const kept = [];
    const replace = (element, substitute) => {
      kept.push([element, [...element.childNodes]]);
      element.replaceChildren(substitute);
    };
    const set = all(".katex-html")
      .filter(element => !element.querySelector("a, [tabindex]"))
      .map(element => [
        element,
        Math.max(element.getBoundingClientRect().width, element.scrollWidth),
        element.textContent,
      ]);
    for (const [element, span, text] of set) {
      const whole = document.createElement("span");
      whole.textContent = text;
      whole.style.cssText = `display:inline-block;width:${span}px;height:1em;overflow:hidden;white-space:nowrap`;
      replace(element, whole);
    }
    for (const math of all(".katex-mathml math")) {
      if (math.querySelector("a, [href], [tabindex]")) continue;
      const whole = document.createElementNS(math.namespaceURI, "mtext");
      whole.textContent = "formula";
      replace(math, whole);
    }
    return () => kept.forEach(([element, children]) => element.replaceChildren(...children));
  }

  async function accessibility({ rules, without }) {
    unfold();
    const restore = shorten();
    try {
      const { violations } = await axe.run({ exclude: without.map(selector => [selector]) }, {
        runOnly: rules,
        resultTypes: ["violations"],
        elementRef: false,
      });
      return violations.flatMap(({ id, help, nodes }) =>
        nodes.map(node => {
          const reasons = [...node.any, ...node.all, ...node.none].map(check => check.message);
          return `${id}: ${help}: ${node.html.slice(0, 160)} (${reasons.join("; ")})`;
        }));
    } finally {
      restore();
    }
  }

  // What a page offers to take away: a notebook has to be one, a script has to hold something.
  async function downloads() {
    const offered = new Set(
      all('a[download], a[href$=".ipynb"], a[href$=".py"], a[href$=".zip"]').map(link => link.href));
    const found = [];
    for (const address of offered) {
      if (new URL(address).host !== location.host) continue;
      const answer = await fetch(address);
      const text = await answer.text();
      if (!answer.ok) found.push(`status ${answer.status}: ${address}`);
      else if (!text.trim()) found.push(`empty: ${address}`);
      else if (address.endsWith(".ipynb")) {
        try {
          const { cells, nbformat } = JSON.parse(text);
          if (!(nbformat >= 4 && cells.length)) found.push(`a notebook without cells: ${address}`);
        } catch (error) {
          found.push(`not a notebook: ${address}: ${error.message}`);
        }
      }
    }
    return found;
  }

  function motion() {
    const seconds = text => Math.max(...text.split(",").map(parseFloat));
    return all("*")
      .filter(element => {
        const { animationDuration, animationName, scrollBehavior, transitionDuration } = style(element);
        return seconds(transitionDuration) > 0.01 || scrollBehavior === "smooth" ||
          (animationName !== "none" && seconds(animationDuration) > 0.01);
      })
      .slice(0, 5)
      .map(element => `moves: ${source(element)}`);
  }

  function layoutShift() {
    return new Promise(done => {
      const shifts = [];
      new PerformanceObserver(list => shifts.push(...list.getEntries()))
        .observe({ type: "layout-shift", buffered: true });
      setTimeout(() => done(shifts.reduce((sum, entry) => sum + entry.value, 0)), 300);
    });
  }

  return { accessibility, boxes, downloads, formulas, layoutShift, motion, width };
})()
