// The words of the last search are marked in the text that is seen. The names of icons and figures
// have no place on the page to be marked at, and the TeX of a formula is there to be copied.
for (const unseen of document.querySelectorAll("svg title, svg desc, annotation"))
  unseen.classList.add("nohighlight");
