// Typesets formulas, or measures them only: one JSON request a line in, one JSON answer a line out.
//
// The answer has the markup and, in em, the size the formula will have on the page. KaTeX knows
// the heights; the width is summed up here from the widths of the glyphs and spaces it chose.
import katex from "katex";
import { createInterface } from "node:readline";

const macros = {};
const SIZES = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.44, 1.728, 2.074, 2.488];
const TEXT_GLYPH = 0.45; // KaTeX joins the letters of a text and keeps the width of the first only
const NO_DELIMITER = 0.12;

const em = length => (typeof length === "string" && length.endsWith("em") ? parseFloat(length) : 0);

function scale(classes) {
  const numbers = classes.join(" ").match(/reset-size(\d+) size(\d+)/);
  return numbers ? SIZES[numbers[2] - 1] / SIZES[numbers[1] - 1] : 1;
}

function widthOf(node) {
  const classes = node.classes ?? [];
  if (classes.includes("katex-mathml")) return 0;
  if (classes.includes("nulldelimiter")) return NO_DELIMITER;
  let width = 0;
  if (typeof node.text === "string") {
    const letters = [...node.text].length;
    width = letters > 1 ? letters * TEXT_GLYPH : node.width + (node.italic || 0);
  } else {
    const widths = (node.children ?? []).map(widthOf);
    const stacked = classes.includes("vlist") || classes.includes("vlist-t");
    width = stacked ? Math.max(0, ...widths) : widths.reduce((sum, one) => sum + one, 0);
  }
  const style = node.style ?? {};
  for (const side of ["marginLeft", "marginRight", "paddingLeft", "paddingRight", "width"])
    width += em(style[side]);
  return width * scale(classes);
}

function heightOf(node) {
  if (node.classes?.includes("katex-base")) return node.height + node.depth;
  return Math.max(0, ...(node.children ?? []).map(heightOf));
}

for await (const line of createInterface({ input: process.stdin })) {
  const { tex, display, measure } = JSON.parse(line);
  const options = {
    displayMode: display,
    output: "htmlAndMathml",
    throwOnError: true,
    strict: "error",
    trust: ({ command, protocol }) => command === "\\href" && protocol === "rule",
    maxExpand: 10000,
    macros,
  };
  let answer;
  try {
    if (measure) {
      answer = { width: widthOf(katex.__renderToHTMLTree(tex, options)) };
    } else {
      const tree = katex.__renderToDomTree(tex, options);
      answer = { html: tree.toMarkup(), width: widthOf(tree), height: heightOf(tree) };
    }
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
