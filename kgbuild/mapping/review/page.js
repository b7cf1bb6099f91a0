// The review: what is decided (`made`, `skipped`), kept in the browser's storage, and drawn one concept at a time.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const store = `kg-review:${data.key}`;
const kinds = Object.keys(data.kinds);
const byPredicate = Object.fromEntries(kinds.map(kind => [data.kinds[kind], kind]));
const subjects = new Map(data.subjects.map((each, place) => [each.id, { ...each, place }]));
const $ = id => document.getElementById(id);

// --- what is decided ------------------------------------------------------------------------------------------------

const made = new Map(); // "subject\tobject" → decision, its fields named as in the file; null once it was taken back
let skipped = new Set(data.skipped);
const past = []; // for undo: what each changed key was before, and what was skipped
let current, filter = "open", last = null, visited = [];
const pending = new Map(); // "subject\tobject" → kind chosen before it is accepted

const key = (subject, object) => `${subject}\t${object}`;
const of = subject => decisionsOf.get(subject) ?? new Map();
const decisionsOf = new Map(); // subject → object → decision

function set(pair, decision) {
  made.set(pair, decision);
  const [subject, object] = pair.split("\t");
  if (!decisionsOf.has(subject)) decisionsOf.set(subject, new Map());
  if (decision) decisionsOf.get(subject).set(object, decision); else decisionsOf.get(subject).delete(object);
}

function state(subject) {
  const decisions = [...of(subject.id).values()];
  if (decisions.some(each => each.kind !== data.none)) return "accepted";
  if (of(subject.id).has(data.nothing)) return "rejected";
  if (decisions.length && subject.candidates.every(each => of(subject.id).has(each.id))) return "rejected";
  return skipped.has(subject.id) ? "skipped" : "open";
}

/** Make changes that can be undone together: pairs of a key and a decision, or null to take it back. */
function change(changes, skip) {
  past.push({ subject: current?.id, before: changes.map(([pair]) => [pair, made.get(pair) ?? null]), skipped });
  for (const [pair, decision] of changes) set(pair, decision);
  const decided = new Set(changes.map(([, decision]) => decision?.subject_id));
  skipped = skip ?? new Set([...skipped].filter(each => !decided.has(each)));
  keep();
}

function undo() {
  const step = past.pop();
  if (!step) return say("There is nothing to undo.");
  for (const [pair, decision] of step.before) set(pair, decision);
  skipped = step.skipped;
  keep();
  say("Undone.");
  if (step.subject) show(step.subject); else draw();
}

/** Into the browser's storage, at once. */
function keep() {
  try {
    localStorage.setItem(store, JSON.stringify({ made: [...made], skipped: [...skipped], at: current?.id }));
  } catch {
    say("This browser keeps nothing for this page: download before you close it.");
    window.onbeforeunload = event => event.preventDefault();
  }
}

/** What the file had when the page was written, then what was decided on the page. */
function recall() {
  for (const each of data.decided) set(key(each.subject_id, each.object_id), each);
  try {
    const kept = JSON.parse(localStorage.getItem(store) ?? "{}");
    for (const [pair, decision] of kept.made ?? []) set(pair, decision);
    if (kept.skipped) skipped = new Set(kept.skipped);
    return kept.at;
  } catch {
    return undefined;
  }
}

function verdict(subject, object, label, kind, comment = "") {
  last = object;
  return [key(subject.id, object), {
    subject_id: subject.id, subject_label: data.terms[subject.id].label, object_id: object, object_label: label, kind,
    author_id: author(), mapping_date: new Date().toISOString().slice(0, 10), comment,
  }];
}

/** Accept or reject a target, or take that back; `kind` is none for a rejection. */
function decide(object, kind) {
  if (!signed()) return;
  const pair = key(current.id, object), before = made.get(pair);
  const same = before && (before.kind === data.none) === (kind === data.none);
  const label = before?.object_label || labelOf(object);
  change([same ? [pair, null] : verdict(current, object, label, kind, before?.comment)]);
  say(`${label || object}: ${same ? "taken back" : kind === data.none ? "rejected" : `accepted as ${kind} match`}.`);
  draw();
}

