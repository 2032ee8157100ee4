"use strict";
/* A page of many marks has one Tab stop a document; keys and buttons lead from mark to mark. */
document.querySelectorAll("article").forEach(function (article) {
  article.querySelectorAll("mark").forEach(function (mark, number) { if (number) { mark.tabIndex = -1; } });
});
function step(article, by) {
  var marks = Array.from(article.querySelectorAll("mark"));
  if (!marks.length) { return; }
  var at = marks.indexOf(document.activeElement);
  if (at < 0) { at = marks.findIndex(function (m) { return m.tabIndex === 0; }) - (by > 0 && !article.dataset.begun ? 1 : 0); }
  article.dataset.begun = "1";
  var next = marks[(at + by + marks.length) % marks.length];
  var fold = next.closest("details");
  if (fold) { fold.open = true; }
  marks.forEach(function (m) { m.tabIndex = m === next ? 0 : -1; });
  next.focus();
  next.scrollIntoView({ block: "center" });
  say(article, marks.indexOf(next) + 1 + " of " + marks.length);
}
function say(article, text) {
  var said = article.querySelector(".said");
  if (said) { said.textContent = text; }
}
/* The document that the reader is in: the one with the focus, or the topmost on the screen. */
function current() {
  var focused = document.activeElement && document.activeElement.closest("article");
  return focused || Array.from(document.querySelectorAll("article")).find(function (a) {
    return !a.hidden && a.querySelector("mark") && a.getBoundingClientRect().bottom > 60;
  });
}
function press(buttons, pressed) {
  buttons.forEach(function (b) { b.setAttribute("aria-pressed", String(b === pressed)); });
}
document.addEventListener("click", function (event) {
  var button = event.target.closest("button");
  if (!button) { return; }
  var article = button.closest("article"), data = button.dataset;
  if (data.view) {
    article.classList.remove("both", "restored");
    if (data.view !== "found") { article.classList.add(data.view); }
    press(article.querySelectorAll("[data-view]"), button);
  } else if (data.step) {
    step(article, Number(data.step));
  } else if (data.show) {
    document.querySelectorAll("[data-group]").forEach(function (e) {
      e.hidden = data.show !== "all" && e.dataset.group !== data.show;
    });
    press(document.querySelectorAll("[data-show]"), button);
  } else if (data.sort) {
    sort(button.closest("th"), Number(data.sort));
  } else if ("copy" in data) {
    copy(article);
  }
});
function sort(head, column) {
  var body = head.closest("table").tBodies[0];
  var down = head.getAttribute("aria-sort") !== "descending" && column > 1 || head.getAttribute("aria-sort") === "ascending";
  head.closest("tr").querySelectorAll("th").forEach(function (th) { th.removeAttribute("aria-sort"); });
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  Array.from(body.rows).map(function (row) {
    var cell = row.cells[column];
    return { row: row, key: column > 1 ? Number(cell.dataset.value) : cell.textContent };
  }).sort(function (a, b) {
    var order = column > 1 ? a.key - b.key : a.key.localeCompare(b.key);
    return down ? -order : order;
  }).forEach(function (item) {
    body.appendChild(item.row);
    /* The documents below stand in the order of the table. */
    var link = item.row.querySelector("a");
    if (link) { var a = document.getElementById(link.hash.slice(1)); a.parentNode.appendChild(a); }
  });
}
function copy(article) {
  var text = article.querySelector("template").content.textContent;
  var old = function () {
    /* A page opened from a file or over plain HTTP has no clipboard but this one. */
    var area = document.createElement("textarea");
    area.value = text;
    document.body.appendChild(area);
    area.select();
    var done = document.execCommand("copy");
    area.remove();
    return done;
  };
  var told = function (done) { say(article, done ? "Copied." : "The browser does not allow it."); };
  if (navigator.clipboard && window.isSecureContext) {
    navigator.clipboard.writeText(text).then(function () { told(true); }, function () { told(old()); });
  } else {
    told(old());
  }
}
/* A note must not run off the screen, nor hide the wording that it belongs to. */
function place(event) {
  var mark = event.target.closest && event.target.closest("mark");
  var tip = mark && mark.querySelector(".tip");
  if (!tip) { return; }
  tip.style.translate = "";
  mark.classList.remove("above");
  var box = tip.getBoundingClientRect();
  if (getComputedStyle(tip).position === "fixed") {
    mark.classList.toggle("above", mark.getBoundingClientRect().bottom > box.top - 4);
    return;
  }
  var wide = document.documentElement.clientWidth, high = document.documentElement.clientHeight;
  if (box.bottom > high - 4 && mark.getBoundingClientRect().top > box.height + 8) { mark.classList.add("above"); }
  var shift = Math.max(8 - box.left, Math.min(0, wide - 8 - box.right));
  if (shift) { tip.style.translate = shift + "px 0"; }
}
document.addEventListener("mouseover", place);
document.addEventListener("focusin", place);
function shut() {
  document.querySelectorAll("mark:hover, mark:focus").forEach(function (mark) {
    mark.classList.add("shut");
    ["mouseleave", "blur"].forEach(function (left) {
      mark.addEventListener(left, function () { mark.classList.remove("shut"); }, { once: true });
    });
  });
}
document.addEventListener("keydown", function (event) {
  if (event.ctrlKey || event.metaKey || event.altKey) { return; }
  var inMark = document.activeElement && document.activeElement.tagName === "MARK";
  var by = event.key === "n" || inMark && event.key === "ArrowRight" ? 1 :
    event.key === "p" || inMark && event.key === "ArrowLeft" ? -1 : 0;
  if (event.key === "Escape") { shut(); }
  if (by && current()) { event.preventDefault(); step(current(), by); }
});
/* A link of the index opens a folded document. */
function unfold() {
  var target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  var fold = target && target.querySelector("details.folded");
  if (fold) { fold.open = true; }
}
window.addEventListener("hashchange", unfold);
unfold();
