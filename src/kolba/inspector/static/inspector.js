// The inspector's page: asks what is new, lists it, and shows one request whole.
// SECURITY: everything from a request becomes a text node; nothing here writes HTML.
"use strict";

const PAUSE = 700;
const QUIET = new Set(["style", "script", "image", "font", "manifest"]);
const $ = (id) => document.getElementById(id);
const language = new URLSearchParams(location.search).get("language");
const MOST = 500;
const kept = new Map(); // what a restart of the server forgets is still read here
let words = {}, ring = "", start = 0, version = 0, cleared = [0, 0], paused = false, shown = null;

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function say(key, values) {
  return (words[key] || key).replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? values[name] : whole));
}

function bytes(count) {
  return count < 1000 ? `${count} B` : count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

function time(ms) {
  return ms < 10 ? `${ms.toFixed(1)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

const key = (number, from = start) => `${from}-${number}`;
const order = (one, other) => other.start - one.start || other.number - one.number;
const clock = (at) => new Date(at * 1000).toLocaleTimeString(document.documentElement.lang, { hour12: false });
const status = (request) => (request.status || "—").slice(0, 3);
const grade = (request) => `s${/^[2-5]/.test(request.status) ? request.status[0] : "0"}`;
const isQuiet = (request) => request.endpoint === "static" || /\.static$/.test(request.endpoint) || QUIET.has(request.destination) || request.target === "/favicon.ico";

async function ask(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

// -- the list

const isCleared = (request) => request.start < cleared[0] || (request.start === cleared[0] && request.number <= cleared[1]);

function matches(request) {
  if (isCleared(request)) return false;
  if (!$("static").checked && isQuiet(request)) return false;
  if ($("only-notes").checked && !request.notes.length && !request.is_error) return false;
  const text = `${request.method} ${request.target} ${request.status} ${request.endpoint} ${request.how}`.toLowerCase();
  return $("filter").value.toLowerCase().split(/\s+/).every((part) => text.includes(part));
}

function marks(request) {
  const [born, taken, waiting] = request.messages;
  return make("span", { class: "marks" },
    request.is_error && make("span", { class: "mark bad" }, say("error")),
    request.notes.length > 0 && make("span", { class: "mark warn", title: say("notes") }, `! ${request.notes.length}`),
    request.changes > 0 && make("span", { class: "mark", title: say("session") }, `± ${request.changes}`),
    born > 0 && make("span", { class: "mark", title: say(waiting ? "waiting" : "born") }, `✉ +${born}`),
    taken > 0 && make("span", { class: "mark", title: say("shown") }, `✉ −${taken}`),
    request.how === "fallback" && make("span", { class: "mark", title: say("fallback_hint") }, say("fallback")));
}

function row(request) {
  const link = make("a", { href: `#${request.key}`, title: `${clock(request.at)}  ${request.method} ${request.target}` },
    make("span", { class: "method" }, request.method),
    make("span", { class: "target" }, request.target),
    marks(request),
    make("span", { class: `status ${grade(request)}` }, status(request)),
    make("span", { class: "number" }, time(request.ms)),
    make("span", { class: "number" }, bytes(request.size)));
  if (request.key === chosen()) link.setAttribute("aria-current", "true");
  return make("li", { class: request.came_from ? "followed" : null }, link);
}

function rows(requests) {
  return requests.flatMap((request, index) => {
    const restarted = index && requests[index - 1].start !== request.start;
    return restarted ? [separator(request.start), drawn(request)] : [drawn(request)];
  });
}

// A row that has not changed stays the same node: who points at it, or has its focus, keeps it.
const nodes = new Map();

function drawn(request) {
  const known = nodes.get(request.key);
  if (known && known.request === request) return known.node;
  const node = row(request);
  nodes.set(request.key, { request, node });
  return node;
}

