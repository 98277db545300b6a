// Answers in a worker: Python is started once, answers questions, and is ended from outside to stop it.
//
// In come { id, task, ... }; out go { id, stage, ... } for each stage, the last one with `last`.

/** @typedef {{ id: number, task: string, [key: string]: any }} Order */

import { keepMemory, lastLine, startPython, wasStartedAnew } from "./python.mjs";

/** @type {any} */
let python;
/** @type {any} the question that was asked last, of which more may be wanted */
let asked;

/** @param {number} id @param {object} told */
const tell = (id, told) => postMessage({ id, ...told });

/** @param {Order} order */
async function start({ id, base }) {
  python = await startPython(base, (part) => tell(id, { stage: "starting", part }), BEGINNING);
  tell(id, { stage: "ready", last: true });
}

const BEGINNING = `
import json
from derivlib.site.ask.answers import Asked

def ask(question, tell=lambda stage: None):
    asked = Asked(json.loads(question))
    for stage in asked.stages():
        tell(json.dumps(stage))
    return asked
`;

/** What the kept memory has gone through once, so that the next question is answered faster. */
const REHEARSED = `ask('{"formula": "norm2(X*w - y)^2", "variable": "w"}')\nNone`;

/** Answer a question, stage by stage. @param {Order} order */
function answer({ id, question }) {
  const each = (/** @type {string} */ stage) => tell(id, JSON.parse(stage));
  const ask = python.globals.get("ask");
  const found = ask(JSON.stringify(question), each);
  ask.destroy();
  tell(id, { stage: "answered", last: true });
  return found;
}

/** @param {Order} order */
function answerAndRemember(order) {
  asked?.destroy();
  asked = answer(order);
  clearTimeout(pause);
  pause = setTimeout(() => {
    before = before.then(() => keepFor(order));
  }, PAUSE);
}

/** How long the reader's browser is left alone before memory is kept, in milliseconds. */
const PAUSE = 1500;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let pause;

/** Keep the memory for the next visit, without the question. @param {Order} order */
async function keepFor(order) {
  if (!wasStartedAnew()) return;
  asked.destroy();
  await keepMemory(REHEARSED);
  const ask = python.globals.get("ask");
  asked = ask(JSON.stringify(order.question));
  ask.destroy();
}

/** What Python gave, as objects and lists of JavaScript. @param {any} given */
function plain(given) {
  const made = given.toJs({ dict_converter: Object.fromEntries });
  given.destroy();
  return made;
}

/** @type {Record<string, (order: Order) => unknown>} */
const TASKS = {
  start,
  read: (order) => answer(order).destroy(),
  ask: answerAndRemember,
  code: ({ id, library }) => tell(id, { stage: "code", code: asked.code(library), last: true }),
  example: ({ id }) => tell(id, { stage: "example", numbers: plain(asked.example_numbers()), last: true }),
  numbers: ({ id, numbers }) => tell(id, { ...plain(asked.at_numbers(python.toPy(numbers))), last: true }),
  graph: ({ id }) => tell(id, { stage: "graph", figures: plain(asked.graph()), last: true }),
  unfold: ({ id }) => tell(id, { stage: "steps", steps: plain(asked.unfolded()), last: true }),
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
    const message = lastLine(error);
    if (order.task === "start") refused = message;
    tell(order.id, { stage: "failed", message, last: true });
  }
}
