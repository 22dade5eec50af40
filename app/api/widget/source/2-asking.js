// Asking the help site. Whatever goes wrong comes out as a Trouble that says which words and which way on to show.

const GIVE_UP_AFTER = 12000;
const BUSY_AFTER = 300;

class Trouble extends Error {
  /** `kind` is "unreachable", "too_many", "invalid" or "gone"; `seconds` is how long to wait, if that is known. */
  constructor(kind, { seconds = 0, problems = [], status = 0 } = {}) {
    super(kind);
    Object.assign(this, { kind, seconds, problems, status });
  }
}

/** The answer to a question to the API as an object. Raises Trouble; or AbortError when nobody waits any more. */
async function ask(path, { parameters = {}, body = null, signal = null } = {}) {
  const address = new URL(path, HOME);
  for (const [name, value] of Object.entries(parameters)) if (value) address.searchParams.set(name, value);
  const request = { credentials: "omit", referrerPolicy: "strict-origin-when-cross-origin" };
  if (body) {
    Object.assign(request, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  }
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), GIVE_UP_AFTER);
  signal?.addEventListener("abort", () => giveUp.abort());
  try {
    const answer = await fetch(address, { ...request, signal: giveUp.signal });
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return said;
    const seconds = Number(answer.headers.get("Retry-After")) || 0;
    const kind = { 404: "gone", 410: "gone", 422: "invalid", 429: "too_many" }[answer.status] ?? "unreachable";
    throw new Trouble(kind, { seconds, problems: said.errors ?? [], status: answer.status });
  } catch (error) {
    if (error instanceof Trouble || signal?.aborted) throw error;
    throw new Trouble("unreachable");
  } finally {
    clearTimeout(timer);
  }
}

/** Do what takes a while: after 300 ms the panel says that it waits. What was shown before stays until there is news. */
async function waiting(work) {
  const timer = setTimeout(() => panel.wait(true), BUSY_AFTER);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    panel.wait(false);
  }
}

/** What went wrong, in words, with a way on. `again` tries once more. */
function troubleNotice(trouble, again) {
  const words = [say(trouble.kind === "too_many" || trouble.kind === "gone" ? trouble.kind : "unreachable")];
  if (trouble.seconds) words.push(` ${say("wait_for", { time: duration(trouble.seconds) })}`);
  const ways = make("p", { class: "row" });
  if (trouble.kind !== "gone") ways.append(make("button", { type: "button", class: "button", click: again }, say("retry")));
  ways.append(outward(HOME, say("open_site")));
  if (trouble.kind === "too_many") ways.append(outward(settings.contact.page, say("contact")));
  return make("div", { class: "notice", role: "alert" }, make("p", {}, ...words), ways);
}

function duration(seconds) {
  const [value, unit] = seconds < 90 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return new Intl.NumberFormat(settings.interface, { style: "unit", unit, unitDisplay: "long" }).format(value);
}

const VOTER = "help-widget-voter";
const memory = {};

/** What this page keeps of its reader, which is one random text; as long as the page stays where storage is shut. */
function kept(name) {
  try {
    return localStorage.getItem(name) ?? memory[name];
  } catch {
    return memory[name];
  }
}

function keep(name, value) {
  memory[name] = value;
  try {
    localStorage.setItem(name, value);
  } catch {
    // Shut or full: then it is forgotten with the page.
  }
}
