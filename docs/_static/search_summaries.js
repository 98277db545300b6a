// Formulas stand once in the summary of a search result. A page holds each three times: set for
// the eye, as MathML, and as TeX within that; and all of this again for phones where a line is
// too wide for one. From file: there is no page to summarise: a browser does not let a script
// read one.
(() => {
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  const toText = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const other = "annotation, .katex-html, .math-narrow, p.math-rules";
    for (const element of page.querySelectorAll(other)) element.remove();
    for (const raised of page.querySelectorAll("msup > :last-child"))
      if (raised.textContent === "T") raised.textContent = "ᵀ";
    for (const row of page.querySelectorAll("mtd")) row.append(" ");
    // An entry of the index leads to a mark without a text: what stands around it is summarised.
    const mark = anchor && page.querySelector(anchor);
    if (mark && !mark.textContent.trim()) {
      mark.parentElement.id = "around-the-mark";
      anchor = "#around-the-mark";
    }
    return toText(page.documentElement.outerHTML, anchor);
  };
})();
