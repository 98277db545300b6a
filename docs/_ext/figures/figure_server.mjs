// Sets the labels of a graph and has Graphviz place them: one JSON request a line in, one JSON
// answer a line out. Lengths are in CSS pixels, with the y axis pointing down.
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
import { instance } from "@viz-js/viz";

const POINT = 72; // Graphviz takes sizes in inches and answers in points
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
const viz = await instance();

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

function place({ nodes, edges, spacing }) {
  const answer = viz.renderJSON({
    graphAttributes: { rankdir: "TB", ...spacing },
    nodeAttributes: { shape: "box", fixedsize: true, label: "" },
    nodes: nodes.map(({ width, height }, i) => ({
      name: String(i),
      attributes: { width: width / POINT, height: height / POINT },
    })),
    edges: edges.map(({ tail, head, dir, width, height }) => ({
      tail: String(tail),
      head: String(head),
      attributes: {
        dir,
        label: {
          html:
            `<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="${Math.ceil(width)}" ` +
            `HEIGHT="${Math.ceil(height)}"><TR><TD></TD></TR></TABLE>`,
        },
      },
    })),
  });
  const [, , width, height] = answer.bb.split(",").map(Number);
  const turned = (point) => {
    const [x, y] = point.split(",").map(Number);
    return [x, height - y];
  };
  return {
    width,
    height,
    nodes: (answer.objects ?? []).map(({ pos }) => turned(pos)),
    edges: (answer.edges ?? []).map(({ pos, lp }) => {
      const points = pos.split(" ");
      const tip = points.find((point) => /^[es],/.test(point));
      return {
        curve: points.filter((point) => point !== tip).map(turned),
        tip: turned(tip.slice(2)),
        label: turned(lp),
      };
    }),
  };
}

const ACTIONS = { set, place };

for await (const line of createInterface({ input: process.stdin })) {
  const { action, ...request } = JSON.parse(line);
  let answer;
  try {
    answer = await ACTIONS[action](request);
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
