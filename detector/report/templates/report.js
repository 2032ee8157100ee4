"use strict";
document.addEventListener("click", function (event) {
  var button = event.target.closest("button");
  if (!button) { return; }
  var article = button.closest("article");
  if (button.dataset.view) {
    article.classList.toggle("restored", button.dataset.view === "restored");
    article.querySelectorAll("[data-view]").forEach(function (b) {
      b.setAttribute("aria-pressed", String(b === button));
    });
  } else if ("copy" in button.dataset) {
    copy(article.querySelector("template").content.textContent, article.querySelector(".said"));
  }
});
function copy(text, said) {
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
  var say = function (done) {
    said.textContent = done ? "Copied." : "The browser does not allow it.";
    setTimeout(function () { said.textContent = ""; }, 4000);
  };
  if (navigator.clipboard && window.isSecureContext) {
    navigator.clipboard.writeText(text).then(function () { say(true); }, function () { say(old()); });
  } else {
    say(old());
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
document.addEventListener("keydown", function (event) {
  var open = event.key === "Escape" && document.querySelectorAll("mark:hover, mark:focus");
  if (!open) { return; }
  open.forEach(function (mark) {
    mark.classList.add("shut");
    ["mouseleave", "blur"].forEach(function (left) {
      mark.addEventListener(left, function () { mark.classList.remove("shut"); }, { once: true });
    });
  });
});