function rejectAll() {
  if (!signed()) return;
  const open = current.candidates.filter(each => !of(current.id).has(each.id));
  if (!open.length) return say("There is no candidate left to reject.");
  change(open.map(each => verdict(current, each.id, labelOf(each.id), data.none)));
  say(`${count(open.length, "candidate")} rejected.`);
  draw();
}

/** Say that the target has nothing for the concept, or take that back. */
function noCounterpart() {
  if (!signed()) return;
  const pair = key(current.id, data.nothing), before = made.get(pair);
  change([before ? [pair, null] : verdict(current, data.nothing, "", data.none)]);
  say(before ? "Taken back." : "No counterpart.");
  draw();
}

function setKind(object, kind) {
  const pair = key(current.id, object), before = made.get(pair);
  pending.set(pair, kind);
  if (before && before.kind !== data.none && signed()) change([verdict(current, object, before.object_label, kind, before.comment)]);
  draw();
}

function setNote(object, comment) {
  const before = made.get(key(current.id, object));
  if (!before || before.comment === comment || !signed()) return;
  change([verdict(current, object, before.object_label, before.kind, comment)]);
  say("Noted.");
}

function skip() {
  change([], new Set([...skipped].filter(each => each !== current.id).concat(current.id)));
  next();
}

const labelOf = id => data.terms[id]?.label ?? "";
const kindOf = each => pending.get(key(current.id, each.id)) ?? each.kind;

// --- who signs ------------------------------------------------------------------------------------------------------

/** The CURIE of an ORCID, or null; its last character checks the others (ISO 7064, MOD 11-2). */
function orcid(text) {
  const bare = text.trim().replace(/^(https?:\/\/orcid\.org\/|orcid:)/i, "").toUpperCase();
  if (!/^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$/.test(bare)) return null;
  const total = [...bare.replaceAll("-", "").slice(0, -1)].reduce((sum, digit) => (sum + Number(digit)) * 2, 0);
  const check = (12 - total % 11) % 11;
  return bare.at(-1) === (check === 10 ? "X" : String(check)) ? `orcid:${bare}` : null;
}

const author = () => orcid($("author").value);

/** Whether an ORCID signs; else it is asked for. */
function signed() {
  const good = author() !== null;
  $("author").setAttribute("aria-invalid", String(!good));
  $("author-problem").textContent = good ? "" : "Your ORCID signs what you decide: type it here, such as 0000-0002-1825-0097.";
  if (!good) $("author").focus();
  return good;
}

// --- files ----------------------------------------------------------------------------------------------------------

/** The reviewed SSSOM, as `kg review` writes it. */
function sssom() {
  const decisions = [...made.values()].filter(Boolean);
  const metadata = { ...data.metadata, curie_map: { ...data.metadata.curie_map } };
  for (const { subject_id, object_id } of decisions)
    for (const prefix of [subject_id, object_id].map(id => id.split(":")[0]))
      metadata.curie_map[prefix] ??= data.iris[prefix] ?? `https://bioregistry.io/${prefix}:`;
  if (skipped.size) metadata.other = [...(metadata.other ? [metadata.other] : []), `skipped=${[...skipped].join("|")}`].join("; ");
  const yaml = (value, indent) => Array.isArray(value) ? value.map(each => `\n# ${indent}- ${JSON.stringify(each)}`).join("")
    : typeof value === "object" ? Object.entries(value).map(([name, each]) => `\n# ${indent}  ${name}:${yaml(each, `${indent}  `)}`).join("")
    : ` ${JSON.stringify(value)}`;
  const block = Object.entries(metadata).map(([slot, value]) => `# ${slot}:${yaml(value, "")}\n`).join("");
  const cell = text => /["\t\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const row = each => data.columns.map(column => cell({
    ...each,
    predicate_id: data.kinds[each.kind === data.none ? "exact" : each.kind],
    predicate_modifier: each.kind === data.none && each.object_id !== data.nothing ? "Not" : "",
    mapping_justification: data.curated,
    comment: each.comment.trim().split(/\s+/).join(" "),
  }[column] ?? "")).join("\t");
  return `${block}${data.columns.join("\t")}\n${decisions.map(each => `${row(each)}\n`).join("")}`;
}

