"use strict";
/* The page: a queue of documents, read one after the other. What is read stays in this script's memory. The report's own
   script (report.js) switches views, steps from mark to mark, and copies the restored text. */
(function () {
  var documents = [];     /* {name, text | data, keep, state, result, message, changed} */
  var current = null;     /* the document that is shown */
  var working = null;     /* the document that is being read, {document, began, rate, abort} */
  var pasted = 0;
  var rate = 20000;       /* characters a second, as measured on the last document */
  var byId = function (id) { return document.getElementById(id); };
  var make = function (tag, properties, parent) {
    var element = Object.assign(document.createElement(tag), properties);
    if (parent) { parent.appendChild(element); }
    return element;
  };
  var tell = function (text) { byId("said").textContent = text; };

  /* --- requests to the server */
  function settings() {
    var named = byId("named").value, prior = byId("prior").valueAsNumber, own = byId("threshold").valueAsNumber;
    var out = { threshold: named || (own >= 0 && own <= 100 ? own / 100 : null) };
    if (prior >= 0 && prior <= 100) { out.prior = prior / 100; }
    return out;
  }
  function request(item, more) {
    var sent = { path: item.name, keep: item.keep.map(function (k) { return [k.start, k.end]; }) };
    if (item.data === undefined) { sent.text = item.text; } else { sent.data = item.data; }
    return JSON.stringify(Object.assign({ documents: [sent] }, settings(), more));
  }
  async function ask(path, body, signal) {
    for (;;) {
      var response = await fetch(path, { method: "POST", body: body, signal: signal, headers: { "Content-Type": "application/json" } });
      if (response.status !== 429) { break; }
      await new Promise(function (done) { setTimeout(done, 1000 * (Number(response.headers.get("Retry-After")) || 2)); });
    }
    if (response.ok) { return response; }
    var said;
    try { said = (await response.json()).error; } catch (error) { said = "the server answers " + response.status; }
    throw new Error(said);
  }

  /* --- the queue */
  function add(item) {
    documents.push(Object.assign({ keep: [], state: "waiting", result: null }, item));
    render();
    next();
  }
  async function addFiles(files) {
    for (var file of Array.from(files)) {
      if (file.size * 4 / 3 + 1000 > Number(document.body.dataset.maxBytes)) {
        documents.push({ name: file.name, keep: [], state: "failed", message: "too large for this server" });
        render();
        continue;
      }
      try {
        add({ name: file.name, data: await base64(file), size: file.size });
      } catch (error) {
        documents.push({ name: file.name, keep: [], state: "failed", message: "a folder, or a file that cannot be read" });
        render();
      }
    }
  }
  function base64(file) {
    return new Promise(function (done, fail) {
      var reader = new FileReader();
      reader.onload = function () { done(reader.result.slice(reader.result.indexOf(",") + 1)); };
      reader.onerror = fail;
      reader.readAsDataURL(file);
    });
  }
  function paste() {
    var text = byId("text").value;
    if (!text.trim()) { byId("text").focus(); tell("There is no text yet."); byId("changes").textContent = "There is no text yet."; return; }
    pasted += 1;
    byId("changes").textContent = "";
    byId("text").value = "";
    add({ name: "Pasted text " + pasted, text: text, size: text.length });
    show(documents[documents.length - 1]);
  }
  async function next() {
    var item = documents.find(function (d) { return d.state === "waiting"; });
    if (working || !item) { return; }
    var before = item.result;
    item.state = "reading";
    item.isStale = false;
    working = { document: item, began: performance.now(), abort: new AbortController() };
    render();
    try {
      var answer = await (await ask("/page/read", request(item), working.abort.signal)).json();
      if (answer.errors.length) { throw new Error(answer.errors[0].message); }
      item.result = answer.documents[0];
      item.state = item.isStale ? "waiting" : "read";
      rate = Math.max(1000, item.size / ((performance.now() - working.began) / 1000));
      compare(item, before);
    } catch (error) {
      item.state = "failed";
      item.message = error instanceof TypeError ? "the server does not answer" : error.message;
    }
    working = null;
    render();
    if (documents.includes(item)) {
      if (current === item || !current) { show(item); }
      tell(item.name + ": " + (item.state === "failed" ? item.message : item.result.reading + ", " + item.result.probability));
    }
    next();
  }
  function readAgain(items) {
    items.forEach(function (item) {
      /* A text that is being read was sent with the former settings: it is read again. */
      if (item.state === "reading") { item.isStale = true; } else if (item.result) { item.state = "waiting"; }
    });
    render();
    next();
  }
  var changed = [];
  function compare(item, before) {
    if (!before || !item.compare) { return; }
    item.compare = false;
    var now = item.result;
    var told = [];
    if (before.reading !== now.reading) { told.push(before.reading + " → " + now.reading); }
    if (before.probability !== now.probability) { told.push(before.probability + " → " + now.probability); }
    if (before.edits.length !== now.edits.length) { told.push(before.edits.length + " → " + now.edits.length + " edits"); }
    if (now.probability_at_prior && before.probability_at_prior !== now.probability_at_prior) {
      told.push(now.probability_at_prior + " likely with your share");
    }
    if (told.length) { changed.push(item.name + ": " + told.join(", ")); }
    if (!documents.some(function (d) { return d.compare; })) {
      byId("changes").textContent = changed.length ? "With these settings: " + changed.join("; ") + "." : "With these settings nothing changes.";
    }
  }
  function settle() {
    if (!["threshold", "prior"].every(function (id) { return byId(id).reportValidity(); })) { return; }
    byId("other").hidden = byId("named").value !== "";
    changed = [];
    var items = documents.filter(function (d) { return d.result; });
    items.forEach(function (d) { d.compare = true; });
    readAgain(items);
  }
  function remove(item) {
    documents.splice(documents.indexOf(item), 1);
    if (working && working.document === item) { working.abort.abort(); }
    if (current === item) {
      current = documents.find(function (d) { return d.state === "read"; }) || null;
      show(current);
    }
    render();
    byId(documents.length ? "queue" : "text").focus();
  }
  /* How far a long document is can only be estimated: by the speed of the last one. */
  function far() { return Math.min(0.95, (performance.now() - working.began) / 1000 * rate / Math.max(1, working.document.size)); }
  function render() {
    var focused = document.activeElement && document.activeElement.dataset.at;
    var body = byId("queue").querySelector("tbody");
    byId("queue").hidden = !documents.length;
    byId("text").rows = documents.length ? 3 : 7;
    body.replaceChildren();
    documents.forEach(function (item, at) {
      var row = make("tr", {}, body), result = item.result;
      if (item === current) { row.setAttribute("aria-current", "true"); }
      var name = make("td", {}, row);
      if (result) {
        make("button", { type: "button", className: "open", textContent: item.name, onclick: function () { show(item); render(); } }, name).dataset.at = "o" + at;
      } else {
        name.textContent = item.name;
      }
      var verdict = make("td", {}, row);
      if (item.state === "reading") {
        var bar = make("progress", { max: 1, value: far() }, verdict);
        bar.setAttribute("aria-label", "Reading " + item.name + ", estimated");
        make("span", { textContent: "Reading" }, verdict);
      } else if (item.state === "failed") {
        make("span", { className: "verdict none", textContent: "Not read" }, verdict);
        verdict.append(": " + item.message);
      } else if (item.state === "read") {
        var kinds = { "flagged": "flagged", "doubtful": "doubtful", "not flagged": "rest", "no verdict": "none" };
        make("span", { className: "verdict " + kinds[result.reading], textContent: result.reading[0].toUpperCase() + result.reading.slice(1) }, verdict);
      } else {
        verdict.textContent = "Waiting";
      }
      make("td", { className: "n", textContent: result ? result.probability : "" }, row);
      make("td", { className: "n", textContent: result ? result.edits.length.toLocaleString("en") : "" }, row);
      var gone = make("button", { type: "button", className: "remove", textContent: "×", title: "Remove", onclick: function () { remove(item); } }, make("td", {}, row));
      gone.setAttribute("aria-label", "Remove " + item.name);
      gone.dataset.at = "r" + at;
    });
    if (focused) { var again = body.querySelector('[data-at="' + focused + '"]'); if (again) { again.focus(); } }
  }
  setInterval(function () {
    var bar = working && byId("queue").querySelector("progress");
    if (bar) { bar.value = far(); }
  }, 200);

  /* --- the document that is shown */
  function show(item) {
    var place = byId("shown"), old = place.querySelector("article");
    var view = old && ["both", "restored"].find(function (v) { return old.classList.contains(v); });
    var isSame = current === item;
    current = item;
    if (!item || !item.result) { place.replaceChildren(); return; }
    place.innerHTML = item.result.html;
    var article = place.querySelector("article"), title = article.querySelector("h2");
    article.setAttribute("aria-labelledby", title.id);
    title.tabIndex = -1;
    article.querySelectorAll("mark").forEach(function (mark, number) { if (number) { mark.tabIndex = -1; } });
    controls(article, item);
    if (isSame && view) { var button = article.querySelector("[data-view=" + view + "]"); if (button) { button.click(); } }
    render();
  }
  function editOf(mark) {
    var tip = mark && mark.querySelector(".tip");
    var start = tip ? Number(tip.id.slice(tip.id.lastIndexOf("-") + 1)) : -1;
    return current.result.edits.find(function (e) { return e.start === start; });
  }
  var picked = null;      /* the mark that was last in focus */
  function controls(article, item) {
    var result = item.result, bar = article.querySelector(".switch");
    picked = null;
    if (bar) {
      var reject = make("button", { type: "button", id: "reject", textContent: "Reject edit", title: "Key x", disabled: true, onclick: function () { rejectPicked(); } });
      bar.insertBefore(reject, bar.querySelector("[data-copy]"));
    }
    var actions = make("div", { className: "actions" });
    actions.setAttribute("role", "group");
    actions.setAttribute("aria-label", "Take away");
    var queries = Array.from(article.querySelectorAll(".queries li"), function (li) { return li.textContent.replace(/^“|”$/g, '"'); });
    if (queries.length) {
      make("button", { type: "button", textContent: "Copy searches", title: "Sentences that probably find the source", onclick: function () { copyText(queries.join("\n")); } }, actions);
    }
    var stem = item.name.replace(/\.[^.\/\\]*$/, "") || "document";
    var offer = function (label, path, format, name) {
      make("button", { type: "button", textContent: label, onclick: function () { download(item, path, format, name); } }, actions);
    };
    offer("Report (HTML)", "/v1/annotate", "html", stem + "-report.html");
    offer("Plan (JSON)", "/v1/reverse", "json", stem + "-plan.json");
    if (result.edits.length) {
      if (result.writes === "docx") { offer("Word file, tracked changes", "/v1/reverse", "docx", stem + "-restored.docx"); }
      if (result.writes === "html") { offer("Restored HTML", "/v1/reverse", "html", stem + "-restored.html"); }
      if (result.writes === "markdown") { offer("Restored Markdown", "/v1/reverse", "markdown", stem + "-restored.md"); }
      if (!result.writes) { offer("Restored text", "/v1/reverse", "text", stem + "-restored.txt"); }
    }
    var before = bar || article.querySelector(".passage");
    article.insertBefore(actions, before);
    if (item.keep.length) {
      var list = make("div", { className: "rejected", textContent: "Rejected; a button takes the edit back:" });
      var ul = make("ul", {}, list);
      item.keep.forEach(function (kept) {
        var label = "“" + kept.spun + "” for “" + kept.original + "”";
        make("button", { type: "button", textContent: label, onclick: function () { accept(item, kept); } }, make("li", {}, ul)).setAttribute("aria-label", "Take back " + label);
      });
      article.insertBefore(list, before);
    }
  }
  function rejectPicked() {
    var edit = editOf(picked), item = current;
    if (!edit) { return; }
    item.keep.push(edit);
    item.focusAt = edit.end;
    readShown(item, "Rejected: " + edit.spun + " stays.");
  }
  function accept(item, kept) {
    item.keep.splice(item.keep.indexOf(kept), 1);
    item.focusAt = kept.start;
    readShown(item, "Taken back: " + kept.original + " may stand there again.");
  }
  async function readShown(item, told) {
    readAgain([item]);
    await until(function () { return item.state === "read" || item.state === "failed"; });
    if (current !== item || item.state !== "read") { return; }
    /* The focus stays at the place of the edit. */
    var article = byId("shown").querySelector("article");
    var marks = Array.from(article.querySelectorAll("mark"));
    var mark = marks.find(function (m) { return Number(m.querySelector(".tip").id.split("-").pop()) >= item.focusAt; }) || marks[0];
    if (mark) {
      marks.forEach(function (m) { m.tabIndex = m === mark ? 0 : -1; });
      article.dataset.begun = "1";
      mark.focus({ preventScroll: true });
      mark.scrollIntoView({ block: "center" });
    } else {
      article.querySelector("h2").focus();
    }
    say(article, told);
    tell(told);
  }
  function until(isTrue) {
    return new Promise(function (done) {
      (function look() { if (isTrue()) { done(); } else { setTimeout(look, 30); } }());
    });
  }
  function copyText(text) {
    var article = byId("shown").querySelector("article");
    var holder = make("template", {});
    holder.content.append(text);
    /* The report's own way to copy takes the article's first template. */
    article.prepend(holder);
    copy(article);
    holder.remove();
    tell("Copied.");
  }
  async function download(item, path, format, name) {
    try {
      var blob = await (await ask(path, request(item, { format: format }))).blob();
      var link = make("a", { href: URL.createObjectURL(blob), download: name }, document.body);
      link.click();
      link.remove();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    } catch (error) {
      tell(error.message);
      byId("changes").textContent = name + ": " + error.message;
    }
  }

  /* --- actions of the reader */
  byId("read").onclick = paste;
  byId("text").addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); paste(); }
  });
  byId("files").onchange = function () { addFiles(this.files); this.value = ""; };
  ["named", "threshold", "prior"].forEach(function (id) { byId(id).addEventListener("change", settle); });
  document.addEventListener("focusin", function (event) {
    var reject = byId("reject");
    if (!reject || event.target === reject) { return; }
    if (event.target.tagName === "MARK") { picked = event.target; }
    reject.disabled = !editOf(picked);
    reject.textContent = picked && editOf(picked) ? "Reject “" + short(editOf(picked).original) + "”" : "Reject edit";
  });
  function short(text) { return text.length > 24 ? text.slice(0, 23) + "…" : text; }
  document.addEventListener("keydown", function (event) {
    if (event.key === "x" && !event.ctrlKey && !event.metaKey && !event.altKey && event.target.tagName === "MARK") {
      event.preventDefault();
      rejectPicked();
    }
  });
  /* The keys n and p are letters while somebody writes. */
  ["text", "named", "threshold", "prior"].forEach(function (id) {
    byId(id).addEventListener("keydown", function (event) { event.stopPropagation(); });
  });
  var depth = 0;
  var hasFiles = function (event) { return Array.from(event.dataTransfer.types).includes("Files"); };
  document.addEventListener("dragenter", function (event) { if (hasFiles(event)) { depth += 1; byId("drop").hidden = false; } });
  document.addEventListener("dragleave", function (event) { if (hasFiles(event)) { depth -= 1; byId("drop").hidden = depth > 0 ? false : true; } });
  document.addEventListener("dragover", function (event) { if (hasFiles(event)) { event.preventDefault(); } });
  document.addEventListener("drop", function (event) {
    depth = 0;
    byId("drop").hidden = true;
    if (hasFiles(event)) { event.preventDefault(); addFiles(event.dataTransfer.files); }
  });
  document.addEventListener("paste", function (event) {
    if (event.clipboardData.files.length) { event.preventDefault(); addFiles(event.clipboardData.files); }
  });
}());