function separator(before) {
  if (!nodes.has(before)) nodes.set(before, { node: make("li", { class: "restarted" }, say("restarted")) });
  return nodes.get(before).node;
}

function show(box, wanted) {
  const stays = new Set(wanted);
  for (const node of [...box.children]) if (!stays.has(node)) node.remove();
  let next = box.firstChild;
  for (const node of wanted) {
    if (node === next) next = next.nextSibling;
    else box.insertBefore(node, next);
  }
}

function list() {
  const all = [...kept.values()].sort(order);
  const some = all.filter(matches);
  show($("rows"), rows(some));
  $("empty").hidden = some.length > 0;
  $("empty").textContent = say(all.every(isCleared) ? "empty" : "nothing_matches");
}

// What runs is told without its path, whose arguments may be secrets: by its rule.
function run(requests) {
  $("running").replaceChildren(...requests.map((request) => make("li", {},
    make("span", { class: "method" }, request.method),
    make("span", { class: "target" }, request.rule || "…"),
    make("span", { class: "marks" }, say("running")),
    make("span", { class: "status" }, "…"),
    make("span", { class: "number" }, time(request.ms)),
    make("span", {}))));
}

async function look() {
  try {
    let news = await ask(`/requests.json?whole=1&since=${version}`);
    if (news.ring !== ring) {
      if (ring !== "") start += 1;
      ring = news.ring;
      if (version) news = await ask("/requests.json?whole=1&since=0");
    }
    $("lost").hidden = true;
    run(news.running);
    version = news.version;
    for (const request of news.requests) keep(request);
    if (news.requests.length) {
      for (const old of [...kept.values()].sort(order).slice(MOST)) {
        kept.delete(old.key);
        nodes.delete(old.key);
      }
      list();
      if (news.requests.some((request) => key(request.number) === chosen())) one();
    }
  } catch {
    $("lost").hidden = false;
    run([]);
  }
}

function keep(request) {
  const marks = { key: key(request.number), start };
  kept.set(marks.key, { ...request, ...marks, whole: { ...request.whole, ...marks } });
}

async function watch() {
  if (!paused && !document.hidden) await look();
  setTimeout(watch, PAUSE);
}

// -- one request

const chosen = () => location.hash.slice(1);

function link(request, number) {
  return make("a", { href: `#${key(number, request.start)}` }, `#${number}`);
}

function section(title, ...content) {
  const filled = content.flat().filter(Boolean);
  return filled.length ? [make("h3", {}, say(title)), ...filled] : [];
}

function table(pairs) {
  return pairs && pairs.length ? make("table", {}, pairs.map(([name, ...cells]) =>
    make("tr", {}, make("th", { scope: "row" }, name), cells.map((cell) => make("td", {}, cell))))) : null;
}

function folded(title, pairs) {
  return pairs.length ? make("details", {}, make("summary", {}, `${say(title)} (${pairs.length})`), table(pairs)) : null;
}

function notes(request) {
  return request.notes.map((note) => {
    const values = { ...note, keys: (note.keys || []).join(", ") };
    delete values.other;
    const parts = say(`note_${note.code}`, values).split("{other}");
    return make("p", { class: "note" }, parts.flatMap((part, index) => (index ? [link(request, note.other), part] : [part])));
  });
}

function chain(request) {
  const steps = [kept.get(request.key)];
  const beside = (number) => (number && steps.length < 20 ? kept.get(key(number, request.start)) : null);
  for (let before = beside(request.came_from); before; before = beside(before.came_from)) steps.unshift(before);
  for (let after = beside(request.led_to); after; after = beside(after.led_to)) steps.push(after);
  if (steps.length < 2) return null;
  return make("p", { class: "chain" }, steps.flatMap((one, index) => {
    const text = `${one.method} ${one.target} ${status(one)}`;
    const step = one.key === request.key ? make("strong", {}, text) : make("a", { href: `#${one.key}` }, text);
    return index ? ["→", step] : [step];
  }));
}

