// The page is whole without this: it only filters, unfolds, and brings lines of the repository to where they are spoken of.
"use strict";
(() => {
  const form = document.getElementById("filters");
  const items = [...document.querySelectorAll(".item")];
  const cells = [...document.querySelectorAll(".matrix button")];
  const count = document.getElementById("count");
  const unfold = document.getElementById("unfold");
  const texts = new Map();

  const textOf = (item) => {
    if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
    return texts.get(item);
  };

  const reaches = (item, service, environment) => {
    if (!service && !environment) return true;
    return item.dataset.at.split(" ").some((pair) => {
      const [row, column] = pair.split(".");
      return pair && (!service || row === service) && (!environment || column === environment);
    });
  };

  const filter = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    let findings = 0;
    for (const item of items) {
      const passes =
        reaches(item, wanted.service, wanted.environment) &&
        (!wanted.rule || item.dataset.rule === wanted.rule) &&
        (!wanted.status || item.dataset.status === wanted.status) &&
        words.every((word) => textOf(item).includes(word));
      item.hidden = !passes;
      shown += passes;
      findings += passes && item.dataset.status !== "change";
    }
    for (const cell of cells) {
      const { service, environment } = cell.dataset;
      const isChosen = service === wanted.service && environment === wanted.environment;
      cell.setAttribute("aria-pressed", String(isChosen));
    }
    document.querySelector(".nothing").hidden = findings > 0 || !items.some((item) => item.dataset.status !== "change");
    count.textContent = `${shown} of ${items.length} shown`;
  };

  // A click on a link of a chain shows its lines below it; a second click takes them away.
  const toggle = (link) => {
    const open = link.nextElementSibling;
    if (open) open.remove();
    else {
      const lines = document.querySelector(link.getAttribute("href") + " pre");
      if (!lines) return false;
      link.after(lines.cloneNode(true));
    }
    link.setAttribute("aria-expanded", String(!open));
    return true;
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.to");
    if (link && toggle(link)) event.preventDefault();
    const cell = event.target.closest(".matrix button");
    if (!cell) return;
    const isChosen = cell.getAttribute("aria-pressed") === "true";
    form.elements.service.value = isChosen ? "" : cell.dataset.service;
    form.elements.environment.value = isChosen ? "" : cell.dataset.environment;
    filter();
  });

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, select, textarea");
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      form.elements.text.focus();
    } else if (event.key === "Escape") {
      form.reset();
      filter();
    }
  });

  const foldAll = (isOpen) => {
    for (const item of items) if (!item.hidden) item.querySelector("details").open = isOpen;
  };
  unfold.addEventListener("click", () => {
    const isOpen = unfold.getAttribute("aria-pressed") !== "true";
    unfold.setAttribute("aria-pressed", String(isOpen));
    unfold.textContent = isOpen ? "Fold all" : "Unfold all";
    foldAll(isOpen);
  });
  window.addEventListener("beforeprint", () => foldAll(true));

  for (const link of document.querySelectorAll("a.to")) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-expanded", "false");
  }
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  form.hidden = false;
  filter();
})();
