// Copies the TeX of formulas: with the button on each displayed one, and by selecting.
//
// The script that KaTeX ships for selections is not used: of a formula that is set for a page and
// for a phone it copies both, and it joins paragraphs.
(() => {
  const sourceOf = formula => formula.querySelector("annotation")?.textContent ?? "";
  const display = tex => `$$\n${tex}\n$$`;
  const left = "button, .headerlink, p.math-rules, script, style";

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Without a secure connection a browser offers only the older way.
      const field = document.createElement("textarea");
      field.value = text;
      field.style.cssText = "position:fixed;top:0;opacity:0";
      const before = document.activeElement;
      document.body.append(field);
      field.select();
      const copied = document.execCommand("copy");
      field.remove();
      before?.focus({ preventScroll: true });
      return copied;
    }
  }

  const spoken = document.createElement("div");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  document.body.append(spoken);

  function say(button, text) {
    clearTimeout(button.timer);
    button.textContent = spoken.textContent = text;
    button.dataset.said = "";
    button.timer = setTimeout(() => {
      button.textContent = "TeX";
      spoken.textContent = "";
      delete button.dataset.said;
    }, 1600);
  }

  for (const block of document.querySelectorAll("div.math-block")) {
    const box = block.querySelector(".math-scroll");
    if (!box || !sourceOf(box)) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy-tex";
    button.textContent = "TeX";
    button.title = "Copy the TeX of this formula";
    button.setAttribute("aria-label", `Copy TeX. ${box.getAttribute("aria-label")}`);
    button.addEventListener("click", async () =>
      say(button, (await copy(display(sourceOf(box)))) ? "Copied" : "Not copied"));
    block.append(button);
  }

  // What is selected of a formula is copied whole, as TeX.
  document.addEventListener("copy", event => {
    const selection = getSelection();
    if (!selection || selection.isCollapsed || !event.clipboardData) return;
    const range = selection.getRangeAt(0).cloneRange();
    const around = node => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)
      ?.closest(".math-scroll, .katex");
    const first = around(range.startContainer);
    const last = around(range.endContainer);
    if (first) range.setStartBefore(first);
    if (last) range.setEndAfter(last);
    const copied = document.createElement("div");
    copied.append(range.cloneContents());
    if (!copied.querySelector(".katex")) return;
    for (const element of copied.querySelectorAll(left)) element.remove();
    for (const box of copied.querySelectorAll(".math-scroll")) {
      if (!box.querySelector(".katex")) continue;
      const text = document.createElement("pre");
      text.textContent = display(sourceOf(box));
      box.replaceWith(text);
    }
    for (const formula of copied.querySelectorAll(".katex"))
      formula.replaceWith(`$${sourceOf(formula)}$`);
    // Only what is in the page has lines and paragraphs in its text.
    copied.style.cssText = "position:fixed;left:-200vw;width:100vw";
    document.body.append(copied);
    const text = copied.innerText;
    copied.remove();
    event.clipboardData.setData("text/plain", text.trim());
    event.preventDefault();
  });
})();