function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([sssom()], { type: "text/tab-separated-values" }));
  link.download = data.file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  say(`${count([...made.values()].filter(Boolean).length, "decision")} saved as ${data.file} in your downloads. Into the graph: kg load mappings ${data.file}`);
}

/** The cells of tab-separated values, quoted as spreadsheets do. */
function cells(text) {
  const rows = [[]];
  let quoted = false, cell = "";
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (c === '"' && cell === "") quoted = true;
    else if (c === "\t" || c === "\n") {
      rows.at(-1).push(cell.replace(/\r$/, ""));
      cell = "";
      if (c === "\n") rows.push([]);
    } else cell += c;
  }
  if (cell) rows.at(-1).push(cell);
  return rows.filter(row => row.length);
}

/** Go on from a file: its decisions replace those of the same pairs. Throws what is wrong with it. */
function read(name, text) {
  const lines = text.split("\n");
  const first = Math.max(0, lines.findIndex(line => !line.startsWith("#")));
  const stated = /^# *other: *['"]?.*?skipped=([^\s'"]+)/m.exec(lines.slice(0, first).join("\n"));
  const [columns, ...rows] = cells(lines.slice(first).join("\n"));
  for (const needed of ["subject_id", "predicate_id", "object_id", "mapping_justification"])
    if (!columns?.includes(needed)) throw new Error(`${name}: no column ${needed}; open a file that was downloaded here`);
  const changes = rows.map((row, i) => {
    const given = Object.fromEntries(columns.map((column, place) => [column, row[place] ?? ""]));
    const kind = given.predicate_modifier === "Not" || given.object_id === data.nothing ? data.none : byPredicate[given.predicate_id];
    if (given.mapping_justification !== data.curated || !kind)
      throw new Error(`${name}, line ${first + i + 2}: no decision of a curator; open a file that was downloaded here`);
    const slots = ["subject_id", "subject_label", "object_id", "object_label", "author_id", "mapping_date", "comment"];
    return [key(given.subject_id, given.object_id), { ...Object.fromEntries(slots.map(slot => [slot, given[slot] ?? ""])), kind }];
  });
  change(changes, new Set([...skipped, ...(stated ? stated[1].split("|") : [])]));
  const others = changes.filter(([, each]) => !subjects.has(each.subject_id)).length;
  say(`${count(changes.length, "decision")} read from ${name}${others ? `; ${others} of other concepts are kept` : ""}.`);
}

// --- what is shown --------------------------------------------------------------------------------------------------

/** An element; a property that is a function listens, others are attributes, false and null are left out. */
function element(tag, properties, ...children) {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {}))
    if (typeof value === "function") created.addEventListener(name, value);
    else if (value !== false && value != null) created.setAttribute(name, value === true ? "" : value);
  created.append(...children.filter(child => child != null));
  return created;
}

