// Typesets formulas: one JSON request a line in, one JSON answer a line out.
import katex from "katex";
import { createInterface } from "node:readline";

const macros = {};

for await (const line of createInterface({ input: process.stdin })) {
  const { tex, display } = JSON.parse(line);
  let answer;
  try {
    const html = katex.renderToString(tex, {
      displayMode: display,
      output: "htmlAndMathml",
      throwOnError: true,
      strict: "error",
      trust: ({ command, protocol }) => command === "\\href" && protocol === "rule",
      maxExpand: 10000,
      macros,
    });
    answer = { html };
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