function hook(stage, hooks) {
  return hooks.map((one) => [say(stage), make("span", {}, one.name, " ", make("span", { class: "place" }, one.place))]);
}

function route(request) {
  const known = request.route;
  if (!known) return section("route", make("p", {}, say("no_route")));
  const hooks = [...hook("before", known.before), ...hook("after", known.after), ...hook("teardown", known.teardown)];
  return section("route",
    table([
      [say("route"), known.path],
      [say("view"), known.view ? make("span", {}, known.view.name, " ", make("span", { class: "place" }, known.view.place)) : "—"],
      [say("endpoint"), known.endpoint],
      [say("answered"), make("span", {}, say(`${known.how}_hint`), known.reasons.map((reason) => make("div", { class: "place" }, reason)))],
      ...known.arguments.map(([name, value]) => [`<${name}>`, value]),
    ]),
    known.app_reasons.length && make("details", {}, make("summary", {}, `${say("in_every_request")} (${known.app_reasons.length})`),
      make("ul", {}, known.app_reasons.map((reason) => make("li", { class: "place" }, reason)))),
    folded("hooks", hooks));
}

function session(request) {
  const known = request.session;
  if (!known) return section("session", make("p", { class: "line" }, say("session_untouched")));
  return section("session",
    make("p", { class: "line" }, make("span", {}, say(`session_${known.kind}`)), make("span", {}, say("session_keys", { count: known.keys })),
      known.changes.length === 0 && make("span", {}, say("session_unchanged"))),
    known.changes.length ? make("table", { class: "changes" }, known.changes.map((change) => make("tr", {},
      make("th", { scope: "row" }, change.key), make("td", { class: "what" }, say(change.what)),
      make("td", {}, make("span", { class: "was" }, change.before), change.what === "changed" && " → ", make("span", { class: "now" }, change.after))))) : null);
}

function messages(request) {
  const line = (message, what, where) => make("li", {}, make("span", { class: "what" }, `${say(what)} `),
    make("code", {}, message.category), " ", message.text, " ",
    message.other && message.other !== request.number ? make("span", { class: "what" }, `${say(where)} `, link(request, message.other))
      : what === "born" && !message.other ? make("span", { class: "what" }, say("waiting")) : null);
  const lines = [...request.born.map((one) => line(one, "born", "shown_in")), ...request.shown.map((one) => line(one, "shown", "born_in"))];
  return section("messages", lines.length ? make("ul", { class: "bare" }, lines) : null);
}

function more(request, kind) {
  const count = request.dropped[kind];
  return count ? make("p", { class: "line" }, say("dropped", { count })) : null;
}

function exception(request) {
  return request.exception && section("exception",
    make("div", { class: "exception" }, make("strong", {}, request.exception.said), make("pre", {}, request.exception.trace)));
}

function logs(request) {
  const grade = (level) => (/ERROR|CRITICAL/.test(level) ? "level bad" : /WARN/.test(level) ? "level warn" : "level");
  return [
    ...section("logs", request.logs.length ? make("ul", { class: "bare" }, request.logs.map((one) => make("li", {},
      make("span", { class: grade(one.level) }, one.level), " ", make("span", { class: "place" }, `${one.logger} `), one.text, " ",
      make("span", { class: "place" }, one.place)))) : null, more(request, "logs")),
    ...section("warnings", request.warnings.length ? make("ul", { class: "bare" }, request.warnings.map((one) => make("li", {},
      make("span", { class: "level warn" }, one.category), " ", one.text, " ", make("span", { class: "place" }, one.place)))) : null, more(request, "warnings")),
  ];
}

function refusals(request) {
  return section("refusals", request.refusals.map((one) => make("p", { class: "note" },
    make("strong", {}, `${one.guard}: ${say(one.mode)}`), " ", make("code", {}, one.what), " ", one.why, " ", one.mend)));
}

