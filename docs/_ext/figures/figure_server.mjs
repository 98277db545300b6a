// Sets the labels of a graph: one JSON request a line in, one JSON answer a line out. Lengths are
// in CSS pixels, with the y axis pointing down.
import { createInterface } from "node:readline";
import { MathJaxTexFont } from "@mathjax/mathjax-tex-font/js/svg.js";
import { liteAdaptor } from "@mathjax/src/js/adaptors/liteAdaptor.js";
import { RegisterHTMLHandler } from "@mathjax/src/js/handlers/html.js";
import { TeX } from "@mathjax/src/js/input/tex.js";
import "@mathjax/src/js/input/tex/ams/AmsConfiguration.js";
import "@mathjax/src/js/input/tex/newcommand/NewcommandConfiguration.js";
import { mathjax } from "@mathjax/src/js/mathjax.js";
import { SVG } from "@mathjax/src/js/output/svg.js";
import "@mathjax/src/js/util/asyncLoad/esm.js";

const UNITS = 1000; // of MathJax in an em

const adaptor = liteAdaptor();
RegisterHTMLHandler(adaptor);
const typesetter = mathjax.document("", {
  InputJax: new TeX({
    packages: ["base", "ams", "newcommand"],
    formatError: (_, error) => {
      throw error;
    },
  }),
  OutputJax: new SVG({ fontData: MathJaxTexFont, fontCache: "none" }),
});

async function set({ tex, em }) {
  const node = await typesetter.convertPromise(tex, { display: true });
  const [, top, width, height] = adaptor
    .getAttribute(adaptor.firstChild(node), "viewBox")
    .split(" ")
    .map(Number);
  const scale = em / UNITS;
  return {
    markup: adaptor.innerHTML(adaptor.firstChild(node)),
    scale,
    width: width * scale,
    height: height * scale,
    top: top * scale,
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await set(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