const count = (number, what) => `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
let fading;
function say(text) {
  $("status").textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => { $("status").textContent = ""; }, 8000);
}

function link(id) {
  const [prefix] = id.split(":");
  const iri = data.iris[prefix];
  const text = [element("span", { class: "id" }, id)];
  return iri ? element("a", { href: iri + id.slice(prefix.length + 1), target: "_blank", rel: "noreferrer noopener" }, ...text) : text[0];
}

function show(id, back = false) {
  if (current && current.id !== id && !back) visited.push(current.id);
  current = subjects.get(id);
  last = null;
  keep();
  draw();
  $("subject").scrollTo(0, 0);
  if (visited.length && getComputedStyle($("subject")).overflowY === "visible") $("subject").scrollIntoView(); // a narrow window
  document.querySelector("#list [aria-current=true]")?.scrollIntoView({ block: "nearest" });
}

/** The next open concept below the current one among those that are searched for, else the first skipped one. */
function next() {
  const found = searched();
  const after = [...found.filter(each => each.place > current.place), ...found.filter(each => each.place < current.place)];
  const to = after.find(each => state(each) === "open") ?? after.find(each => state(each) === "skipped");
  if (to) show(to.id);
  else { draw(); say("Every concept is decided: download the result."); }
}

function back() {
  const to = visited.pop();
  if (to) show(to, true);
}

function draw() {
  const focused = document.activeElement?.id;
  drawSubject();
  drawList();
  const total = data.subjects.length;
  const done = data.subjects.filter(each => ["accepted", "rejected"].includes(state(each))).length;
  $("progress").max = total;
  $("progress").value = done;
  $("progress-text").textContent = `${done.toLocaleString("en")} of ${count(total, "concept")} decided`;
  if (focused) $(focused)?.focus({ preventScroll: true });
}

function drawSubject() {
  const term = data.terms[current.id];
  const others = [...of(current.id).values()].filter(each => each.object_id !== data.nothing && !current.candidates.some(c => c.id === each.object_id));
  const listed = [...current.candidates, ...others.map(each => ({ id: each.object_id, kind: each.kind, added: true }))];
  $("subject").replaceChildren(
    element("h2", null, term.label || current.id),
    element("div", { class: "facts" },
      element("p", null, link(current.id), term.associations ? element("span", { class: "muted" }, ` ${count(term.associations, "association")}`) : null),
      ...facts(term)),
    element("ol", { id: "candidates" }, ...listed.map(candidate)),
    ...(current.candidates.length ? [] : [element("p", { class: "muted" }, "The mapping has no candidate for it.")]),
    otherForm(),
    element("div", { class: "after" },
      element("button", { id: "none-fits", type: "button", click: rejectAll }, "None fits ", element("kbd", null, "x")),
      element("button", { id: "no-counterpart", type: "button", "aria-pressed": String(of(current.id).has(data.nothing)), click: noCounterpart },
        "No counterpart ", element("kbd", null, "0")),
      element("button", { id: "skip", type: "button", click: skip }, "Skip ", element("kbd", null, "s")),
      element("button", { id: "back", type: "button", disabled: !visited.length, click: back }, "Back ", element("kbd", null, "←")),
      element("button", { id: "next", type: "button", class: "primary", click: next }, "Next ", element("kbd", null, "Enter"))),
  );
  $("undo").disabled = !past.length;
}

function facts(term) {
  const more = (term.grouped ?? 0) - (term.codes?.length ?? 0);
  return [
    term.names && element("p", { class: "muted" }, `also ${term.names.join("; ")}`),
    term.definition && element("p", { class: "muted" }, term.definition),
    term.codes && element("p", { class: "muted" }, `groups ${term.codes.join("; ")}${more > 0 ? ` and ${more} more` : ""}`),
  ].filter(Boolean);
}

function candidate(each, place) {
  const decision = of(current.id).get(each.id);
  const name = decision?.object_label || labelOf(each.id) || each.id;
  const rejected = decision?.kind === data.none;
  const kind = decision && !rejected ? decision.kind : each.added ? "exact" : kindOf(each);
  const number = place + 1;
  const shown = each.confidence ?? each.score;
  return element("li", { class: `candidate ${decision ? (rejected ? "rejected" : "accepted") : ""}`, "data-id": each.id },
    element("span", { class: "number" }, String(number)),
    element("div", null, element("span", { class: "label" }, name), link(each.id), ...facts(data.terms[each.id] ?? {}),
      each.author ? element("p", { class: "signed" }, `signed by ${each.author}`) : null,
      each.added ? element("p", { class: "muted" }, "your target") : null),
    element("div", { class: "scores" },
      ...(each.confidence != null ? [element("b", null, each.confidence.toFixed(2)), " confidence"] : []),
      shown != null ? element("span", { class: "bar" }, bar(shown)) : null,
      each.score != null ? `${each.score.toFixed(2)} score` : null),
    element("div", { class: "actions" },
      element("button", { type: "button", class: "accept", id: `accept-${number}`, "aria-pressed": String(Boolean(decision && !rejected)),
        "aria-label": `Accept ${name}`, click: () => decide(each.id, kind) }, "Accept ", number < 10 ? element("kbd", null, String(number)) : null),
      element("button", { type: "button", class: "reject", id: `reject-${number}`, "aria-pressed": String(rejected),
        "aria-label": `Reject ${name}`, click: () => decide(each.id, data.none) }, "Reject ", number < 10 ? element("kbd", null, `⇧${number}`) : null),
      element("select", { id: `kind-${number}`, "aria-label": `Kind of match of ${name}`, disabled: rejected, change: event => setKind(each.id, event.target.value) },
        ...kinds.map(one => element("option", { value: one, selected: one === kind }, `${one} match`))),
      each.proposed === data.none ? element("span", { class: "muted" }, "taken for no match") : null,
      decision ? element("input", { class: "note", id: `note-${number}`, placeholder: "Note", "aria-label": `Note on ${name}`, value: decision.comment,
        change: event => setNote(each.id, event.target.value.trim()) }) : null));
}

function bar(share) {
  const inner = element("span");
  inner.style.width = `${100 * share}%`;
  return inner;
}

// --- another target -------------------------------------------------------------------------------------------------

const targets = [...new Set(data.subjects.flatMap(each => each.candidates.map(one => one.id)))]
  .map(id => ({ id, label: labelOf(id), text: `${id} ${labelOf(id)} ${(data.terms[id].names ?? []).join(" ")}`.toLowerCase() }));

function otherForm() {
  const list = element("ul", { id: "suggestions" });
  const take = (id, label) => {
    if (!signed()) return;
    change([verdict(current, id, label, "exact")]);
    say(`${label || id}: accepted as exact match.`);
    draw();
    $("subject").focus();
  };
  const suggest = () => {
    const typed = $("other").value.trim(), words = typed.toLowerCase().split(/\s+/);
    const found = typed ? targets.filter(each => words.every(word => each.text.includes(word))) : [];
    found.sort((a, b) => a.label.length - b.label.length);
    const shown = found.slice(0, 8).map(each => [each.id, each.label]);
    if (/^[A-Za-z_][\w.-]*:\S+$/.test(typed) && !shown.some(([id]) => id === typed)) shown.unshift([typed, ""]);
    list.replaceChildren(...shown.map(([id, label]) => element("li", null,
      element("button", { type: "button", click: () => take(id, label) }, label ? `${label} ` : "Take ", element("span", { class: "id" }, id)))));
    list.scrollIntoView({ block: "nearest" });
  };
  return element("div", { id: "other-form" },
    element("label", { for: "other", class: "hidden" }, "Another target"),
    element("input", { id: "other", placeholder: "Another target: a CURIE, or words of any candidate's name  ( o )", autocomplete: "off", input: suggest,
      keydown: event => {
        if (event.key === "Enter") { event.preventDefault(); list.querySelector("button")?.click(); }
      } }), list);
}

// --- the list of concepts -------------------------------------------------------------------------------------------

const marks = { accepted: "✓", rejected: "✗", skipped: "–", open: "" };
const filters = { open: ["open", "skipped"], decided: ["accepted", "rejected"], skipped: ["skipped"], all: Object.keys(marks) };
const texts = new Map(data.subjects.map(each => [each.id,
  [each.id, labelOf(each.id), ...each.candidates.flatMap(one => [one.id, labelOf(one.id)])].join(" ").toLowerCase()]));
const PAGE = 80; // concepts drawn at a time
let waiting = [];

function searched() {
  const words = $("search").value.trim().toLowerCase().split(/\s+/);
  return [...subjects.values()].filter(each => words.every(word => texts.get(each.id).includes(word)));
}

function drawList() {
  const found = searched().map(each => [each, state(each)]);
  $("filters").replaceChildren(...Object.entries(filters).map(([name, states]) => element("button", {
    id: `filter-${name}`, type: "button", "aria-pressed": String(name === filter), click: () => { filter = name; drawList(); $("list").scrollTo(0, 0); },
  }, `${name} ${found.filter(([, one]) => states.includes(one)).length.toLocaleString("en")}`)));
  const shown = found.filter(([each, one]) => filters[filter].includes(one) || each.id === current.id);
  const least = Math.max(PAGE, $("list").childElementCount, shown.findIndex(([each]) => each.id === current.id) + 20);
  const top = $("list").scrollTop;
  waiting = shown.slice(least);
  $("list").replaceChildren(...shown.slice(0, least).map(item));
  $("list").scrollTop = top;
  $("empty").hidden = shown.length > 0;
}

function item([subject, one]) {
  return element("li", null, element("button", { type: "button", class: one, "aria-current": String(subject.id === current.id), click: () => show(subject.id) },
    element("span", { class: "mark", "aria-label": one === "open" ? null : one }, marks[one]),
    element("span", null, labelOf(subject.id) || subject.id), element("span", { class: "id" }, subject.id)));
}

$("list").addEventListener("scroll", () => {
  const list = $("list");
  if (waiting.length && list.scrollTop + list.clientHeight > list.scrollHeight - 400) list.append(...waiting.splice(0, PAGE).map(item));
});

// --- keys and buttons -----------------------------------------------------------------------------------------------

function touched() {
  const listed = [...document.querySelectorAll(".candidate")];
  const place = listed.findIndex(each => each.dataset.id === last);
  return place >= 0 ? place + 1 : listed.findIndex(each => of(current.id).has(each.dataset.id)) + 1 || 1;
}

function turnKind() {
  const select = $(`kind-${touched()}`);
  if (!select || select.disabled) return;
  setKind(select.closest(".candidate").dataset.id, kinds[(kinds.indexOf(select.value) + 1) % kinds.length]);
}

const pressed = {
  x: rejectAll, 0: noCounterpart, s: skip, u: undo, k: turnKind, ArrowRight: next, ArrowLeft: back,
  o: () => $("other").focus(), "/": () => $("search").focus(), "?": () => $("help").showModal(),
  n: () => {
    const note = $(`note-${touched()}`);
    if (note) note.focus(); else say("Accept or reject first, then note why.");
  },
};

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
  const typing = event.target.matches("input, select");
  if (typing) {
    if (event.key === "Escape") { event.target.blur(); $("subject").focus(); }
    if (event.key === "Enter" && event.target.matches(".note")) { event.target.blur(); $("subject").focus(); event.preventDefault(); }
    return;
  }
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  if (digit) $(`${event.shiftKey ? "reject" : "accept"}-${digit}`)?.click();
  else if (event.key === "Enter" && !event.target.matches("button, a")) next();
  else if (pressed[event.key]) pressed[event.key]();
  else return;
  event.preventDefault();
});

$("subject").addEventListener("click", event => { // so that Enter goes on after a click, and does not click again
  if (event.detail && event.target.closest("button")) $("subject").focus({ preventScroll: true });
});
$("undo").addEventListener("click", undo);
$("download").addEventListener("click", download);
$("keys").addEventListener("click", () => $("help").showModal());
$("open").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", async event => {
  const [file] = event.target.files;
  if (!file) return;
  try {
    read(file.name, await file.text());
  } catch (error) {
    say(error.message);
  }
  event.target.value = "";
  draw();
});
$("search").addEventListener("input", () => { $("list").scrollTo(0, 0); drawList(); });
$("author").addEventListener("change", () => {
  if (signed()) {
    $("author").value = author().slice("orcid:".length);
    try { localStorage.setItem("kg-review-author", $("author").value); } catch { /* it is asked for again */ }
  }
});
window.addEventListener("storage", event => { // the same page in another tab
  if (event.key !== store) return;
  recall();
  draw();
});

let remembered = "";
try { remembered = localStorage.getItem("kg-review-author") ?? ""; } catch { /* it is asked for */ }
$("author").value = data.author.replace("orcid:", "") || remembered;
const at = recall();
const open = data.subjects.find(each => state(each) === "open") ?? data.subjects.find(each => state(each) === "skipped");
show(subjects.has(at) ? at : (open ?? data.subjects[0]).id);