function asked(request) {
  const { headers, query, form, files, json, length } = request.request;
  const unread = Number(length) > 0 && !form && !files && !json;
  const named = (title, pairs) => (pairs && pairs.length ? [make("p", { class: "what" }, say(title)), table(pairs)] : []);
  return section("request", named("query", query), named("form", form), named("files", files), named("json", json),
    unread && make("p", { class: "line" }, say("body_unread", { count: length })), folded("headers", headers));
}

function answered(request) {
  const { headers, cookies, location: onward } = request.response;
  return section("response",
    onward && table([[say("location"), make("span", {}, onward, " ", request.led_to ? link(request, request.led_to) : "")]]),
    cookies.length ? [make("p", { class: "what" }, say("cookies_set")),
      table(cookies.map((one) => [one.name, `${one.is_deleted ? `${say("deleted")} · ` : ""}${one.size} B · ${one.attributes}`]))] : null,
    folded("headers", headers));
}

function render(request) {
  const templates = request.templates.map((one) => make("details", {}, make("summary", {}, make("code", {}, one.name)), make("p", { class: "place" }, one.context.join(", "))));
  $("one").replaceChildren(...[
    make("h2", {}, `${request.method} ${request.target}`),
    make("p", { class: "line" },
      make("span", { class: `status ${grade(request)}` }, request.status || "—"), make("span", {}, time(request.ms)), make("span", {}, bytes(request.size)),
      make("span", {}, `#${request.number} · ${clock(request.at)}`), request.destination && make("span", {}, request.destination),
      request.is_background && make("span", { class: "mark" }, say("background"))),
    chain(request), ...notes(request), ...(exception(request) || []), ...refusals(request), ...route(request), ...session(request),
    ...messages(request), ...logs(request), ...section("templates", templates), more(request, "templates"), ...asked(request), ...answered(request),
    ...section("trouble", request.trouble.length ? make("p", {}, request.trouble.join(", ")) : null),
  ].filter(Boolean));
}

function one() {
  const request = kept.get(chosen());
  if (request) render(request.whole);
  else $("one").replaceChildren(make("p", {}, say(chosen() ? "gone" : "choose")));
  if (shown !== chosen()) $("one").scrollTop = 0;
  shown = chosen();
}

// -- the page

function choose() {
  for (const a of $("rows").querySelectorAll("a")) {
    if (a.hash === location.hash) a.setAttribute("aria-current", "true");
    else a.removeAttribute("aria-current");
  }
  one();
}

function step(event) {
  if (event.target.tagName === "INPUT" || event.altKey || event.ctrlKey || event.metaKey) return;
  const way = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (!way) return;
  const links = [...$("rows").querySelectorAll("a")];
  const next = links[links.findIndex((a) => a.hash === location.hash) + way];
  if (!next) return;
  event.preventDefault();
  location.hash = next.hash;
  next.scrollIntoView({ block: "nearest" });
}

async function begin() {
  words = await ask(`/texts.json${language ? `?language=${encodeURIComponent(language)}` : ""}`);
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
  $("filter").placeholder = say("filter");
  $("filter").setAttribute("aria-label", say("filter"));
  for (const id of ["filter", "static", "only-notes"]) $(id).addEventListener("input", list);
  $("clear").addEventListener("click", () => {
    const [newest] = [...kept.values()].sort(order);
    if (newest) cleared = [newest.start, newest.number];
    list();
  });
  $("pause").addEventListener("click", () => {
    paused = !paused;
    $("pause").textContent = say(paused ? "resume" : "pause");
  });
  addEventListener("hashchange", choose);
  $("rows").addEventListener("mousedown", (event) => {
    const row = event.target.closest("a");
    // At once: until the button is up again, the row may have been drawn anew.
    if (row && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) location.hash = row.hash;
  });
  addEventListener("keydown", step);
  await look();
  list();
  one();
  watch();
}

begin();
