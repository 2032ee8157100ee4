// The calculator of how-far-to-trust: of so many documents, how many flags are right.
(() => {
  const form = document.querySelector(".base-rate");
  if (!form) return;
  const number = (name) => Number(form.elements[name].value);
  const whole = (x) => Math.round(x).toLocaleString("en");
  const show = () => {
    const n = number("n"), share = number("share") / 100, caught = number("caught") / 100, false_ = number("false") / 100;
    const right = n * share * caught, wrong = n * (1 - share) * false_;
    const of_flags = right + wrong > 0 ? `${((100 * right) / (right + wrong)).toFixed(0)}% of the flags are right` : "nothing is flagged";
    form.querySelector("output").value =
      `${whole(right)} spun documents are flagged, ${whole(n * share - right)} are missed, ` +
      `${whole(wrong)} human ones are flagged: ${of_flags}.`;
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
})();
