// Takes boxes that show all they hold out of the order of the Tab key, and puts them back when a
// narrower window makes them scroll. Without this script Tab stops at every one of them.
(() => {
  const boxes = document.querySelectorAll(
    'pre[tabindex="0"], div.table-wrapper[tabindex="0"], div.math-scroll[tabindex="0"]');
  const scrolls = box => box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
  const observer = new ResizeObserver(entries => {
    for (const { target } of entries) {
      if (scrolls(target) || target === document.activeElement) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  const look = () => boxes.forEach(box => {
    observer.unobserve(box);
    observer.observe(box);
  });
  look();
  // Formulas become wider when their fonts arrive; their boxes do not.
  document.fonts.addEventListener("loadingdone", look);
})();
