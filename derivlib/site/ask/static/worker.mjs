// Answers in a worker: Python is started once, answers questions, and is ended from outside to stop it.
//
// In come { id, task, ... }; out go { id, stage, ... } for each stage, the last one with `last`.

/** @typedef {{ id: number, task: string, [key: string]: any }} Order */

import { startPython } from "./python.mjs";

/** @type {any} */
let python;
/** @type {any} */
let asked;

/** @param {number} id @param {object} told */
const tell = (id, told) => postMessage({ id, ...told });

/** @param {Order} order */
async function start({ id, base }) {
  python = await startPython(base, (part) => tell(id, { stage: "starting", part }));
  python.runPython(BEGINNING);
  tell(id, { stage: "ready", last: true });
}

const BEGINNING = `
import json
from derivlib.site.ask.answers import Asked

def ask(question, tell):
    asked = Asked(json.loads(question))
    for stage in asked.stages():
        tell(json.dumps(stage))
    return asked
`;

/** Answer a question, stage by stage. @param {Order} order */
function answer({ id, question }) {
  const each = (/** @type {string} */ stage) => tell(id, JSON.parse(stage));
  const found = python.globals.get("ask")(JSON.stringify(question), each);
  tell(id, { stage: "answered", last: true });
  return found;
}

/** @type {Record<string, (order: Order) => unknown>} */
const TASKS = {
  start,
  read: (order) => answer(order),
  ask: (order) => (asked = answer(order)),
  code: ({ id, library }) => tell(id, { stage: "code", code: asked.code(library), last: true }),
  unfold: ({ id }) => tell(id, { stage: "steps", steps: asked.unfolded().toJs(), last: true }),
};

/** Orders are carried out one after the other, and those for answers after the start. */
let before = Promise.resolve();

onmessage = ({ data }) => {
  before = before.then(() => carryOut(data));
};

/** Why Python did not start, if it did not. */
let refused = "";

/** @param {Order} order */
async function carryOut(order) {
  try {
    if (refused) throw new Error(refused);
    await TASKS[order.task](order);
  } catch (error) {
    console.error(error); // whole, for whoever looks into it
    const message = lastLine(error instanceof Error ? error.message : String(error));
    if (order.task === "start") refused = message;
    tell(order.id, { stage: "failed", message, last: true });
  }
}

/** What Python says of an error, without the lines of its program. @param {string} told */
function lastLine(told) {
  const lines = told.trim().split("\n");
  return lines.findLast((line) => /^\w*(Error|Exception)\b/.test(line)) ?? lines[lines.length - 1];
}
